"""Offers and coupons: bad ones are stopped by a sentence, good ones are used once, and every sum stands in the ledger."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from bot.cli import app
from handlers.dialogue import Refusal
from handlers.dialogue import shop as shops
from handlers.profile import actions as profile
from handlers.rewards import actions, codes
from handlers.rewards.actions import Bill
from handlers.rewards.rules import LANGUAGES, NewOffer
from storage import audit, chats, coupons, staff_links
from storage.appointments import Appointment
from storage.coupons import EXPIRED, ISSUED, REDEEMED, Coupon, CouponEntry, Offer
from storage.customers import Customer
from storage.database import Database
from storage.staff import Staff
from storage.stores import Store
from tests.world import START, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
TEN = NewOffer("ten", dict.fromkeys(LANGUAGES, "Ten off"), "amount", amount=1000, currency="CNY")
EAST_TZ = timedelta(hours=8)


def offered(session: Session, wish: NewOffer = TEN, **more: object) -> Offer:
    return actions.make(session, shops.load(session), replace(wish, **more), START)  # type: ignore[arg-type]


def somebody(session: Session, place: int = 0) -> Customer:
    return session.scalars(select(Customer).order_by(Customer.id)).all()[place]


def bill(session: Session, amount: int = 20000, store: str = "east", **more: object) -> Bill:
    place = session.scalars(select(Store).where(Store.code == store)).one()
    return Bill(place, amount, **more)  # type: ignore[arg-type]


def ten(session: Session) -> Offer:
    found = coupons.offer(session, "ten")
    assert found
    return found


def sound(database: Database) -> None:
    with database.reading() as session:
        assert coupons.differences(session) == []


BAD: list[tuple[dict[str, object], str]] = [
    ({"kind": "percent", "percent": -5}, "percent"),
    ({"kind": "percent", "percent": 101}, "percent"),
    ({"amount": 0}, "amount"),
    ({"amount": -100}, "amount"),
    ({"kind": "service", "service": "no_such"}, "service"),
    ({"ends_on": date(2026, 11, 20)}, "past"),
    ({"starts_on": date(2026, 12, 2), "ends_on": date(2026, 12, 1)}, "ends_first"),
    ({"days": 0}, "days"),
    ({"days": None}, "no_end"),
    ({"stock": 0}, "limit"),
    ({"minimum": -1}, "limit"),
    ({"kind": "percent", "percent": 5, "amount": None, "budget": 1000}, "budget_needs_most"),
    ({"names": {"en": "x", "zh-Hans": "x", "zh-Hant": " "}}, "names"),
    ({"stores": ("nowhere",)}, "scope"),
    ({"currency": "USD"}, "currency"),
    ({"code": "Ten Off!"}, "code"),
    ({"issuer": "anybody"}, "issuer"),
]


@sqlite
def test_a_bad_offer_is_stopped_by_a_sentence(world: World) -> None:
    with world.database.reading() as session:
        for wrong, key in BAD:
            with pytest.raises(Refusal) as no:
                offered(session, **wrong)
            assert no.value.key == f"rewards.wrong.{key}"
            for language in LANGUAGES:
                assert world.engine.texts.render(no.value.key, language, no.value.values)


def test_cc5_sixty_four_at_once_on_one_coupon(world: World) -> None:
    """CC5, AB5: one success, and the database would not have it otherwise."""
    with world.database.transaction() as session:
        offered(session)
        number = actions.issue(session, "ten", somebody(session), "test", START).id

    def use(_: int) -> str:
        try:
            with world.database.transaction() as session:
                actions.redeem(session, session.get_one(Coupon, number), bill(session), START)
        except Refusal as no:
            return no.key
        return "done"

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(use, range(64))) == {"done": 1, "rewards.refused.used": 63}
    with world.database.reading() as session:
        assert ten(session).spent == 1000
    with world.database.reading() as session, pytest.raises(IntegrityError):
        coupons.enter(session, session.get_one(Coupon, number), REDEEMED, 1, START)
    sound(world.database)


def test_the_last_of_the_stock_is_given_once(world: World) -> None:
    """CC5: stock and budget hold, however many ask at once."""
    with world.database.transaction() as session:
        offered(session, stock=3, per_customer=1000)
        offered(session, code="dear", budget=2500, per_customer=1000)

    def give(number: int) -> str:
        try:
            with world.database.transaction() as session:
                actions.issue(session, "ten" if number % 2 else "dear", somebody(session), "test", START)
        except Refusal as no:
            return no.key
        return "given"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(give, range(24)))
    assert said.count("given") == 5
    assert set(said) == {"given", "rewards.refused.gone"}
    with world.database.reading() as session:
        given = {offer.code: (offer.issued, offer.committed) for offer in coupons.offers(session)}
        assert (given["ten"], given["dear"]) == ((3, 3000), (2, 2000))
    sound(world.database)


@sqlite
def test_tm14_good_through_the_printed_day(world: World) -> None:
    """TM14: 23:59:59 in the store's zone is still that day, a second later is not."""
    with world.database.transaction() as session:
        offered(session, days=3)
        coupon = actions.issue(session, "ten", somebody(session), "test", START)
        assert coupon.valid_until == date(2026, 11, 23)
        last = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC) - EAST_TZ
        assert actions.worth(session, coupon, bill(session), last) == 1000
        with pytest.raises(Refusal, match="expired"):
            actions.redeem(session, coupon, bill(session), last + timedelta(seconds=1))
    world.now = last + timedelta(hours=36)
    world.sweeps()
    with world.database.reading() as session:
        assert session.get_one(Coupon, coupon.id).state == EXPIRED
        assert ten(session).committed == 0
    sound(world.database)


