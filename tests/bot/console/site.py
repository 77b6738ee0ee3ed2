"""The console on a free port, with staff who are logged in. Database, pages and shell are real."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Any

import aiohttp
from sqlalchemy import select
from yarl import URL

from bot.console import Console
from bot.console.gate import mac
from bot.web import Proxies, WebServer, make_app
from handlers import FEATURES
from handlers.booking import actions as booking
from handlers.booking.actions import By, Person, Wish
from handlers.desk.desk import ROOT
from handlers.dialogue import shop as shops
from handlers.dialogue.memo import Memo
from handlers.dialogue.texts import Texts, texts_of
from handlers.lessons.actions import learn
from handlers.rewards import actions as rewards
from handlers.rewards.rules import LANGUAGES, NewOffer
from handlers.staff import actions, passwords
from handlers.tickets.actions import open_ticket
from handlers.tickets.work import By as TicketBy
from handlers.tickets.work import Work
from storage import chats, coupons, marks, media, messages, segments, staff
from storage.appointments import Appointment
from storage.campaigns import Campaign
from storage.chats import CHATS
from storage.coupons import Coupon
from storage.customers import Customer
from storage.database import Database
from storage.lessons import Lesson
from storage.segments import Segment
from storage.staff import Staff
from storage.stores import Store
from storage.tickets import Ticket
from tests.world import START

TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten o'clock in the stores
PASSWORD = "four words nobody guesses"
# Who may see what: one of each role in the east, and somebody in the west.
CAST = {
    "ann": (staff.ADVISOR, "east"),
    "max": (staff.MANAGER, "east"),
    "rui": (staff.REGION, None),
    "eva": (staff.ADMINISTRATOR, None),
    "wes": (staff.ADVISOR, "west"),
}
BY_ROLE = {role: login for login, (role, store) in CAST.items() if store != "west"}


@cache
def hashed() -> str:
    return passwords.hash_of(PASSWORD)


def texts() -> Texts:
    return texts_of("dialogue", "desk", *(feature.name for feature in FEATURES))


def hire(database: Database, now: datetime = START, language: str = "en") -> None:
    """The cast, in the sample shop."""
    with database.transaction() as session:
        stores = {store.code: store.id for store in session.scalars(select(Store))}
        for login, (role, store) in CAST.items():
            member = actions.add(session, login, login.title(), role, stores[store] if store else None, language, now)
            member.password = hashed()


@dataclass(frozen=True)
class Seen:
    status: int
    text: str
    headers: Any
    location: str = ""


class Site:
    """`async with Site(url) as site:` … `now` may be changed while it runs."""

    def __init__(
        self, url: str, memo: Memo | None = None, proxies: tuple[str, ...] = (), second_step: tuple[str, ...] = ()
    ) -> None:
        self.now = START
        self.database = Database(url)
        self.woken = 0
        self.console = Console(
            self.database,
            lambda: self.now,
            FEATURES,
            texts(),
            memo or Memo(),
            proxies=Proxies(proxies),
            wake=self._wake,
            second_step=second_step,
        )
        self.app = make_app(self._ready)
        self.app.add_routes(self.console.routes())
        self.server = WebServer(self.app, "127.0.0.1", 0)
        self._people: list[Browser] = []

    def _wake(self) -> None:
        self.woken += 1

    async def _ready(self) -> bool:
        return True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def start(self) -> None:
        await self.server.start()

    async def stop(self) -> None:
        for person in self._people:
            await person.http.close()
        self.console.hang_up()
        await self.server.stop()
        self.console.stop()
        self.database.close()

    async def __aenter__(self) -> "Site":
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    def somebody(self) -> "Browser":
        """A browser that nobody has logged in with."""
        person = Browser(self)
        self._people.append(person)
        return person

    def staff(self, login: str) -> "Browser":
        """Somebody of the cast, logged in already."""
        person = self.somebody()
        with self.database.transaction() as session:
            member = staff.by_login(session, login)
            assert member
            person.secret = actions.begin_session(session, member, "test", self.now)
        return person

    def member(self, login: str) -> Staff:
        with self.database.reading() as session:
            found = staff.by_login(session, login)
            assert found
            return found

    def token(self, kind: str, number: int) -> str:
        return self.console.house.tokens.write(kind, number)


class Browser:
    """A browser. `secret` is what its session cookie holds."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.http = aiohttp.ClientSession(site.url, cookie_jar=aiohttp.CookieJar(unsafe=True))

    @property
    def secret(self) -> str:
        return self.cookie("session")

    @secret.setter
    def secret(self, value: str) -> None:
        cookie: SimpleCookie = SimpleCookie({"bayline-session": value})
        cookie["bayline-session"]["path"] = ROOT
        self.http.cookie_jar.update_cookies(cookie, URL(self.site.url))

    def cookie(self, name: str) -> str:
        return next((cookie.value for cookie in self.http.cookie_jar if cookie.key == f"bayline-{name}"), "")

    async def get(self, path: str, **more: Any) -> Seen:
        """`path` below /console, or whole."""
        return await self._ask("GET", path, **more)

    async def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: Any) -> Seen:
        """A form of our own page, with all that it carries."""
        given = {"csrf": mac(self.secret, "csrf"), **fields}
        return await self._ask("POST", path, data=given, headers={"Origin": self.site.url} if headers is None else headers)

    async def enters(self, path: str, **fields: str) -> Seen:
        """Fills in a form at the door."""
        page = await self.get(path)
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert found
        return await self._ask("POST", path, data={"csrf": found[1], **fields}, headers={"Origin": self.site.url})

    async def _ask(self, method: str, path: str, **more: Any) -> Seen:
        where = path if path.startswith(ROOT) else ROOT + path
        async with self.http.request(method, where, allow_redirects=False, **more) as answer:
            body = await answer.read()
            return Seen(answer.status, body.decode("utf-8", "replace"), answer.headers, answer.headers.get("Location", ""))


