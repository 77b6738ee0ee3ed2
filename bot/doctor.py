"""What `bayline doctor` proves: that sums are what their ledgers say. Each finding is a sentence; it changes nothing."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from bot.finding import Finding
from storage import campaigns, coupons, holds, slots, stores


def findings(session: Session) -> Iterator[Finding]:
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


def _same(good: str, wrong: Sequence[str]) -> Iterator[Finding]:
    if not wrong:
        yield Finding(True, good)
    for sentence in wrong:
        yield Finding(
            False, sentence, "Somebody wrote past the program, or this is a fault of ours: keep a backup, and report it."
        )
