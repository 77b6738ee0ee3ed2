"""Staff decide on proposed aliases: take them into their entries, or dismiss them."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.faq.aliases import folded
from handlers.transfer import values
from handlers.transfer.report import Wrong
from storage import bulk, entries, proposals, versions
from storage.entries import EntryRow
from storage.proposals import MOST_CHARACTERS, AliasProposal


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a proposal: `refusal` is the sentence that says why not."""

    number: int
    proposal: AliasProposal | None
    refusal: str = ""


def take(session: Session, numbers: Sequence[int], now: datetime) -> list[Decided]:
    """Adds proposals to the aliases of their entries, each that can be; workers answer with them from then on."""
    if not bulk.claim(session):
        return [Decided(number, None, "An import is running. Wait until it has finished and try again.") for number in numbers]
    with versions.publication(session, "aliases", ", ".join(map(str, numbers)), now):
        waiting = proposals.with_numbers(session, numbers)
        rows = {(row.entry_id, row.language): row for row in entries.all_rows(session)}
        owners = {
            folded(words): row.entry_id
            for row in rows.values()
            if row.audience == "customer"
            for words in (row.question, *row.aliases)
        }
        return [_take(number, waiting.get(number), rows, owners, now) for number in dict.fromkeys(numbers)]


def dismiss(session: Session, numbers: Sequence[int]) -> list[Decided]:
    """Hides proposals for good: the same words are not proposed again."""
    waiting = proposals.with_numbers(session, numbers)
    for proposal in waiting.values():
        proposal.status = proposals.DISMISSED
    return [
        Decided(number, waiting.get(number), "" if number in waiting else _not_there(number)) for number in dict.fromkeys(numbers)
    ]


def _take(
    number: int,
    proposal: AliasProposal | None,
    rows: Mapping[tuple[str, str], EntryRow],
    owners: MutableMapping[str, str],
    now: datetime,
) -> Decided:
    if proposal is None:
        return Decided(number, None, _not_there(number))
    row = rows.get((proposal.entry_id, proposal.language))
    if row is None:
        return Decided(number, proposal, f'There is no entry "{proposal.entry_id}" in {proposal.language} any more. Dismiss it.')
    if (rival := owners.setdefault(proposal.folded, row.entry_id)) != row.entry_id:
        return Decided(number, proposal, f'"{proposal.text}" leads to "{rival}" already. Dismiss it, or take it out there first.')
    try:
        row.aliases = values.a_list([*row.aliases, proposal.text], MOST_CHARACTERS)
    except Wrong as wrong:
        return Decided(number, proposal, wrong.reason)
    row.changed_at, proposal.status = now, proposals.TAKEN
    return Decided(number, proposal)


def _not_there(number: int) -> str:
    return f"No proposal {number} waits. `bayline kb aliases` lists them."