@sqlite
def test_what_it_takes_off(world: World) -> None:
    """CC5: a bill is never negative, minimum and scope count, and what does not stack stands alone."""
    with world.database.transaction() as session:
        who = somebody(session)
        offered(session, code="half", kind="percent", percent=50, amount=None, stacks=True)
        offered(session, code="big", amount=90000, stacks=True)
        offered(session, code="alone", minimum=10000, services=("minor_service",), stores=("east",))
        half, big, alone = (actions.issue(session, code, who, "test", START) for code in ("half", "big", "alone"))
        for asked, key in (
            (bill(session, 9999), "minimum"),
            (bill(session, store="west"), "not_here"),
            (bill(session, services=("hand_wash",)), "not_for_this"),
            (bill(session, 0), "no_amount"),
        ):
            with pytest.raises(Refusal, match=key):
                actions.redeem(session, alone, asked, START)
        assert actions.redeem(session, half, bill(session, 9999, number="A1"), START) == 4999
        with pytest.raises(Refusal, match="not_with_others"):
            actions.redeem(session, alone, bill(session, 20000, number="A1"), START)
        assert actions.redeem(session, big, bill(session, 9999, number="A1"), START) == 5000
        assert actions.redeem(session, alone, bill(session, 20000, services=("minor_service",), number="A2"), START) == 1000
    sound(world.database)


@sqlite
def test_a_refund_gives_it_back(world: World) -> None:
    with world.database.transaction() as session:
        offered(session, days=1)
        coupon = actions.issue(session, "ten", somebody(session), "test", START)
        with pytest.raises(Refusal, match="not_used"):
            actions.reverse(session, coupon, START)
        actions.redeem(session, coupon, bill(session), START)
        later = START + timedelta(days=5)
        actions.reverse(session, coupon, later)
        assert (coupon.state, coupon.valid_until) == (ISSUED, date(2026, 12, 10))
        actions.redeem(session, coupon, bill(session), later)
        assert (coupon.state, coupon.uses) == (REDEEMED, 2)
        with pytest.raises(Refusal, match="used"):
            actions.take_back(session, coupon, later)
    sound(world.database)


@sqlite
def test_a_present_comes_again_the_next_year(world: World) -> None:
    """The coupon of the last birthday, used or expired, is no reason to give none."""
    with world.database.transaction() as session:
        offered(session, days=30)
        who = somebody(session)
        last = actions.issue(session, "ten", who, "rule:birthday", START, key="2026")
        actions.expire(session, last.id, START + timedelta(days=32))
        with pytest.raises(Refusal, match="has_one"):
            actions.issue(session, "ten", who, "rule:birthday", START + timedelta(days=200))
        again = actions.issue(session, "ten", who, "rule:birthday", START + timedelta(days=354), key="2027")
        assert again.id != last.id


