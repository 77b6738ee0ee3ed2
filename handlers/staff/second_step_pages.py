"""Console pages on the second step of one's login: setting it up, new recovery codes, switching it off; and for a colleague."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from handlers.desk import ADMINISTRATORS, EVERYBODY, Desk, Go, Page
from handlers.dialogue import Refusal
from handlers.staff import second_step
from handlers.staff.pages import wrong_password
from storage import factors

PLACE = "/account/second-step"
_TEMPLATE = "staff/second_step.html"


def show(desk: Desk) -> Mapping[str, Any]:
    factor = factors.of(desk.session, desk.staff.id)
    pending = factor is not None and factor.confirmed_at is None
    return {
        "since": factor.confirmed_at if factor else None,
        "picture": _picture(second_step.address(factor, desk.staff.login)) if factor and pending else "",
        "secret": " ".join(factor.secret[at : at + 4] for at in range(0, len(factor.secret), 4)) if factor and pending else "",
        "left": factors.codes_left(desk.session, desk.staff.id),
        "wanted": desk.staff.role in desk.house.second_step,
        "codes": (),
    }


def begin(desk: Desk) -> Go:
    """The password is asked once more: a desk that somebody has left must not be locked with a stranger's phone."""
    if wrong := wrong_password(desk, "password", "staff.wrong_password_now"):
        return wrong
    second_step.begin(desk.session, desk.staff)
    return Go(desk.url(PLACE))


def confirm(desk: Desk) -> Mapping[str, Any]:
    if factors.stands(desk.session, desk.staff.id):
        raise Refusal("staff.second.stands")
    if wrong := _tried(desk):
        return wrong
    codes = second_step.confirm(desk.session, desk.staff, desk.now, here=desk.digest)
    return {**show(desk), "codes": codes}


def new_codes(desk: Desk) -> Mapping[str, Any]:
    _must_stand(desk)
    if wrong := _tried(desk):
        return wrong
    codes = second_step.new_codes(desk.session, desk.staff, desk.now)
    return {**show(desk), "codes": codes}


def off(desk: Desk) -> Mapping[str, Any] | Go:
    _must_stand(desk)
    if desk.staff.role in desk.house.second_step:
        raise Refusal("staff.second.wanted")
    if wrong := _tried(desk):
        return wrong
    second_step.take_off(desk.session, desk.staff, desk.now, by=desk.staff.id)
    return Go(desk.url(PLACE), desk.plain("staff.second.is_off"))


def of_colleague(desk: Desk) -> Go:
    """For who has lost phone and codes. Nobody does it for themselves: then a password alone would be enough to do it."""
    member = desk.things["member"]
    if member.id == desk.staff.id:
        raise Refusal("staff.not_yourself")
    second_step.take_off(desk.session, member, desk.now, by=desk.staff.id)
    return Go(desk.url("/staff"), desk.plain("staff.second.taken_off", name=member.name))


def _must_stand(desk: Desk) -> None:
    if not factors.stands(desk.session, desk.staff.id):
        raise Refusal("staff.second.none")


def _tried(desk: Desk) -> Mapping[str, Any] | None:
    """The page with the reason why the code of the form was not right; None if it was."""
    wrong = second_step.try_code(desk.session, desk.staff, desk.field("code", 60), desk.now)
    return {**show(desk), "notice": (desk.text(wrong), True)} if wrong else None


def _picture(words: str) -> Markup:
    import segno  # late: only who sets it up pays for it

    code = segno.make(words, error="m")
    return Markup(code.svg_inline(scale=5, border=4, light="#fff"))  # noqa: S704 - made of squares, not of words


PAGES = [
    Page(path=PLACE, roles=EVERYBODY, get=show, template=_TEMPLATE),
    Page(path=f"{PLACE}/begin", roles=EVERYBODY, post=begin),
    Page(path=f"{PLACE}/confirm", roles=EVERYBODY, post=confirm, template=_TEMPLATE),
    Page(path=f"{PLACE}/codes", roles=EVERYBODY, post=new_codes, template=_TEMPLATE),
    Page(path=f"{PLACE}/off", roles=EVERYBODY, post=off, template=_TEMPLATE),
    Page(path="/staff/{member}/second-step", roles=ADMINISTRATORS, post=of_colleague),
]
