"""What `bayline doctor` proves: that sums are what their ledgers say, and that nothing lies where nobody sees it.

Each finding is a sentence; it changes nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.finding import Finding
from storage import campaigns, coupons, holds, messages, quarantine, slots, stores, watching

# What is overdue by so many seconds does not only wait its turn.
LATE = 900


def findings(session: Session, now: datetime) -> Iterator[Finding]:
    if hold := holds.now_open(session):
        since = f"{hold.begun_at:%Y-%m-%d %H:%M} UTC"
        yield Finding(False, f"Held since {since}: nothing is said unasked.", "`bayline hold show` tells what, and how it ends.")
    yield from _same("Coupons: every sum and state is what the ledger says.", coupons.differences(session))
    yield from _same("Campaigns: no letter to the hold-out, everybody planned has an end.", campaigns.problems(session))
    wrong = [
        f"store {store.code}, day {day}: resource {resource}"
        for store in stores.listed(session)
        for day, resource in slots.differences(session, store.id)
    ]
    yield from _same("Calendar: what is taken is what the appointments have.", wrong)
    yield from _messages(session, now)
    if aside := quarantine.all_rows(session):
        last = f"the last on {aside[-1].at:%Y-%m-%d %H:%M} UTC ({aside[-1].reason})"
        yield Finding(
            False, f"Updates: {len(aside)} could not be handled and lie aside, {last}; these people have had no answer.",
            "`bayline aside list` and `aside show` tell who they are; answer them, then `bayline aside drop KEY`.",
        )  # fmt: skip


def _messages(session: Session, now: datetime) -> Iterator[Finding]:
    late = [one for one in watching.outbox(session, now) if one.late > LATE]
    for one in late:
        number = "One message" if one.number == 1 else f"Up to {one.number} messages"
        yield Finding(
            False, f"{number} to {one.channel} should have left, the first {one.late / 60:.0f} minutes ago.",
            "Is Bayline running, and does the channel take its token (`bayline check`)? They leave by themselves when it does.",
        )  # fmt: skip
    if late:
        return
    lost = messages.lost(session)
    dead, open_ones = (
        sum(n for (_, status), n in lost.items() if status == kind) for kind in (messages.DEAD, messages.UNCERTAIN)
    )
    told = f" {dead} of those that are kept never arrived, {open_ones} may not have." if dead or open_ones else ""
    yield Finding(True, f"Messages: none is stuck.{told}")


def _same(good: str, wrong: Sequence[str]) -> Iterator[Finding]:
    if not wrong:
        yield Finding(True, good)
    for sentence in wrong:
        yield Finding(
            False, sentence, "Somebody wrote past the program, or this is a fault of ours: keep a backup, and report it."
        )