@sqlite
def test_people_give_within_the_limits_of_their_role(world: World) -> None:
    with world.database.transaction() as session:
        store = session.scalars(select(Store)).first()
        assert store
        staff = {
            role: Staff(login=role, name=role, role=role, store_id=store.id, language="en", theme="auto", created_at=START)
            for role in ("advisor", "manager")
        }
        session.add_all(staff.values())
        offered(session, issuer="manager", per_day=1)
        session.flush()
        who = somebody(session)
        with pytest.raises(Refusal, match="not_yours_to_give"):
            actions.issue(session, "ten", who, "sorry", START, by=staff["advisor"])
        first = actions.issue(session, "ten", who, "sorry", START, by=staff["manager"], key="once")
        assert actions.issue(session, "ten", who, "sorry", START, key="once").id == first.id
        with pytest.raises(Refusal, match="has_one"):
            actions.issue(session, "ten", who, "sorry", START)
        with pytest.raises(Refusal, match="enough_today"):
            actions.issue(session, "ten", somebody(session, 1), "sorry", START, by=staff["manager"])
        actions.take_back(session, first, START)
        assert actions.issue(session, "ten", who, "sorry", START).id != first.id
    sound(world.database)


def test_ab5_the_limit_of_a_day_holds_however_many_presses_come_at_once(world: World) -> None:
    with world.database.transaction() as session:
        offered(session, per_day=2, per_customer=1000)
        member = Staff(login="li", name="Li", role="advisor", language="en", theme="auto", created_at=START)
        session.add(member)
        session.flush()
        number = member.id

    def give(_: int) -> str:
        try:
            with world.database.transaction() as session:
                actions.issue(session, "ten", somebody(session), "sorry", START, by=session.get_one(Staff, number))
        except Refusal as no:
            return no.key.rsplit(".", 1)[-1]
        return "given"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(give, range(16))) == {"given": 2, "enough_today": 14}
    sound(world.database)


@sqlite
@pytest.mark.parametrize("seed", [1, 2])
def test_cc5_whatever_is_tried_in_whatever_order_every_sum_holds(world: World, seed: int) -> None:
    """CC5: what is refused changes nothing; no stock, budget or bill is ever overdrawn; nothing is used twice."""
    order, now, used, tried = random.Random(seed), START, Counter[int](), Counter[str]()
    with world.database.transaction() as session:
        offered(session, code="few", stock=6, per_customer=3, stacks=True)
        offered(session, code="tight", budget=5500, per_customer=9, days=2)
        offered(session, code="half", kind="percent", percent=50, amount=3000, stacks=True, per_customer=9, budget=20000)
        offered(session, code="wash", kind="service", service="hand_wash", amount=None, per_customer=9)
        people = session.scalars(select(Customer).order_by(Customer.id).limit(3)).all()
        for _ in range(100):
            now += timedelta(hours=order.choice((0, 0, 1, 9)))
            known = session.scalars(select(Coupon)).all()
            coupon = order.choice(known) if known else None
            what = order.choice(("issue", "issue", "redeem", "redeem", "reverse", "reverse", "take_back", "expire", "close"))
            before = session.scalar(select(func.count()).select_from(CouponEntry))
            try:
                with session.begin_nested():
                    if what == "issue" or coupon is None:
                        key = order.choice((None, None, "once"))
                        actions.issue(
                            session, order.choice(("few", "tight", "half", "wash")), order.choice(people), "x", now, key=key
                        )
                    elif what == "redeem":
                        amount = order.choice((0, 1, 999, 5000, 2_000_000_000))
                        taken = actions.redeem(session, coupon, bill(session, amount, number=order.choice("ABCDEF")), now)
                        assert 0 <= taken <= amount
                        used[coupon.id] += 1
                    elif what == "reverse":
                        actions.reverse(session, coupon, now)
                        used[coupon.id] -= 1
                    elif what == "take_back":
                        actions.take_back(session, coupon, now)
                    elif what == "expire":
                        for number in actions.over(session, now):
                            actions.expire(session, number, now)
                    elif order.random() < 0.1:
                        actions.close(session, order.choice(coupons.offers(session)), now)
                tried[what] += 1
            except Refusal:
                assert session.scalar(select(func.count()).select_from(CouponEntry)) == before
                continue
            assert set(used.values()) <= {0, 1}
            assert coupons.differences(session) == []
            for offer in coupons.offers(session):
                session.refresh(offer)
                assert 0 <= offer.issued <= (offer.stock or 10**9)
                assert 0 <= offer.committed <= (offer.budget or 10**9)
                assert offer.spent >= 0
    assert {"issue", "redeem", "reverse", "take_back"} <= set(tried)


