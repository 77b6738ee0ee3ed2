"""Rules of the inbox: what a clock shows, which events are worth a line, and who may be given a ticket."""

from dataclasses import dataclass
from datetime import datetime

from storage import tickets
from storage.staff import Staff

# Lines of history that stand between the words. Of the others the words themselves speak; all are listed below them.
TOLD = (
    "opened", "claimed", "assigned", "tier", "raised", "became_complaint", "broken", "climbed", "warned", "resolved", "closed",
    "reopened", "merged", "took_in", "unmerged", "let_go", "split", "handed_back", "phone", "tagged", "untagged",
    "scheduled", "unscheduled",
    "held_up", "lesson", "withdrawn", "rewritten", "taken_back",
    "gift", "gift_asked", "gift_declined", "snoozed", "woken", "rated",
    "parts", "parts_here", "parts_late", "muted", "unmuted",
)  # fmt: skip
NAMED = (*TOLD, "replied", "noted", "handed_over", "went_on", "reckoned", "corrected", "note_rewritten")


@dataclass(frozen=True, slots=True)
class Clock:
    """`state`: ok | soon | late | paused | none. `soon`: from when on so much of the time is gone that staff are warned."""

    state: str
    answer: bool = False
    due: datetime | None = None
    soon: datetime | None = None


def clock(status: str, *, answered: bool, due: datetime | None, since: datetime, now: datetime, percent: int) -> Clock:
    """The promise that is due next. While it is the customer's turn its clock stands still. `percent`: gone at the warning."""
    if status == tickets.WAITING:
        return Clock("paused")
    if status not in tickets.ALIVE or due is None:
        return Clock("none")
    soon = due - (due - since) * (100 - percent) / 100
    state = "late" if now >= due else "soon" if now >= soon else "ok"
    return Clock(state, not answered, due, soon)


def may_have(member: Staff, store_id: int | None) -> bool:
    """Whether somebody may be given a ticket of this store: they work here and can see it."""
    return member.dismissed_at is None and (member.store_id is None or store_id is None or member.store_id == store_id)


def works_with(member: Staff, other: Staff) -> bool:
    """Whether somebody may be given what this member of staff sees."""
    return may_have(other, member.store_id)
