"""The figures of pushes and of the contact gate in the console: quiet hours, caps, days."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from handlers.desk import Desk, Go, Page
from handlers.dialogue import Refusal
from handlers.reminders import figures, rulebook
from handlers.reminders.figures import Figures
from handlers.reminders.wrong import Wrong
from storage.staff import ADMINISTRATOR, REGION

# They hold for all stores.
EDITORS = frozenset({REGION, ADMINISTRATOR})
NAMES = [one.name for one in fields(Figures)]


def show(desk: Desk) -> Mapping[str, Any]:
    known, shipped = rulebook.load(desk.session).figures, figures.written(Figures())
    return {
        "names": NAMES, "values": figures.written(known), "shipped": shipped, "clocks": figures.CLOCKS,
        "leap_days": figures.LEAP_DAYS,
    }  # fmt: skip


def change(desk: Desk) -> Go:
    try:
        rulebook.put_figures(desk.session, figures.read({name: _value(desk, name) for name in NAMES}), desk.now)
    except Wrong as wrong:
        raise Refusal(wrong.key, **wrong.values) from None
    desk.audit("push.figures", "push:settings")
    return Go(desk.url("/pushes"), desk.plain("reminders.desk.figures.kept"))


def _value(desk: Desk, name: str) -> Any:
    typed = desk.field(name, 10)
    if name in figures.CLOCKS:
        # Browsers may send seconds along.
        return typed[:5]
    return int(typed) if typed.isascii() and typed.isdecimal() else typed


PAGES = [Page(path="/push-settings", roles=EDITORS, get=show, post=change, template="reminders/figures.html")]