@sqlite
def test_the_ledger_is_checked(world: World) -> None:
    with world.database.transaction() as session:
        offered(session)
        number = actions.issue(session, "ten", somebody(session), "test", START).id
        session.execute(update(Offer).values(spent=7))
        session.execute(update(Coupon).where(Coupon.id == number).values(state=REDEEMED))
    with world.database.reading() as session:
        found = "\n".join(coupons.differences(session))
    assert "spent 7, the ledger 0" in found
    assert f"coupon {number}: its state redeemed" in found


def test_in3_codes_are_read_however_they_are_typed() -> None:
    """IN3, AB5: width, case, groups, invisible signs and look-alikes; sixty bits."""
    code = "K7QM3XWP9RT0"
    for typed in ("k7qm-3xwp-9rto", "Ｋ７ＱＭ ３ＸＷＰ ９ＲＴ０", "BAYLINE-COUPON:K7QM3XWP9RT0", "\u200bК7QМ–3ХWР-9RТ0 "):
        assert codes.read(typed) == code
    for none in ("", "K7QM-3XWP", "K7QM-3XWP-9RT*", "K7QM3XWP9RT00"):
        assert codes.read(none) is None
    assert len({codes.new() for _ in range(1000)}) == 1000
    assert len(codes.ALPHABET) ** codes.LENGTH >= 2**60


@sqlite
@pytest.mark.parametrize(
    ("language", "asks", "none", "through", "done"),
    [
        ("en", "my offers", "no offers", "Good through", "Your offer comes along"),
        ("zh-CN", "我的优惠", "没有可用的优惠", "有效期至", "已带上您的优惠"),
        ("zh-TW", "我的優惠", "沒有可用的優惠", "使用期限至", "已帶上您的優惠"),
    ],
)
def test_my_offers_and_a_visit_with_one(world: World, language: str, asks: str, none: str, through: str, done: str) -> None:
    ann, eve = world.customer("telegram", language), world.customer("web", "en")
    ann.says(asks).sees(none)
    in_menu = ann.says("menu").labels
    assert ann.outcome
    with world.database.transaction() as session:
        chat = chats.lock(session, ann.outcome.chat_id)
        who = profile.customer_of(session, chat, START)
        who.phone = "+8613800000001"
        chats.save(session, chat)
        offered(session, kind="service", service="hand_wash", amount=None, stores=("studio",))
        coupon = actions.issue(session, "ten", who, "test", START)
    assert len(ann.says("menu").labels) == len(in_menu) + 1
    ann.says(asks).sees(through, codes.shown(coupon.code))
    label = ann.labels[0]
    ann.presses(ann.labels[1])
    assert ann.last.kind == "photo"
    ann.presses(label)
    for _ in range(12):
        if done in ann.last.text:
            break
        buttons = ann.labels
        ann.presses(next((one for one in buttons if one.startswith(("Book it", "确认", "確認", "Yes"))), buttons[0]))
    ann.sees(done)
    with world.database.reading() as session:
        row = session.get_one(Coupon, coupon.id)
        assert row.appointment_id is not None
        assert session.get_one(Appointment, row.appointment_id).services == ["hand_wash"]
        assert row.state == ISSUED
    # AU3: what is somebody else's is as if it did not exist.
    eve.says("my offers").sees("no offers")


