"""Reminders of appointments and questions after a visit are rules of pushes: what shops had set of them goes along."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_RULES = sa.table("push_rules", sa.column("code", sa.String), sa.column("rule", Json), sa.column("changed_at", Moment))
_SETTINGS = sa.table("push_settings", sa.column("id", Id), sa.column("figures", Json))
_STORES = sa.table("stores", sa.column("id", Id), sa.column("code", sa.String), sa.column("feedback", Json))
_OFTEN = 90


def _of_appointment(
    code: str, names: tuple[str, str, str], begins: tuple[str, str, str], trigger: dict[str, int]
) -> dict[str, Any]:
    texts = [
        f"{first}\n{{services}}\n{{when}}\n\n{{store}}{comma}{{address}}"
        for first, comma in zip(begins, (", ", "，", "，"), strict=True)
    ]
    return _rule(
        code, names, texts, "service", "appointment", 1, ["coming", "move", "cancel", "way"], {"kind": "appointment", **trigger}
    )


def _rule(
    code: str, names: Any, texts: Any, purpose: str, kind: str, priority: int, buttons: list[str], trigger: dict[str, Any]
) -> dict[str, Any]:  # fmt: skip
    languages = "en", "zh-Hans", "zh-Hant"
    return {
        "code": code, "names": dict(zip(languages, names, strict=True)), "on": True, "purpose": purpose, "kind": kind,
        "priority": priority, "buttons": buttons, "trigger": trigger, "audience": {},
        "texts": dict(zip(languages, texts, strict=True)),
    }  # fmt: skip


_DAY_BEFORE = _of_appointment(
    "day_before", ("Reminder on the day before", "预约前一天提醒", "預約前一天提醒"),
    ("See you {ahead}!", "{ahead}见！", "{ahead}見！"), {"days": 1},
)  # fmt: skip
_TWO_HOURS = _of_appointment(
    "two_hours", ("Reminder two hours before", "预约前两小时提醒", "預約前兩小時提醒"),
    ("{ahead} we expect you:", "{ahead}见：", "{ahead}見："), {"hours": 2},
)  # fmt: skip
_QUESTION = _rule(
    "feedback", ("Question after a visit", "服务后评价", "服務後評價"),
    (
        "Thank you for coming to {store} with {car}. How was the work?\n{services}\n"
        "One tap is enough: 1 is poor, 5 is excellent.",
        "感谢您光临{store}，{car}这次活儿做得怎么样？\n{services}\n点一下就好：1 分很差，5 分很棒。",
        "感謝您來到{store}，{car}這次的施工還滿意嗎？\n{services}\n點一下就好：1 分很差，5 分很棒。",
    ),
    "feedback", "feedback", 5, ["stars"], {"kind": "rating", "of": "visit", "minutes": _OFTEN},
)  # fmt: skip
_AGAIN = _rule(
    "feedback_again", ("The question once more", "评价再提醒一次", "評價再提醒一次"),
    (
        "One short question is still open: how was the work on {car}?\n{services}\n"
        "1 is poor, 5 is excellent. I won't ask about this visit again.",
        "还有一个小问题：{car}这次活儿做得怎么样？\n{services}\n1 分很差，5 分很棒。这次到店的事，之后不再问您。",
        "還有一個小問題：{car}這次的施工還滿意嗎？\n{services}\n1 分很差，5 分很棒。這次到店的事，之後不會再問您。",
    ),
    "feedback", "feedback", 5, ["stars"], {"kind": "rating", "of": "question", "minutes": 1440},
)  # fmt: skip


def upgrade() -> None:
    link = op.get_bind()
    kept = [*_reminders(link), *_questions(link)]
    for rule in kept:
        link.execute(_RULES.insert().values(code=rule["code"], rule=rule, changed_at=datetime.now(UTC)))


def downgrade() -> None:
    """The release before knows no such rules."""
    link = op.get_bind()
    for code, rule in link.execute(sa.select(_RULES.c.code, _RULES.c.rule)).all():
        if rule["trigger"]["kind"] in ("appointment", "rating"):
            link.execute(_RULES.delete().where(_RULES.c.code == code))


def _reminders(link: sa.Connection) -> list[dict[str, Any]]:
    found = []
    for number, figures in link.execute(sa.select(_SETTINGS.c.id, _SETTINGS.c.figures)).all():
        days, hours = figures.pop("remind_days", 1), figures.pop("remind_hours", 2)
        link.execute(_SETTINGS.update().where(_SETTINGS.c.id == number).values(figures=figures))
        if days != 1:
            found.append({**_DAY_BEFORE, "on": days > 0, "trigger": {"kind": "appointment", "days": days or 1}})
        if hours != 2:
            found.append({**_TWO_HOURS, "on": hours > 0, "trigger": {"kind": "appointment", "hours": hours or 2}})
    return found


def _questions(link: sa.Connection) -> list[dict[str, Any]]:
    after: dict[str, int] = {}
    silent, once = [], []
    for number, code, terms in link.execute(sa.select(_STORES.c.id, _STORES.c.code, _STORES.c.feedback)).all():
        asks, minutes, again = terms.pop("ask", True), terms.pop("after", _OFTEN), terms.pop("remind", True)
        link.execute(_STORES.update().where(_STORES.c.id == number).values(feedback=terms))
        if asks:
            after[code] = minutes
        silent += [] if asks else [code]
        once += [] if asks and again else [code]
    usual = max(Counter(after.values()).items(), key=lambda item: (item[1], item[0] == _OFTEN), default=(_OFTEN, 0))[0]
    others = sorted(code for code, minutes in after.items() if minutes != usual)
    found = []
    if usual != _OFTEN or silent or others:
        found.append(_with(_QUESTION, usual, on=bool(after), not_stores=[*silent, *others] if after else []))
    for minutes in sorted({after[code] for code in others}):
        made = _with(_QUESTION, minutes, on=True, stores=[code for code in others if after[code] == minutes])
        found.append({**made, "code": f"feedback_{minutes}"})
    if once:
        found.append(_with(_AGAIN, 1440, on=bool(set(after) - set(once)), not_stores=once if set(after) - set(once) else []))
    return found


def _with(rule: dict[str, Any], minutes: int, *, on: bool, **stores: list[str]) -> dict[str, Any]:
    audience = {name: sorted(codes) for name, codes in stores.items() if codes}
    return {**rule, "on": on, "trigger": {**rule["trigger"], "minutes": minutes}, "audience": audience}
