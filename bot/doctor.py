"""What `bayline doctor` proves: that sums are what their ledgers say, and that nothing lies where nobody sees it.

Each finding is a sentence; only `mended` changes anything.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.finding import Finding
from storage import campaigns, coupons, holds, messages, quarantine, seals, slots, stores, watching

# What is overdue by so many seconds does not only wait its turn.
LATE = 900
# So much of a seal's digest is shown.
HEAD = 16
_FAULT = "Somebody wrote past the program, or this is a fault of ours: keep a backup, and report it."
_MEND = "Keep a backup; `bayline doctor --mend-calendar` then makes it what the appointments have."
_LINES = {"log": "Line of the log", "history": "Line of a ticket's history"}
_FLAWS = {
    "changed": "{} was changed after it was sealed",
    "gone": "{} was taken out after it was sealed",
    "added": "{} was put in later than it says (or the clock was set back then)",
    "seal": "The chain of seals is broken before that of {}",
}


def findings(session: Session, now: datetime) -> Iterator[Finding]:
    if hold := holds.now_open(session):
        since = f"{hold.begun_at:%Y-%m-%d %H:%M} UTC"
        yield Finding(False, f"Held since {since}: nothing is said unasked.", "`bayline hold show` tells what, and how it ends.")
    yield from _same("Coupons: every sum and state is what the ledger says.", coupons.differences(session))
    yield from _same("Campaigns: no letter to the hold-out, everybody planned has an end.", campaigns.problems(session))
    yield from _same("Calendar: what is taken is what the appointments have.", _named(session, slots.differences), _MEND)
    yield from _chain(session)
    yield from _messages(session, now)
    if aside := quarantine.all_rows(session):
        last = f"the last on {aside[-1].at:%Y-%m-%d %H:%M} UTC ({aside[-1].reason})"
        yield Finding(
            False, f"Updates: {len(aside)} could not be handled and lie aside, {last}; these people have had no answer.",
            "`bayline aside list` and `aside show` tell who they are; answer them, then `bayline aside drop KEY`.",
        )  # fmt: skip


def mended(session: Session) -> Iterator[Finding]:
    """Writes the sums of the calendar anew where they are wrong, and says which."""
    lines = _named(session, slots.mend)
    yield from (Finding(True, f"Mended: {line}.") for line in lines)
    if not lines:
        yield Finding(True, "Calendar: there was nothing to mend.")


def _named(session: Session, find: Callable[[Session, int], list[tuple[int, int]]]) -> list[str]:
    return [
        f"store {store.code}, {slots.moment_of(day * slots.DAY):%Y-%m-%d}: {slots.name_of(resource)}"
        for store in stores.listed(session)
        for day, resource in find(session, store.id)
    ]


def _chain(session: Session) -> Iterator[Finding]:
    """What was done by whom, and the history of every ticket: no line was changed, taken out or put in since it was sealed."""
    found = seals.verify(session)
    for flaw in found.flaws:
        name = f"{_LINES[flaw.source]} {flaw.row_id}"
        where = f" (seal {flaw.seal})" if flaw.seal else ""
        yield Finding(
            False, f"{_FLAWS[flaw.what].format(name)}{where}.",
            "Somebody wrote past the program: keep this database as it is, compare with a backup, and ask who had access.",
        )  # fmt: skip
    if not found.flaws:
        head = f", the newest seal is {found.newest.id}:{found.newest.digest[:HEAD]}" if found.newest else ""
        waiting = f" {found.waiting} new ones are sealed when Bayline runs." if found.waiting else ""
        yield Finding(
            True, f"Log and history of tickets: {found.newest.id if found.newest else 0} lines are sealed{head}.{waiting}"
        )


def written_down(session: Session, noted: str) -> Finding:
    """Whether a seal that somebody wrote down, "120:3fa0…", is still part of the chain."""
    number, _, digest = noted.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 19 and len(digest) >= HEAD):
        return Finding(False, f"“{noted[:80]}” is no seal.", "It looks like 120:3fa04c9b12d87e65, as `bayline doctor` prints it.")
    if seals.holds(session, int(number), digest):
        return Finding(
            True, f"Seal {number} stands as it was written down, and so does everything before it if the chain is whole."
        )
    return Finding(
        False, f"Seal {number} is not what was written down: the chain was made anew, or cut.",
        "Compare with a backup, and ask who had access. (After a restore the seals since the backup are gone too.)",
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


def _same(good: str, wrong: Sequence[str], remedy: str = _FAULT) -> Iterator[Finding]:
    if not wrong:
        yield Finding(True, good)
    for sentence in wrong:
        yield Finding(False, sentence, remedy)