def test_the_doctor_looks_at_the_ledger(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    monkeypatch.setenv("BAYLINE_DATA_DIR", str(tmp_path / "data"))
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 0
    with world.database.transaction() as session:
        session.execute(update(Offer).where(Offer.code == "birthday").values(spent=7))
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "offer birthday" in result.output


@sqlite
def test_staff_redeem_on_telegram_by_typing_or_scanning(world: World) -> None:
    """The code, the bill, yes: once. To whoever does not work here a code is words like any other."""
    with world.database.transaction() as session:
        offered(session, services=("minor_service",))
        coupon = actions.issue(session, "ten", somebody(session), "test", START)
        coupon.code = "XG36608PB095"  # of the random ones some read as a time
        east = session.scalars(select(Store).where(Store.code == "east")).one()
        member = Staff(login="eva2", name="Eva", role="advisor", store_id=east.id, language="en", theme="auto", created_at=START)
        session.add(member)
        session.flush()
        eva, ann = world.customer("telegram", "en", address="4711"), world.customer("telegram", "en")
        staff_links.link(session, member.id, "4711", START)
    scanned = f"{codes.SCANNED}{coupon.code}"
    assert "takes" not in ann.says(f"{scanned} 200").last.text
    eva.says(scanned).sees("with the bill behind it")
    eva.says(f"{codes.shown('0' * 12)} 200").sees("There is no coupon with this code")
    eva.says(f"{codes.shown(coupon.code).lower()} 200").sees("Ten off", "¥10", "¥200", "Which of these is on the bill?")
    assert eva.labels == ["Minor service", "None of these"]
    eva.presses("None of these").sees("not for this service").presses("Minor service").sees("Redeemed")
    eva.says(f"{scanned} 200").sees("has been used")
    with world.database.reading() as session:
        assert audit.times(session, f"codes:{member.id}", START) == 1  # AB5: guesses are counted
    with world.database.reading() as session:
        assert session.get_one(Coupon, coupon.id).state == REDEEMED
    sound(world.database)


@sqlite
def test_a_coupon_of_one_store_is_not_redeemed_in_another_on_telegram(world: World) -> None:
    with world.database.transaction() as session:
        offered(session, stores=("west",))
        coupon = actions.issue(session, "ten", somebody(session), "test", START)
        for address, store in (("4711", "east"), ("4712", "west")):
            place = session.scalars(select(Store).where(Store.code == store)).one()
            member = Staff(
                login=store, name="E", role="advisor", store_id=place.id, language="en", theme="auto", created_at=START
            )
            session.add(member)
            session.flush()
            staff_links.link(session, member.id, address, START)
        code = codes.shown(coupon.code)
    east, west = (world.customer("telegram", "en", address=address) for address in ("4711", "4712"))
    east.says(f"{code} 200").sees("This coupon does not hold in t")
    west.says(f"{code} 200").sees("Redeem it now?").presses("Redeem").sees("Redeemed")


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "real", "wish", "use", "noted", "done"),
    [
        ("en", "got a gift from you by text, is it legit?",
         "hand wash on Tuesday at ten for my A4 at the detailing studio, I'll wait",
         "and please use my voucher", "All right", "Your offer comes along"),
        ("zh-CN", "收到一张券 是真的吗", "周二上午十点手工洗车，A4，美容馆，在店等", "用那张券哈", "好的", "已带上您的优惠"),
        ("zh-TW", "收到一張券 用到幾時㗎", "週二上午十點手工洗車，A4，美容館，在店等", "幫我用張券", "好的", "已帶上您的優惠"),
    ],
)  # fmt: skip
def test_an_offer_is_asked_about_and_used_in_words(
    world: World, language: str, real: str, wish: str, use: str, noted: str, done: str
) -> None:
    ann = world.customer("web", language).says("hi")
    assert ann.outcome
    with world.database.transaction() as session:
        chat = chats.lock(session, ann.outcome.chat_id)
        who = profile.customer_of(session, chat, START)
        chats.save(session, chat)
        offered(session, kind="service", service="hand_wash", amount=None)
        actions.issue(session, "ten", who, "test", START)
    ann.language = language
    ann.says(real).sees("18")
    assert ann.labels
    ann.says(wish).says(use).sees(noted).says("13800138000").sees(done)
