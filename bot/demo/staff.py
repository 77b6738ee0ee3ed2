"""The staff of the sample shop, and the password that all of them share in this copy of it."""

import hmac
from datetime import datetime

from handlers.staff import actions, passwords
from storage import keys, staff, stores
from storage.database import Database

# Login, name, role, store, language. Nobody of them exists.
PEOPLE = (
    ("mei", "陆小梅", staff.ADVISOR, "east", "zh-Hans"),
    ("lin", "林雅婷", staff.ADVISOR, "west", "zh-Hant"),
    ("wei", "Wei Carter", staff.MANAGER, "east", "en"),
    ("rui", "Rui Costa", staff.REGION, None, "en"),
    ("admin", "Alex Moreau", staff.ADMINISTRATOR, None, "en"),
)
_WORDS = (
    "amber", "anchor", "apple", "bamboo", "basil", "beacon", "birch", "breeze", "canyon", "cedar", "cherry", "cloud", "coral",
    "dune", "ember", "falcon", "fern", "garnet", "ginger", "harbor", "hazel", "indigo", "ivory", "jasmine", "juniper", "lagoon",
    "lemon", "lotus", "maple", "meadow", "mint", "olive", "onyx", "orchid", "pebble", "pepper", "pine", "plum", "quartz", "raven",
    "reef", "river", "saffron", "sage", "sierra", "silver", "spruce", "summit", "teal", "thistle", "tiger", "topaz", "tulip",
    "velvet", "violet", "walnut", "willow", "winter", "zephyr", "zinnia", "acorn", "bridge", "copper", "delta",
)  # fmt: skip


def password(database: Database) -> str:
    """Four words, other ones in each copy of the sample shop, so that a demo on an open network has no password that all know."""
    with database.transaction() as session:
        digest = hmac.digest(keys.ensure(session, "console"), b"the sample shop's password", "sha256")
    return "-".join(_WORDS[byte % len(_WORDS)] for byte in digest[:4])


def hire(database: Database, now: datetime) -> list[str]:
    """Adds those who are not there yet; the logins of all who are at work."""
    with database.reading() as session:
        there = {member.login: member for member in staff.everybody(session)}
    if missing := [person for person in PEOPLE if person[0] not in there]:
        hashed = passwords.hash_of(password(database))
        with database.transaction() as session:
            for login, name, role, code, language in missing:
                store = stores.by_code(session, code) if code else None
                member = actions.add(session, login, name, role, store.id if store else None, language, now, place="cli")
                actions.set_password(session, member, hashed, now, by=None, place="cli")
                there[login] = member
    return [login for login, *_ in PEOPLE if there[login].dismissed_at is None]