def customer_of(database: Database, store: str) -> Customer:
    """Somebody of this store who has never been to another one."""
    with database.reading() as session:
        found = session.scalars(
            select(Customer).join(Store, Store.id == Customer.store_id).where(Store.code == store).order_by(Customer.id)
        )
        other = session.scalars(select(Store).where(Store.code != store, Store.code != "studio")).first()
        assert other
        from storage import people

        return next(one for one in found if not people.may_see(session, one, [other.id]))


def ticket_in(
    database: Database, store: str, words: str = "It rattles.", name: str = "Bo", customer: int | None = None
) -> Ticket:
    """A ticket of a chat of this store, with a photo."""
    with database.transaction() as session:
        place = session.scalars(select(Store).where(Store.code == store)).one()

        count = session.execute(select(CHATS.c.id)).all()
        chat = chats.arrive(session, "web", f"{store}-{len(count)}", pulls=True, now=START)
        chat.store_id, chat.name, chat.language, chat.customer_id = place.id, name, "en", customer
        chats.save(session, chat)
        photo = media.keep(
            session, chat_id=chat.id, sha256="0" * 64, mime="image/png", width=1, height=1, content=b"\x89PNG", now=START
        )
        messages.receive(session, chat.id, "web", key=f"k{chat.id}", kind="text", text=words, data={"media": [photo]}, now=START)
        return open_ticket(Work(session, texts(), START, TicketBy("customer", "web")), chat, "question", words)


def lesson_in(database: Database, store: str) -> Lesson:
    """Something that was learned from a ticket of this store."""
    ticket = ticket_in(database, store)
    with database.transaction() as session:
        work = Work(session, texts(), START, TicketBy("Eva", "console", 1))
        return learn(work, ticket, f"Learned in the {store}", ["Nobody looked."], "Looked", "A list")


def mark_in(database: Database, store: str) -> marks.Mark:
    """Somebody of this store has asked again whether their car is ready; there is no ticket."""
    with database.transaction() as session:
        place = session.scalars(select(Store).where(Store.code == store)).one()
        count = len(session.execute(select(CHATS.c.id)).all())
        chat = chats.arrive(session, "web", f"asks-{store}-{count}", pulls=True, now=START)
        chat.store_id, chat.name = place.id, f"Asker {count}"
        chats.save(session, chat)
        messages.receive(session, chat.id, "web", key=f"m{chat.id}", kind="text", text="Ready?", data={}, now=START)
        marks.mark(session, key=f"m{chat.id}", chat_id=chat.id, ticket_id=None, kind="ready_again", now=START)
        return marks.standing(session, [chat.id])[0]


def photo_of(database: Database, ticket: Ticket) -> str:
    with database.reading() as session:
        found = session.scalars(select(media.Media.id).where(media.Media.chat_id == ticket.chat_id)).first()
        assert found
        return found


def appointment_in(database: Database, store: str, at: datetime | None = None, **who: Any) -> Appointment:
    """A confirmed visit on Tuesday at ten, or at `at`."""
    with database.transaction() as session:
        shop = shops.load(session)
        wish = Wish(store, ("minor_service",), "audi_a4")
        person = Person(**(who or {"name": f"Guest of {store}", "phone": "+8613800000001"}))
        row = booking.hold(session, shop, wish, at or TUESDAY, person, START, by=By("Test", "console", staff=True))
        return booking.confirm(session, shop, row, START)


def coupon_in(database: Database, store: str) -> Coupon:
    """A coupon of an offer that holds in this store only, for somebody who has never been to another one."""
    owner = customer_of(database, store)
    with database.transaction() as session:
        shop = shops.load(session)
        count = len(coupons.offers(session))
        wish = NewOffer(
            f"{store}-{count}", dict.fromkeys(LANGUAGES, "Ten off"), "amount", amount=1000, currency="CNY", stores=(store,)
        )
        rewards.make(session, shop, wish, START)
        return rewards.issue(session, wish.code, session.get_one(Customer, owner.id), "test", START)


def segment_in(database: Database, store: str) -> Segment:
    """A segment of this store's own."""
    with database.transaction() as session:
        place = session.scalars(select(Store).where(Store.code == store)).one()
        names, rule = dict.fromkeys(LANGUAGES, "Often here"), {"any": [[{"fact": "visits", "least": 2}]]}
        code = f"of-{store}-{len(segments.all_segments(session))}"
        row = Segment(
            code=code, names=names, family="own", rule=rule, store_id=place.id,
            active=True, changed_at=START,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row


def campaign_in(database: Database, store: str) -> Campaign:
    """A draft of this store."""
    segment = segment_in(database, store)
    with database.transaction() as session:
        row = Campaign(
            name=f"Spring in {store}", segment_id=segment.id, offer_id=None, store_id=segment.store_id, starts_at=START,
            letters=dict.fromkeys(LANGUAGES, "Hello {name}"), ends_at=START + timedelta(days=9), hold_out=10, services=[],
            places=0, hold_hours=24, days_ahead=5, report_days=30, cost=0, status="draft", note="", created_at=START,
            link=f"TEST{segment.id:04}",
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row
