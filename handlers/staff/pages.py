"""Console pages on staff: one's own account; for administrators everybody, and the audit log."""

from collections.abc import Mapping
from typing import Any

from handlers.desk import ADMINISTRATORS, EVERYBODY, Desk, Go, Page, Thing
from handlers.dialogue.texts import LANGUAGES
from handlers.staff import actions, linking, passwords, rules
from storage import audit, factors, staff, staff_links
from storage.staff import ROLES, Staff

THEMES = ("auto", "light", "dark")
AUDIT_ROWS = 100


def account(desk: Desk) -> Mapping[str, Any]:
    alive = desk.now - rules.SESSION_LENGTH, desk.now - rules.SESSION_IDLE
    return {
        "browsers": staff.sessions_of(desk.session, desk.staff.id, *alive),
        "here": desk.digest,
        "languages": LANGUAGES,
        "themes": THEMES,
        "shortest": rules.SHORTEST_PASSWORD,
        "guarded": factors.stands(desk.session, desk.staff.id),
        "linked": staff_links.address_of(desk.session, desk.staff.id) is not None,
        "bot": desk.house.telegram(),
        "link_code": "",
    }


def link_code(desk: Desk) -> Mapping[str, Any] | Go:
    """Shown once, on the page that answers. The password is asked: whoever finds a desk left alone must not link themselves."""
    if wrong := wrong_password(desk, "password", "staff.wrong_password_now"):
        return wrong
    code = linking.new_code(desk.session, desk.staff, desk.now, by=desk.staff.id, place="console")
    return {**account(desk), "link_code": code}


def unlink(desk: Desk) -> Go:
    """From now on that account is nobody's here."""
    linking.unlink(desk.session, desk.staff, desk.now, by=desk.staff.id)
    return Go(desk.url("/account"), desk.plain("staff.link.is_off"))


def change_password(desk: Desk) -> Go:
    """Everybody who is logged in as this person is out, this browser too: a stolen cookie is worth nothing any more."""
    if wrong := wrong_password(desk, "old", "staff.wrong_password"):
        return wrong
    new = next(iter(desk.form.get("new", ())), "")
    rules.check_password(new, desk.staff.login)
    actions.set_password(desk.session, desk.staff, passwords.hash_of(new), desk.now, by=desk.staff.id, place="console")
    return Go(desk.url("/login") + "?changed=1")


def wrong_password(desk: Desk, field: str, key: str) -> Go | None:
    """Where somebody goes whose password in this field was not right; None if it was. Not a Refusal: it is counted."""
    if passwords.matches(desk.staff.password, next(iter(desk.form.get(field, ())), "")):
        return None
    if actions.wrong_password(desk.session, desk.staff, desk.digest, desk.now):
        return Go(desk.url("/login") + "?many=1")
    return Go(desk.back("/account"), desk.plain(key), refused=True)


def look(desk: Desk) -> Go:
    """Language and colours; what is not ours is left as it was."""
    if (language := desk.field("language")) in LANGUAGES:
        desk.staff.language = language
    if (theme := desk.field("theme")) in THEMES:
        desk.staff.theme = theme
    return Go(desk.back("/account"))


def end_others(desk: Desk) -> Go:
    for other in account(desk)["browsers"]:
        if other.digest != desk.digest:
            staff.end_session(desk.session, other.digest)
    desk.audit("staff.end_others", f"staff:{desk.staff.id}")
    return Go(desk.url("/account"), desk.plain("staff.others_ended"))


def everybody(desk: Desk) -> Mapping[str, Any]:
    return {
        "people": staff.everybody(desk.session), "guarded": factors.standing(desk.session), "roles": ROLES,
        "languages": LANGUAGES, "code": "", "member": None,
    }  # fmt: skip


def add(desk: Desk) -> Mapping[str, Any]:
    """The code is shown once, on the page that answers."""
    member = actions.add(
        desk.session, desk.field("login"), desk.field("name"), desk.field("role"), _store_id(desk),
        desk.field("language") if desk.field("language") in LANGUAGES else desk.language, desk.now, by=desk.staff.id,
    )  # fmt: skip
    return _with_code(desk, member)


def invite(desk: Desk) -> Mapping[str, Any]:
    member: Staff = desk.things["member"]
    if member.dismissed_at is not None:
        actions.take_back(desk.session, member, desk.now, by=desk.staff.id)
    return _with_code(desk, member)


def place(desk: Desk) -> Go:
    actions.place(desk.session, desk.things["member"], desk.field("role"), _store_id(desk), desk.now, by=desk.staff.id)
    return Go(desk.url("/staff"), desk.plain("staff.placed", name=desk.things["member"].name))


def dismiss(desk: Desk) -> Go:
    actions.dismiss(desk.session, desk.things["member"], desk.now, by=desk.staff.id)
    return Go(desk.url("/staff"), desk.plain("staff.dismissed", name=desk.things["member"].name))


def log(desk: Desk) -> Mapping[str, Any]:
    before = desk.asked("before", 18)
    rows = audit.newest(desk.session, AUDIT_ROWS, int(before) if before.isascii() and before.isdigit() else None)
    names = {member.id: member.name for member in staff.everybody(desk.session)}
    return {"rows": rows, "names": names, "more": rows[-1].id if len(rows) == AUDIT_ROWS else None}


def _with_code(desk: Desk, member: Staff) -> Mapping[str, Any]:
    code = actions.invite(desk.session, member, desk.now, by=desk.staff.id, place="console")
    return {**everybody(desk), "code": code, "member": member}


def _store_id(desk: Desk) -> int | None:
    """The store chosen in a form."""
    return desk.store.id if desk.field("store") and desk.store else None


MEMBER = Thing("member", lambda session, number: session.get(Staff, number), lambda _session, found, mine: found.store_id in mine)
PAGES = [
    Page(path="/account", roles=EVERYBODY, get=account, template="staff/account.html"),
    Page(path="/account/password", roles=EVERYBODY, post=change_password),
    Page(path="/account/telegram", roles=EVERYBODY, post=link_code, template="staff/account.html"),
    Page(path="/account/telegram/off", roles=EVERYBODY, post=unlink),
    Page(path="/account/look", roles=EVERYBODY, post=look),
    Page(path="/account/others", roles=EVERYBODY, post=end_others),
    Page(path="/staff", roles=ADMINISTRATORS, get=everybody, post=add, template="staff/staff.html", menu="staff.menu"),
    Page(path="/staff/{member}/invite", roles=ADMINISTRATORS, post=invite, template="staff/staff.html"),
    Page(path="/staff/{member}/place", roles=ADMINISTRATORS, post=place),
    Page(path="/staff/{member}/dismiss", roles=ADMINISTRATORS, post=dismiss),
    Page(path="/audit", roles=ADMINISTRATORS, get=log, template="staff/audit.html", menu="staff.audit_menu"),
]
