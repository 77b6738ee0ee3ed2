"""A morning at the desk of the sample shop: a full diary, and people who wait for an answer."""

import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.demo import diary, staff
from handlers import FEATURES
from handlers.dialogue.texts import Texts
from handlers.tickets import actions, rules
from handlers.tickets.work import By, Work
from storage import chats, customers, messages
from storage.database import Database

_VISITS: Sequence[diary.Visit] = (
    ("C-0010", "V-0010", "east", ("minor_service",), 0, time(9), "wait"),
    ("C-0012", "V-0012", "east", ("hybrid_check",), 0, time(10, 30), "wait"),
    ("C-0013", "V-0013", "east", ("brake_pads_front",), 0, time(14), "leave"),
    ("C-0016", "V-0016", "east", ("major_service",), 1, time(8, 30), "loaner"),
    ("C-0018", "V-0018", "east", ("ev_check",), 1, time(9), "wait"),
    ("C-0019", "V-0019", "east", ("oil_change", "cabin_filter"), 1, time(11), "wait"),
    ("C-0022", "V-0022", "east", ("wheel_alignment",), 1, time(13, 30), "wait"),
    ("C-0024", "V-0024", "east", ("ac_service",), 1, time(15, 30), "leave"),
    ("C-0025", "V-0025", "east", ("brake_fluid",), 2, time(10), "wait"),
    ("C-0028", "V-0028", "east", ("tyre_rotation",), 2, time(13, 30), "wait"),
    ("C-0031", "V-0031", "east", ("diagnostics",), 2, time(16), "leave"),
    ("C-0008", "V-0008", "west", ("minor_service",), 0, time(10), "wait"),
    ("C-0011", "V-0011", "west", ("first_service",), 1, time(8, 30), "wait"),
    ("C-0014", "V-0014", "west", ("ev_check",), 1, time(10, 30), "wait"),
    ("C-0017", "V-0017", "west", ("major_service",), 1, time(13, 30), "leave"),
    ("C-0020", "V-0020", "west", ("tyre_change",), 2, time(9), "wait"),
    ("C-0015", "V-0015", "studio", ("interior_cleaning",), 0, time(11), "leave"),
    ("C-0021", "V-0021", "studio", ("wax",), 1, time(14), "leave"),
    ("C-0027", "V-0027", "studio", ("hand_wash",), 1, time(16), "wait"),
)
# Customer, kind, minutes ago, words. A tier comes from the rules, as for everybody.
_MATTERS = (
    ("C-0036", "complaint", 55, "等了快两个小时，没人理我"),
    ("C-0037", "complaint", 40, "You scratched my rear door when you washed the car this morning."),
    ("C-0005", "complaint", 25, "上禮拜才換的煞車片，現在踩下去又有異音"),
    ("C-0013", "question", 12, "Is the gearbox still covered by the warranty if I had it serviced elsewhere once?"),
    ("C-0039", "question", 6, "贴完膜多久可以洗车？我今天下午想去接车"),
)


def write(database: Database, now: datetime) -> None:
    staff.hire(database, now)  # so that the matters have somebody to go to
    texts = Texts(["dialogue", *(feature.name for feature in FEATURES)])
    with database.transaction() as session:
        diary.write(session, now, _VISITS)
        for code, kind, minutes, words in _MATTERS:
            _matter(session, texts, code, kind, words, now - timedelta(minutes=minutes))


def _matter(session: Session, texts: Texts, code: str, kind: str, words: str, at: datetime) -> None:
    """As if they had written it in the web chat; only who had their browser could read the answer."""
    customer = customers.by_code(session, code)
    assert customer, "the sample's own customers are there"
    chat = chats.arrive(session, "web", secrets.token_hex(32), pulls=True, now=at)
    chat.customer_id, chat.language, chat.store_id = customer.id, customer.language, customer.store_id
    messages.receive(session, chat.id, chat.channel, key=secrets.token_hex(8), kind="text", text=words, data={}, now=at)
    work = Work(session, texts, at, By(customer.name, "web"), chat)
    actions.open_ticket(
        work, chat, kind, words, verdict=rules.load(session).judge(words) if kind == "complaint" else None,
        store_id=customer.store_id,
    )  # fmt: skip
    chats.save(session, chat)
