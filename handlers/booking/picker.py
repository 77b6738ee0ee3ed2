"""The day picker: weeks from Monday to Sunday, as rows of buttons."""

from datetime import date, timedelta

from babel.dates import format_skeleton, get_day_names

from handlers.booking import times
from handlers.booking.wishes import Visit
from handlers.dialogue import Button, Turn
from handlers.dialogue.texts import locale

WEEKS = 4
CLOSED = "·"


def rows(turn: Turn, visit: Visit, page: str) -> list[list[Button]]:
    """Four weeks from the Monday `page` (ISO): closed days are a dot, full ones in brackets; then earlier and later."""
    first, today = date.fromisoformat(page), times.day_of(visit.plan, turn.now)
    last = today + timedelta(days=visit.plan.terms.horizon_days)
    free = times.free_days(turn.session, turn.shop, visit.plan.wish, turn.now, first=first, days=7 * WEEKS)
    days = [first + timedelta(days=number) for number in range(7 * WEEKS)]
    names = get_day_names("short" if turn.language == "en" else "narrow", locale=locale(turn.language))
    heads = [Button(names[weekday], "answer", {"page": page}) for weekday in range(7)]
    weeks = [[_day(day, free[day], today, last) for day in days[start : start + 7]] for start in range(0, len(days), 7)]
    shown = [heads, *(week for week in weeks if any(button.label != CLOSED for button in week))]
    around = []
    if first > today:
        around.append(turn.button("booking.day.earlier", "answer", {"page": monday(first - timedelta(weeks=WEEKS), today)}))
    if days[-1] < last:
        around.append(turn.button("booking.day.later", "answer", {"page": (first + timedelta(weeks=WEEKS)).isoformat()}))
    return [*shown, around] if around else shown


def _day(day: date, free: int | None, today: date, last: date) -> Button:
    value = {"day": day.isoformat()}
    if free is None or not today <= day <= last:
        return Button(CLOSED, "answer", value)
    return Button(str(day.day) if free else f"({day.day})", "answer", value)


def monday(day: date, today: date) -> str:
    """The Monday of the week of this day, not before that of today."""
    day = max(day, today)
    return (day - timedelta(days=day.weekday())).isoformat()


def title(turn: Turn, page: str) -> str:
    """ "November – December 2026"."""
    first = date.fromisoformat(page)
    last = first + timedelta(days=7 * WEEKS - 1)
    said = [str(format_skeleton("yMMMM", day, locale=locale(turn.language))) for day in (first, last)]
    return said[0] if said[0] == said[1] else " – ".join(said)
