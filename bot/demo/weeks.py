"""The last four weeks of the sample shop: visits that took place, what people thought of them, and matters that were settled."""

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers import FEATURES
from handlers.booking import actions as booking
from handlers.booking.actions import By as BookedBy
from handlers.booking.actions import Person, Wish
from handlers.dialogue import shop as shops
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts
from handlers.feedback import causes, complaint
from handlers.feedback import rules as ratings
from handlers.tickets import actions, rules
from handlers.tickets.work import By, Work
from storage import chats, feedback, messages, staff
from storage.appointments import Appointment
from storage.chats import Chat
from storage.customers import Customer
from storage.database import Database
from storage.feedback import SENT
from storage.staff import Staff
from storage.stores import Store
from storage.tickets import Ticket
from storage.vehicles import Vehicle


@dataclass(frozen=True, slots=True)
class Past:
    """A visit. `days`: how many ago. `ahead`: booked so many days before it. `how`: done, no_show or cancelled.

    `work`, `people`: the stars that were given, None: not answered. `words`: what was said with them. `ended`: cause, remedy and
    prevention of the matter that few stars became.
    """

    customer: str
    vehicle: str
    store: str
    services: tuple[str, ...]
    days: int
    clock: time
    how: str = "done"
    ahead: int = 3
    source: str = "chat"
    work: int | None = None
    people: int | None = None
    words: str = ""
    ended: tuple[str, str, str] | None = None


_VISITS = (
    Past("C-0030", "V-0030", "east", ("major_service",), 26, time(9), ahead=6, work=5, people=5, words="讲得很清楚，准时交车。"),
    Past("C-0040", "V-0040", "east", ("brake_fluid",), 25, time(10), work=4, people=5),
    Past("C-0034", "V-0034", "east", ("minor_service",), 24, time(14), ahead=2, work=3, people=4, words="等了快一個半小時。"),
    Past("C-0010", "V-0010", "east", ("tyre_rotation",), 23, time(9, 30), source="advisor", work=5, people=4),
    Past("C-0036", "V-0036", "east", ("hybrid_check",), 21, time(11), ahead=5, work=5),
    Past("C-0018", "V-0018", "east", ("cabin_filter",), 19, time(15), how="no_show", ahead=9),
    Past("C-0024", "V-0024", "east", ("ac_service",), 17, time(9), ahead=4, work=2, people=3,
         words="修完还是有异味，白跑一趟",
         ended=("蒸发箱没有清洗到位", "已免费重新清洗并更换滤芯", "空调保养的工单加上出风口复检一项")),
    Past("C-0028", "V-0047", "east", ("ev_check",), 15, time(10, 30), source="advisor", work=5, people=5, words="很仔細，謝謝！"),
    Past("C-0022", "V-0022", "east", ("minor_service", "cabin_filter"), 12, time(8, 30), ahead=7, work=4, people=4),
    Past("C-0012", "V-0012", "east", ("tyre_rotation",), 11, time(16), how="cancelled"),
    Past("C-0031", "V-0031", "east", ("oil_change",), 9, time(9), ahead=2, work=5, people=5, words="Done in forty minutes."),
    Past("C-0019", "V-0019", "east", ("diagnostics",), 8, time(13, 30), ahead=1, work=4, people=2,
         words="Nobody told me what it would cost until I asked.",
         ended=("The estimate was ready, and nobody showed it to you.", "We went through the bill together.",
                "No work begins before the estimate is in the chat.")),
    Past("C-0016", "V-0045", "east", ("minor_service",), 5, time(10), ahead=8),
    Past("C-0004", "V-0042", "east", ("brake_inspection",), 3, time(15), ahead=1, work=5, people=5, words="Quick and friendly."),
    Past("C-0035", "V-0035", "west", ("minor_service",), 22, time(9), ahead=4, work=5, people=5),
    Past("C-0032", "V-0032", "west", ("brake_pads_front",), 18, time(14), work=4, people=4, words="价格比网上说的贵一点"),
    Past("C-0014", "V-0014", "west", ("tyre_change",), 13, time(10), source="advisor", work=5),
    Past("C-0026", "V-0026", "west", ("oil_change",), 10, time(15, 30), how="no_show", ahead=12),
    Past("C-0017", "V-0017", "west", ("wheel_alignment",), 6, time(11), ahead=2, work=5, people=5),
    Past("C-0033", "V-0033", "studio", ("interior_cleaning",), 20, time(10), ahead=2, work=5, people=5, words="像新的一样"),
    Past("C-0009", "V-0043", "studio", ("premium_wash",), 14, time(14), ahead=1, work=4, people=4),
    Past("C-0021", "V-0021", "studio", ("hand_wash",), 7, time(15), ahead=1, work=3, people=3, words="輪框沒洗乾淨"),
    Past("C-0027", "V-0027", "studio", ("wax",), 4, time(11), ahead=3, work=5, people=5),
)  # fmt: skip
# Customer, days ago, question, the answer of staff, minutes until it came, stars for it.
_QUESTIONS = (
    ("C-0038", 16, "我的车保险快到期了，能在你们这里续保吗？", "可以，资料我发给您，到店十分钟办好。", 9, 5),
    ("C-0025", 11, "Do you keep winter tyres for customers?", "We do, 300 a season a set. Shall I put you down?", 21, 4),
    ("C-0005", 2, "可以指定上次那位師傅嗎？", "可以，我幫您註記在預約上。", 14, None),
)


