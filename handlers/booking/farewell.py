"""'Thanks, see you Tuesday', 周二见, below a booked visit: when that is; the visit itself where they name another time."""

import re

from handlers.booking import hearing, meant, mine, papers, phrases, words
from handlers.dialogue import Reply, Turn
from handlers.dialogue.when import Reading
from storage.appointments import Appointment

_THANKS = (
    r"(?:(?:thanks|thank you|thx|ok|okay|great|perfect|cheers|cool|lovely|good|alright|all right|ta|brilliant|and|so|then|very"
    r"|a lot|much)[ ,.!]{1,3}){0,6}"
)
_ENGLISH = re.compile(
    rf"{_THANKS}(?:i will |ill |we will )?(?:see|c) (?:you|u|ya|yous|yall)(?: (?:guys|all|both))?"
    r"(?P<rest>(?: [\w:.]{1,12}){0,6})"
)
_CHINESE = re.compile(
    r"(?:谢谢|多谢|感谢|唔该|好[的吧啊呀嘞]?|行|嗯|ok|可以|那|那就|就|咱们|我们|[ ，,。!！~]){0,6}"
    r"(?P<rest>[^见?？吗么能可]{0,14}?)见面?(?:啦|了|喇|哈|哦|喔|吧)?"
)
# What says no time of its own.
_THEN = re.compile(r"(?:(?:then|there|soon|later|again|thanks|thank|you|cheers|bye|mate)| )*|到时候?|届时|回头|不|再|一阵|迟啲")


def said(turn: Turn, rows: list[Appointment]) -> Reply | None:
    """None where they say something else. `rows`: their visits that come, the next one first."""
    text = phrases.spaced(turn.words).strip(" .!。！~")
    found = _ENGLISH.fullmatch(text) or _CHINESE.fullmatch(text)
    if found is None or not rows:
        return None
    rest = found["rest"].strip()
    if _THEN.fullmatch(rest):
        return Reply(turn.text("booking.see_you", **words.card(turn, rows[0])))
    reading = hearing.when(turn, rest, words.store_of(turn, rows[0])).reading
    if reading is None or not (reading.date or reading.time or reading.implied_date):
        return None
    row = next((row for row in rows if _is_then(turn, row, reading)), None)
    return papers.coming_for_sure(turn, row.id) if row else mine.card(turn, rows[0])


def _is_then(turn: Turn, row: Appointment, reading: Reading) -> bool:
    day = reading.date
    return (day is None or day == meant.day(turn, row)) and reading.time in (None, meant.clock(turn, row))
