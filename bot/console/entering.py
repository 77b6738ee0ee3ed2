"""Coming in: login with a password, and one-time codes that let somebody choose one. In threads; nothing here is async."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.console.gate import mac, same
from bot.console.rendering import proof_fields, render
from handlers.desk import House
from handlers.desk.desk import ROOT, is_ours
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.staff import actions, passwords, rules, second_step
from storage import audit, factors, staff
from storage.database import Database
from storage.staff import Staff

# So long somebody whose password was right may look for their phone.
HALF_WAY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody at the door gave. Passwords are as they were typed. `half`: the proof that the password was right."""

    login: str = ""
    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    half: str = field(default="", repr=False)
    name: str = ""
    language: str = "en"
    browser: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """`secret`: of the new session; empty: they stay outside, and `html` says why."""

    html: str = ""
    secret: str = field(default="", repr=False)
    login: str = ""
    go: str = ROOT
    status: int = 200


class Entering:
    """`key`: the installation's secret."""

    def __init__(self, database: Database, clock: Clock, house: House, key: bytes) -> None:
        self.database, self.clock, self.house, self._key = database, clock, house, key

    def login_page(self, entry: Entry, csrf: str, said: str = "", **values: Any) -> str:
        return self._render("console/login.html", entry, csrf, said, values)

    def invite_page(self, entry: Entry, csrf: str, said: str = "", **values: Any) -> str:
        return self._render("console/invite.html", entry, csrf, said, values)

    def login(self, entry: Entry, csrf: str) -> Entered:
        """A wrong password, an unknown login and somebody dismissed are the same in words and in time."""
        login, now = rules.fold_login(entry.login), self.clock()
        with self.database.reading() as session:
            member = staff.by_login(session, login)
        hashed = member.password if member and member.dismissed_at is None else None
        right = passwords.matches(hashed, entry.password)
        fresh = passwords.hash_of(entry.password) if right and hashed and passwords.outdated(hashed) else None
        with self.database.transaction() as session:
            member = staff.by_login(session, login)
            # Between the two looks it may have been changed, or its owner dismissed.
            if member and right and member.password == hashed and member.dismissed_at is None:
                member.password = fresh or hashed
                if factors.stands(session, member.id):
                    return self._half_way(entry, member, csrf, now)
                secret = actions.begin_session(session, member, entry.browser, now)
                return Entered(secret=secret, login=login, go=entry.next if is_ours(entry.next) else ROOT)
            known = f"staff:{member.id}" if member else ""
            audit.write(session, "staff.login_failed", staff_id=None, now=now, about=known)
        return Entered(self.login_page(entry, csrf, "staff.wrong_login"), status=401)

    def second(self, entry: Entry, csrf: str) -> Entered:
        """The code after the password. A wrong one counts; the way from the password to here is open for five minutes."""
        now, login = self.clock(), rules.fold_login(entry.login)
        with self.database.transaction() as session:
            member = staff.by_login(session, login)
            if member is None or member.dismissed_at is not None or not self._came_half_way(entry, member, csrf, now):
                return Entered(self.login_page(entry, csrf, "staff.second.late"), status=401)
            wrong = second_step.try_code(session, member, entry.code, now)
            if wrong:
                return Entered(self._code_page(entry, csrf, entry.half, wrong), status=401)
            secret = actions.begin_session(session, member, entry.browser, now)
            return Entered(secret=secret, login=login, go=entry.next if is_ours(entry.next) else ROOT)

    def accept(self, entry: Entry, csrf: str) -> Entered:
        now = self.clock()
        try:
            with self.database.reading() as session:
                login = self._login_of(session, entry, now)
            rules.check_password(entry.password, login)
            hashed = passwords.hash_of(entry.password)
            with self.database.transaction() as session:
                member = actions.accept(
                    session, entry.code, hashed, now, login=entry.login, name=entry.name, language=entry.language
                )  # fmt: skip
                # A code from a colleague gives a new password, and not the phone.
                if factors.stands(session, member.id):
                    return self._half_way(replace(entry, login=member.login), member, csrf, now)
                return Entered(secret=actions.begin_session(session, member, entry.browser, now), login=member.login)
        except Refusal as refusal:
            return Entered(self.invite_page(entry, csrf, refusal.key, **refusal.values), status=422)

    def _half_way(self, entry: Entry, member: Staff, csrf: str, now: datetime) -> Entered:
        """The page that asks for the code, with the proof that this browser has just given this person's password."""
        until = str(int((now + HALF_WAY).timestamp()))
        return Entered(self._code_page(entry, csrf, f"{until}.{self._proof(member, until, csrf)}"))

    def _came_half_way(self, entry: Entry, member: Staff, csrf: str, now: datetime) -> bool:
        until, _, proof = entry.half.partition(".")
        return same(proof, self._proof(member, until, csrf)) and now.timestamp() < int(until)

    def _proof(self, member: Staff, until: str, csrf: str) -> str:
        # With the hash in it, a new password closes the ways of the old one.
        return mac(self._key, "half way", str(member.id), member.password or "", until, csrf)

    def _code_page(self, entry: Entry, csrf: str, half: str, said: str = "") -> str:
        return self._render("console/second_step.html", entry, csrf, said, {}, half=half)

    def _login_of(self, session: Session, entry: Entry, now: datetime) -> str:
        """Whose code it is, to compare the password with. A code that is worth nothing costs no hashing."""
        found = session.get(staff.StaffInvite, actions.digest_of(entry.code))
        if found is None or found.expires_at <= now:
            raise Refusal("staff.bad_code")
        if found.staff_id is None:
            return rules.check_login(entry.login)
        return session.get_one(staff.Staff, found.staff_id).login

    def _render(self, template: str, entry: Entry, csrf: str, said: str, values: dict[str, Any], **more: str) -> str:
        def text(key: str, **more: Any) -> Markup:
            return Markup(self.house.texts.render(key, entry.language, more))  # noqa: S704 - texts escape their values

        fields = proof_fields(csrf, "")
        data = {
            "t": text,
            "language": entry.language,
            "languages": LANGUAGES,
            "theme": "auto",
            "entry": entry,
            "csrf": lambda: fields,
            "notice": (text(said, **values), True) if said else None,
            "shortest": rules.SHORTEST_PASSWORD,
            **more,
        }
        return render(template, data)