def write(database: Database, now: datetime) -> int:
    """How many visits there was room for. The staff must be there."""
    texts = Texts(["dialogue", *(feature.name for feature in FEATURES)])
    with database.transaction() as session:
        at_desk = {member.store_id: member for member in staff.everybody(session) if member.role == staff.ADVISOR}
        weeks = _Weeks(session, shops.load(session), texts, now, at_desk)
        made = sum(weeks.visit(past) for past in _VISITS)
        for code, days, words, answer, minutes, given in _QUESTIONS:
            weeks.question(code, now - timedelta(days=days), words, answer, timedelta(minutes=minutes), given)
    return made


class _Weeks:
    """Each step is made with the clock of its day, by the actions that make it in earnest."""

    def __init__(
        self, session: Session, shop: Shop, texts: Texts, now: datetime, at_desk: dict[int | None, Staff]
    ) -> None:  # fmt: skip
        self._session, self._shop, self._texts, self._now, self._at_desk = session, shop, texts, now, at_desk
        self._people = {row.code: row for row in session.scalars(select(Customer))}
        self._cars = {row.code: row for row in session.scalars(select(Vehicle))}
        self._tiers, self._causes = rules.load(session), causes.load(session)
        self._models = {model.id: model.code for model in shop.models.values()}

    def visit(self, past: Past) -> bool:
        session, shop = self._session, self._shop
        customer, car = self._people[past.customer], self._cars[past.vehicle]
        store = next(store for store in shop.stores if store.code == past.store)
        advisor = self._advisor(store.id)
        zone = ZoneInfo(store.timezone)
        wanted = datetime.combine(self._now.astimezone(zone).date() - timedelta(days=past.days), past.clock, zone)
        booked = wanted - timedelta(days=past.ahead, hours=1)
        desk = BookedBy(advisor.name, "console", staff=True, advisor_id=advisor.id)
        wish = Wish(past.store, past.services, self._models.get(car.model_id or 0), car.id, "wait")
        free = booking.next_free(session, shop, wish, booked, count=1, after=wanted, by=desk)
        # A closure may have pushed it up to today.
        if not free or free[0].starts_at > self._now - timedelta(days=1):
            return False
        at = free[0].starts_at
        row = booking.book(session, shop, wish, at, Person(customer.id), booked, by=desk, source=past.source)
        if past.how == "cancelled":
            booking.cancel(session, shop, row, at - timedelta(days=1), by=desk)
        elif past.how == "no_show":
            booking.no_show(session, row, at + timedelta(hours=1), by=desk)
        else:
            booking.arrive(session, row, at - timedelta(minutes=4), by=desk)
            booking.start(session, row, at + timedelta(minutes=6), by=desk)
            booking.finish(session, row, row.ends_at, by=desk)
            self._rate(past, row, customer)
        return True

    def question(
        self, code: str, at: datetime, words: str, answer: str, after: timedelta, given: int | None
    ) -> None:  # fmt: skip
        customer = self._people[code]
        chat = self._chat(customer, words, at)
        work = Work(self._session, self._texts, at, By(customer.name, "web"), chat)
        ticket = actions.open_ticket(work, chat, "question", words, store_id=customer.store_id)
        chats.save(self._session, chat)
        self._answer(ticket, at + after, answer)
        actions.close(self._staff(ticket, at + after + timedelta(minutes=30)), ticket)
        ticket.rating = given

    def _rate(self, past: Past, row: Appointment, customer: Customer) -> None:
        """They were asked, and most of them answered."""
        asked, said = row.ends_at + timedelta(minutes=90), row.ends_at + timedelta(hours=3)
        chat = self._chat(customer, past.words, said)
        day = row.starts_at.astimezone(ZoneInfo(self._store(row.store_id).timezone)).date()
        wish = {
            "key": f"customer:{customer.id}:{day}", "chat_id": chat.id, "customer_id": customer.id, "store_id": row.store_id,
            "services": row.services, "day": day, "ended_at": row.ends_at, "outcome": SENT, "appointment_id": row.id,
            "technician_id": row.technician_id, "advisor": self._advisor(row.store_id).name, "asked_at": asked,
        }  # fmt: skip
        asked_about = feedback.begin(self._session, wish)
        if asked_about is None or past.work is None:
            return
        asked_about.work, asked_about.people, asked_about.words = past.work, past.people, past.words
        asked_about.causes, asked_about.answered_at, asked_about.finished_at = self._causes.of(past.words), said, said
        if ratings.is_low(past.work, past.people) and past.ended:
            work = Work(self._session, self._texts, said, By(customer.name, "web"), chat)
            ticket = complaint.open_(work, self._shop, chat, asked_about, self._tiers.judge(past.words))
            chats.save(self._session, chat)
            self._answer(ticket, said + timedelta(minutes=25), past.ended[0])
            actions.resolve(self._staff(ticket, said + timedelta(hours=5)), ticket, *past.ended)
            ticket.rating = 4

    def _answer(self, ticket: Ticket, at: datetime, words: str) -> None:
        work = self._staff(ticket, at)
        actions.claim(work, ticket)
        actions.reply(work, ticket, words)

    def _chat(self, customer: Customer, words: str, at: datetime) -> Chat:
        """In the web chat; only who had their browser could read what is written there."""
        session = self._session
        chat = chats.arrive(session, "web", secrets.token_hex(32), pulls=True, now=at)
        chat.customer_id, chat.language, chat.store_id = customer.id, customer.language, customer.store_id
        if words:
            messages.receive(session, chat.id, "web", key=secrets.token_hex(8), kind="text", text=words, data={}, now=at)
        chats.save(session, chat)
        return chat

    def _staff(self, ticket: Ticket, at: datetime) -> Work:
        """Whoever has it, or takes it now."""
        member = self._session.get(Staff, ticket.staff_id or 0) or self._advisor(ticket.store_id)
        return Work(self._session, self._texts, at, By(member.name, "console", member.id))

    def _advisor(self, store_id: int | None) -> Staff:
        """Of another store where this one has nobody."""
        return self._at_desk.get(store_id) or next(iter(self._at_desk.values()))

    def _store(self, store_id: int) -> Store:
        return next(store for store in self._shop.stores if store.id == store_id)
