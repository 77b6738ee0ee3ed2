"""Scheduled pushes in a shop: said once, followed, held back, and answered in the chat."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from handlers.booking import actions as booking
from handlers.booking.actions import By, Wish
from handlers.booking.actions import Person as Guest
from handlers.contact.rules import MARKETING
from handlers.dialogue import shop as shops
from handlers.dialogue.memo import Memo
from handlers.dialogue.push import Push
from handlers.dialogue.texts import LANGUAGES
from handlers.reminders import figures, preview, rulebook, rules, sweep
from storage import chats, contact, facts, messages, odometer, pushes, stores
from storage.care import CareNote
from storage.contact import ContactDecision
from storage.coupons import Coupon
from storage.customers import Customer as Person
from storage.messages import MESSAGES
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests.world import Customer, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # eight o'clock in the store


def at(world: World, *moments: datetime) -> None:
    """At each of these two workers look who is due."""
    for world.now in moments:
        for look in (sweep.signals, sweep.look, sweep.look, sweep.hours, sweep.forget):
            with world.database.transaction() as session:
                look(Push(session, world.now, world.engine.texts, world.engine.memo, "reminders"))
        with world.database.transaction() as session:
            messages.release(session, world.now)


def at_ten(world: World, day: int = 0) -> None:
    """In the morning of that day, and when it is time."""
    at(world, *[MONDAY + timedelta(days=day, hours=hours) for hours in (0, 2.1)])


def owner(world: World, channel: str = "web", language: str = "en", offers: bool = True, **car: object) -> Customer:
    """Somebody with one car, of which nothing is due but what is said here."""
    ann = world.customer(channel, language).starts()
    assert ann.outcome
    with world.database.transaction() as session:
        customer = Person(
            code="ann", name="Ann", phone="+8610055509999", store_id=1, birthday=car.pop("birthday", None), created_at=world.now
        )
        session.add(customer)
        session.flush()
        plain = {
            "code": "ann-1",
            "customer_id": customer.id,
            "model_id": world.engine.memo.get(session, shops.load).models["audi_a4"].id,
        }
        session.add(Vehicle(**{**plain, **car}))
        where = chats.CHATS.c.id == ann.outcome.chat_id
        session.execute(update(chats.CHATS).where(where).values(customer_id=customer.id))
        if offers:
            contact.say(session, chats.lock(session, ann.outcome.chat_id), MARKETING, given=True, version="1", now=world.now)
    return ann


def the_car(world: World) -> int:
    with world.database.reading() as session:
        return session.scalars(select(Vehicle.id).where(Vehicle.code == "ann-1")).one()


def came(world: World, day: date, km: int | None = None, services: tuple[str, ...] = ("minor_service",)) -> None:
    with world.database.transaction() as session:
        number = len(session.scalars(select(Visit.id)).all())
        car = session.scalars(select(Vehicle).where(Vehicle.code == "ann-1")).one()
        visit = Visit(code=f"X-{number}", vehicle_id=car.id, store_id=1, visited_on=day, services=list(services), odometer_km=km)
        session.add(visit)
        session.flush()
        odometer.follow_visits(session, [visit.code])


def told(ann: Customer) -> list[str]:
    """What was said without being asked, by rule."""
    return [(line.key or "").split(":")[1] for line in ann.transcript if (line.key or "").startswith("push:")]


def reasons(world: World, ann: Customer) -> list[tuple[str, str, str]]:
    assert ann.outcome
    with world.database.reading() as session:
        rows = session.scalars(select(ContactDecision).where(ContactDecision.chat_id == ann.outcome.chat_id))
        return [(row.key.split(":")[1], row.verdict, row.reason) for row in rows.all()]


def change(world: World, code: str, **parts: object) -> None:
    with world.database.transaction() as session:
        book = rulebook.load(session)
        rulebook.put(session, rules.read({**rules.written(book.rules[code]), **parts}), world.now)
    world.engine.memo = Memo()


def test_a_service_is_reminded_of_once_and_booked_in_a_few_taps(world: World) -> None:
    ann = owner(world)
    came(world, date(2025, 11, 30))
    at_ten(world)
    ann.sees("Your Audi A4 is due for a service around 30 November")
    assert ann.labels == ["Book a visit", "Already done", "Later", "No more of these"]
    at_ten(world, 1)
    at_ten(world, 5)
    assert told(ann) == ["regular_service"]
    assert ann.transcript[-1].due_at == MONDAY + timedelta(hours=2)  # ten o'clock
    ann.presses("Book a visit")
    ann.sees("When would you like to come?").says("Friday at ten").sees("Minor service", "Audi A4", "Fri 4 Dec, 10:00")


@sqlite
@pytest.mark.parametrize(
    ("language", "words", "later", "noted"),
    [
        ("en", "around 30 November", "Later", "We'll remind you around Mon 30 Nov."),
        ("zh-CN", "建议在11月30日前后来店", "晚点再提醒", "11月30日 周一前后再提醒您"),
        ("zh-TW", "建議在11月30日前後回廠", "晚點再提醒", "11月30日 週一前後再提醒您"),
    ],
)
def test_later_means_once_more(world: World, language: str, words: str, later: str, noted: str) -> None:
    ann = owner(world, language=language)
    came(world, date(2025, 11, 30))
    at_ten(world)
    ann.sees(words).presses(later).presses(ann.labels[0]).sees(noted)
    at_ten(world, 3)
    assert told(ann) == ["regular_service"]
    at_ten(world, 7)
    at_ten(world, 8)
    assert told(ann) == ["regular_service", "regular_service"]


@sqlite
def test_already_done_elsewhere_counts_from_there(world: World) -> None:
    ann = owner(world)
    came(world, date(2025, 11, 30), 30_000)
    at_ten(world)
    ann.presses("Already done").sees("When was it done with Audi A4?").says("10 October").sees("what did the clock say")
    ann.says("38,500 km").sees("Noted: Minor service on Sat 10 Oct at 38,500 km", "around Sun 10 Oct")
    with world.database.reading() as session:
        [note] = session.scalars(select(CareNote)).all()
        assert (note.done_on, note.km, note.services) == (date(2026, 10, 10), 38_500, ["minor_service"])
        assert odometer.latest(session, the_car(world)).km == 38_500  # type: ignore[union-attr]
    for day in (1, 7, 20):  # on the seventh they have not been here for a year
        at_ten(world, day)
    assert told(ann) == ["regular_service"], "nobody is missed right behind a word about a service"
    at_ten(world, 39)
    assert told(ann) == ["regular_service", "recall_dealership"]


@sqlite
def test_done_on_a_day_that_cannot_be(world: World) -> None:
    ann = owner(world)
    came(world, date(2025, 11, 30), 30_000)
    at_ten(world)
    ann.presses("Already done")
    for words in ("next week", "10 November 2019", "whenever"):
        ann.says(words)
        assert "A month ago" in ann.labels
    ann.presses("A month ago").presses("I don't know").sees("Noted: Minor service")


@sqlite
@pytest.mark.parametrize(("words", "km"), [("六万二", 62_000), ("62000", 62_000)])
def test_a_mileage_is_taken_for_an_answer(world: World, words: str, km: int) -> None:
    ann = owner(world)
    came(world, date(2025, 6, 1), 48_000)
    came(world, date(2025, 11, 30), 52_000)
    at_ten(world)
    ann.sees("some 59,900 km").says(words)
    with world.database.reading() as session:
        last = odometer.latest(session, the_car(world))
        assert last is not None
        assert (last.km, last.source, last.read_on) == (km, "customer", date(2026, 11, 23))
    assert "noted" in ann.last.text or "记为" in ann.last.text


@sqlite
def test_a_mileage_that_cannot_be_is_asked_back(world: World) -> None:
    ann = owner(world)
    came(world, date(2025, 11, 30), 52_000)
    at_ten(world)
    ann.says("26,000 km")
    assert ann.last.data.get("ask")
    ann.says("62,000 km").sees("62,000 km is noted for your Audi A4")
    ann.says("hello").says("62000")
    assert "noted" not in ann.last.text  # a bare number means something only right after the push


@sqlite
def test_a_car_of_which_only_the_plate_is_on_file(world: World) -> None:
    """Who has two cars knows which one is meant."""
    ann = owner(world, model_id=None, plate="鲁B·5I685", insured_until=date(2026, 12, 23))
    at_ten(world)
    ann.sees("The insurance of your 鲁B·5I685 ends on 23 December")


@sqlite
def test_insurance_that_was_renewed(world: World) -> None:
    ann = owner(world, insured_until=date(2026, 12, 23))
    at_ten(world)
    ann.sees("The insurance of your Audi A4 ends on 23 December").presses("Already done").says("3 May 2027").sees("Mon 3 May")
    at_ten(world, 23)
    assert told(ann) == ["insurance"]
    with world.database.reading() as session:
        assert session.get_one(Vehicle, the_car(world)).insured_until == date(2027, 5, 3)


@sqlite
def test_stop_ends_one_kind_and_can_be_taken_back(world: World) -> None:
    ann = owner(world, inspection_due=date(2026, 12, 23))
    came(world, date(2025, 11, 30))
    at_ten(world)
    assert told(ann) == ["inspection"] or len(told(ann)) == 1  # two things of one day are one message
    ann.sees("must be inspected by 23 December", "is due for a service")
    ann.presses("Inspection: No more of these")
    ann.presses("I do want them").sees("What may we write to you about?")


@sqlite
def test_pv5_offers_need_a_yes_and_services_do_not(world: World) -> None:
    ann = owner(world, offers=False, birthday=date(1990, 11, 26), insured_until=date(2026, 12, 22))
    at_ten(world, -1)
    assert told(ann) == ["insurance"]
    at_ten(world)
    assert ("birthday", "held_back", "no_consent") in reasons(world, ann)


@sqlite
@pytest.mark.parametrize("what", ["visit", "booking", "off", "date"])
def test_what_is_no_longer_true_is_taken_back_before_it_leaves(world: World, what: str) -> None:
    """Between the look in the morning and ten o'clock the car comes, is booked, or the rule is switched off."""
    ann = owner(world, "telegram", insured_until=date(2026, 12, 23) if what == "date" else None)
    if what != "date":
        came(world, date(2025, 11, 30))
    at(world, MONDAY)
    assert told(ann) == (["insurance"] if what == "date" else ["regular_service"])
    _happens(world, ann, what)
    at(world, MONDAY + timedelta(hours=1, minutes=58), MONDAY + timedelta(hours=3))
    assert told(ann) == []


def _happens(world: World, ann: Customer, what: str) -> None:
    assert ann.outcome
    if what == "visit":
        came(world, date(2026, 11, 23))
    elif what == "off":
        change(world, "regular_service", on=False)
    else:
        with world.database.transaction() as session:
            car = session.scalars(select(Vehicle).where(Vehicle.code == "ann-1")).one()
            if what == "date":
                car.insured_until = date(2027, 12, 23)
            else:
                shop, lin = shops.load(session), By("Lin", "console", staff=True)
                wish = Wish("east", ("minor_service",), "audi_a4", car.id)
                row = booking.hold(
                    session, shop, wish, MONDAY + timedelta(days=2, hours=3), Guest(car.customer_id), world.now, by=lin
                )
                booking.confirm(session, shop, row, world.now, by=lin)


@sqlite
def test_changed_words_are_said_and_nothing_is_said_twice(world: World) -> None:
    ann = owner(world, "telegram")
    came(world, date(2025, 11, 30))
    at(world, MONDAY)
    texts = {**rulebook.shipped()["regular_service"].texts, "en": "Time for {car}!"}
    change(world, "regular_service", texts=texts)
    at(world, MONDAY + timedelta(hours=1))
    assert [line.text for line in ann.transcript if (line.key or "").startswith("push:")] == ["Time for your Audi A4!"]
    with world.database.transaction() as session:
        session.execute(update(MESSAGES).where(MESSAGES.c.feature == "reminders").values(status="sent"))
    change(world, "regular_service", priority=3)
    at(world, MONDAY + timedelta(hours=2))
    assert told(ann) == ["regular_service"]


@sqlite
@pytest.mark.parametrize(
    ("language", "insurance", "warranty", "stop", "noted"),
    [
        ("en", "Insurance: Later", "End of warranty: Later", "No more of these", "When shall we remind you"),
        ("zh-TW", "車險到期：晚點再提醒", "保固到期：晚點再提醒", "不再提醒這類", "什麼時候再提醒您"),
    ],
)
def test_two_things_in_one_message_have_buttons_that_say_which(
    world: World, language: str, insurance: str, warranty: str, stop: str, noted: str
) -> None:
    """Two that said "Later" stood below each other, and nobody could know of what. What does the same for both is there once."""
    day = (MONDAY + timedelta(days=30)).date()
    ann = owner(world, language=language, insured_until=day, warranty_until=day)
    at_ten(world)
    assert told(ann) == ["insurance"]
    assert len(ann.labels) == len(set(ann.labels)) == 6
    ann.presses(insurance).sees(noted)
    ann.presses(warranty).sees(noted)
    ann.presses(stop)  # of papers, once for both
    assert contact_off(world, ann) == ["papers"]


def contact_off(world: World, ann: Customer) -> list[str]:
    assert ann.outcome
    with world.database.transaction() as session:
        return list(contact.wish(session, ann.outcome.chat_id).off)


@sqlite
def test_so_many_hours_after_the_car_was_ready(world: World) -> None:
    """Looked for all day long, said at its hour, once; late in the evening it waits for the morning, as everything does."""
    ann = owner(world)
    texts = dict.fromkeys(("en", "zh-Hans", "zh-Hant"), "Is everything well with {car}?")
    after = {"kind": "after", "event": "visit", "hours": 3}
    change(world, "coating_care", trigger=after, texts=texts, audience={})
    change(world, "member_day", on=False)  # the next day is a Wednesday
    by = By("Chen", "console", staff=True)
    at(world, MONDAY)
    for opens, ready, said in ((2, 5, 8), (32, 36, 49)):
        with world.database.transaction() as session:
            shop, start = shops.load(session), MONDAY + timedelta(hours=opens)
            guest = Guest(session.scalars(select(Person.id).where(Person.code == "ann")).one(), ann.outcome.chat_id)  # type: ignore[union-attr]
            row = booking.hold(
                session, shop, Wish("east", ("minor_service",), "audi_a4", the_car(world)), start, guest, start, by=by
            )
            booking.confirm(session, shop, row, start, by=by)
            booking.arrive(session, row, start, by=by)
            booking.finish(session, row, MONDAY + timedelta(hours=ready), by=by)
            assert row.vehicle_id is not None
        waiting = len(told(ann))
        at(world, MONDAY + timedelta(hours=ready, minutes=1), MONDAY + timedelta(hours=said, minutes=-5))
        assert len(told(ann)) == waiting
        at(world, MONDAY + timedelta(hours=said, minutes=5), MONDAY + timedelta(hours=said + 1))
        ann.sees("Is everything well with your Audi A4?")
        assert len(told(ann)) == waiting + 1
    at_ten(world, 3)
    assert told(ann) == ["coating_care"] * 2


@sqlite
def test_a_safety_recall_reaches_who_wants_nothing_of_us(world: World) -> None:
    ann = owner(world, offers=False, year=2020)
    ann.says("stop")
    with world.database.transaction() as session, pytest.raises(ValueError, match="is off"):
        rulebook.press(session, "safety_recall", None, None, MONDAY)
    change(world, "safety_recall", on=True, audience={"models": ["audi_a4"], "built_from": 2020})
    with world.database.transaction() as session:
        rulebook.press(session, "safety_recall", None, None, MONDAY)
    at_ten(world)
    ann.sees("A safety notice for your Audi A4", "free of charge")
    assert ann.labels == ["Talk to us"]
    at_ten(world, 1)
    assert told(ann) == ["safety_recall"]


def test_the_rain_is_over(world: World) -> None:
    """A button of the console: whoever agreed hears of it, once, also with two workers."""
    ann, bob = owner(world), world.customer().starts()
    with world.database.transaction() as session:
        session.add(pushes.PushSignal(signal="rain_over", store_id=None, staff_id=None, at=MONDAY + timedelta(hours=3)))
    at(world, MONDAY + timedelta(hours=3), MONDAY + timedelta(hours=3, minutes=3), MONDAY + timedelta(hours=5))
    ann.sees("After this rain a look at your Audi A4 pays")
    assert told(ann) == ["rain_over"]
    assert told(bob) == []
    with world.database.reading() as session:
        assert all(signal.done_at for signal in session.scalars(select(pushes.PushSignal)))


@sqlite
def test_an_old_signal_is_not_caught_up_with(world: World) -> None:
    ann = owner(world)
    with world.database.transaction() as session:
        session.add(pushes.PushSignal(signal="rain_over", store_id=None, staff_id=None, at=MONDAY - timedelta(days=5)))
    at(world, MONDAY + timedelta(hours=3))
    assert told(ann) == []


@sqlite
def test_too_many_at_once_wait_until_somebody_has_looked(world: World, caplog: pytest.LogCaptureFixture) -> None:
    people = [_with_insurance(world, number) for number in range(4)]
    with world.database.transaction() as session:
        rulebook.put_figures(session, figures.read({"most_a_day": 2}), world.now)
    world.engine.memo = Memo()
    at(world, MONDAY, MONDAY + timedelta(hours=1))
    assert [told(one) for one in people] == [["insurance"], ["insurance"], [], []]
    assert caplog.text.count("the rule insurance wants to write to more than 2 people") == 1
    with world.database.transaction() as session:
        [alarm] = pushes.alarms(session, MONDAY.date())
        alarm.allowed_at = world.now
        pushes.look_again(session, alarm.day)
    at(world, MONDAY + timedelta(hours=1, minutes=1))
    assert [told(one) for one in people] == [["insurance"]] * 4


def _with_insurance(world: World, number: int) -> Customer:
    one = world.customer("telegram").starts()
    assert one.outcome
    with world.database.transaction() as session:
        customer = Person(code=f"p{number}", name="P", store_id=1, created_at=world.now)
        session.add(customer)
        session.flush()
        session.add(Vehicle(code=f"p{number}", customer_id=customer.id, insured_until=date(2026, 12, 23)))
        session.execute(update(chats.CHATS).where(chats.CHATS.c.id == one.outcome.chat_id).values(customer_id=customer.id))
    return one


@sqlite
def test_the_look_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 1)
    people = [_with_insurance(world, number) for number in range(3)]
    at(world, MONDAY)
    assert sum(len(told(one)) for one in people) == 2  # two looks, one customer each
    at(world, MONDAY + timedelta(minutes=1))
    assert [told(one) for one in people] == [["insurance"]] * 3


@sqlite
def test_a_file_of_rules_is_taken_whole_or_not_at_all(world: World) -> None:
    with world.database.transaction() as session:
        text = rulebook.written(session)
        assert rulebook.take(session, text, world.now) == len(rulebook.shipped())
        assert rulebook.load(session).own == frozenset()
        for broken, sentence in (
            (text.replace("on = true", 'on = "yes"', 1), "on is true or false"),
            (text.replace("{car} is", "{cat} is", 1), "no placeholder {cat}"),
            (text + '\n[[rule]]\ncode = "birthday"\n', "birthday"),
            ("x = 1", "There is"),
            ("[[rule", "no TOML"),
        ):
            with pytest.raises(ValueError, match=sentence):
                rulebook.take(session, broken, world.now)
        assert rulebook.load(session).own == frozenset()


@sqlite
def test_rules_are_copied_and_what_is_left_out_of_a_file_is_off(world: World) -> None:
    with world.database.transaction() as session:
        made = rulebook.copy(session, "birthday", world.now)
        assert (made.code, made.on, made.name("en")) == ("birthday_2", False, "Birthday (2)")
        nowhere = rules.read({**rules.written(made), "audience": {"segments": ["nobody"]}})
        with pytest.raises(ValueError, match="segments: there is no nobody"):
            rulebook.put(session, nowhere, world.now)
        # A safety recall of a car that nobody has, for the slip of a key, would tell nobody.
        recall = rulebook.load(session).rules["safety_recall"]
        for audience in ({"models": ["audi_a5"]}, {"models": ["audi_a4"], "stores": ["mars"]}):
            with pytest.raises(ValueError, match=r"there is no (audi_a5|mars)\. There are "):
                rulebook.put(session, rules.read({**rules.written(recall), "on": True, "audience": audience}), world.now)
        with pytest.raises(ValueError, match="switched on for the same occasion"):
            rulebook.put(session, rules.switched(made, True), world.now)
        rulebook.put(session, rules.switched(rulebook.load(session).rules["birthday"], False), world.now)
        rulebook.put(session, rules.switched(made, True), world.now)
        text = rulebook.written(session)
        start = text.index('[[rule]]\ncode = "mid_autumn"')
        rulebook.take(session, text[:start] + text[text.index("[[rule]]", start + 5) :], world.now)
        book = rulebook.load(session)
    assert (book.rules["mid_autumn"].on, book.rules["birthday_2"].on, book.rules["birthday"].on) == (False, True, False)


@sqlite
def test_no_rule_silences_the_others(world: World) -> None:
    """PR11, PR12: what would be wrong switched on is not kept; one that an older release kept is not used, and the rest is."""
    with world.database.transaction() as session:
        recall = rulebook.load(session).rules["safety_recall"]
        with pytest.raises(ValueError, match="Name the car models"):
            rulebook.put(session, rules.switched(recall, True), world.now)
        longest = replace(rulebook.shipped()["birthday"], names=dict.fromkeys(LANGUAGES, "B" * 80), on=False)
        rulebook.put(session, longest, world.now)
        assert rulebook.copy(session, "birthday", world.now).code == "birthday_2"
        for code, own in (
            ("safety_recall", rules.written(recall) | {"on": True}),
            ("mid_autumn", {}),
            ("two_hours", {}),
            ("ours", {}),
        ):
            pushes.put_rule(session, code, own, world.now)
        book = rulebook.load(session)
        assert [code in book.rules and book.rules[code].on for code in ("safety_recall", "mid_autumn", "two_hours", "ours")] == [
            False, False, True, False,
        ]  # fmt: skip
        assert "mid_autumn" in book.own
        rulebook.remove(session, "mid_autumn", world.now)
        assert rulebook.load(session).rules["mid_autumn"].on


@sqlite
def test_a_present_is_given_when_the_message_is_sent_and_comes_along_into_the_booking(world: World) -> None:
    ann = owner(world, birthday=date(1990, 11, 26))
    at_ten(world)
    ann.sees("Ann, it is nearly your birthday", "Our present: Birthday: 20 % off").presses("Show my voucher").sees(
        "Birthday: 20 % off"
    )
    with world.database.reading() as session:
        [coupon] = session.scalars(select(Coupon).where(Coupon.reason == "rule:birthday")).all()
        assert coupon.customer_id == session.scalars(select(Person.id).where(Person.code == "ann")).one()
    buttons = [button for line in ann.transcript for row in line.data.get("buttons", []) for button in row]
    assert any(one["do"] == "reminders.book" and one["value"]["coupon"] == coupon.id for one in buttons)


@sqlite
def test_no_present_for_whoever_is_not_written_to(world: World) -> None:
    ann = owner(world, offers=False, birthday=date(1990, 11, 26))
    at_ten(world)
    assert told(ann) == []
    with world.database.reading() as session:
        assert session.scalars(select(Coupon).where(Coupon.reason == "rule:birthday")).all() == []


@sqlite
def test_the_preview_says_what_then_happens(world: World) -> None:
    """Two weeks looked at ahead and then lived through."""
    with world.database.transaction() as session:
        for customer in session.scalars(select(Person).where(Person.id <= 12)).all():
            chat = chats.arrive(session, "telegram", f"c{customer.id}", pulls=False, now=world.now)
            chat.customer_id, chat.language = customer.id, customer.language
            chats.save(session, chat)
            if customer.id % 2:
                contact.say(session, chat, MARKETING, given=True, version="1", now=world.now)
    with world.database.reading() as session:
        book = rulebook.load(session)
        plan = preview.Plan([rule for rule in book.on if not rule.of_visit], book.figures, 14)
        ids = session.scalars(select(Person.id).where(Person.id <= 12)).all()
        ahead = list(preview.lines(session, shops.load(session), world.engine.texts, plan, MONDAY, customers=ids))
    for day in range(14):
        at(world, MONDAY + timedelta(days=day))
        with world.database.transaction() as session:
            session.execute(update(MESSAGES).where(MESSAGES.c.feature == "reminders").values(status="sent"))
    with world.database.reading() as session:
        lived = session.scalars(select(ContactDecision).where(ContactDecision.key.startswith("push:"))).all()
        named = {key for line in ahead for key in (other.key for other in line.due.also) if line.verdict == "sent"}
        assert {row.key for row in lived if row.verdict != "held_back"} == named | {
            line.due.key for line in ahead if line.verdict == "sent"
        }
        assert {row.key for row in lived if row.verdict == "held_back"} == {
            line.due.key
            for line in ahead
            if line.verdict == "held" and line.reason not in ("booked", "just_here", "just_said", "outranked")
        }
    assert len(lived) > 5


@sqlite
def test_the_preview_foresees_who_comes_into_a_segment(world: World) -> None:
    """Spending that will have halved by then; whoever is in it already, and who comes by in between, is another matter."""
    ann = owner(world)
    with world.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.code == "ann")).one()
        person.store_id = next(store.id for store in stores.all_stores(session) if store.code == "studio")
        car = session.scalars(select(Vehicle).where(Vehicle.code == "ann-1")).one()
        for days, amount in ((100, 50_000), (80, 100_000), (30, 20_000)):
            day = MONDAY.date() - timedelta(days=days)
            session.add(Visit(code=f"X{days}", vehicle_id=car.id, store_id=1, visited_on=day, services=["wax"], amount=amount))
        facts.changed(session, [person.id])
    world.now = MONDAY
    world.sweeps()
    with world.database.reading() as session:
        book = rulebook.load(session)
        plan = preview.Plan([book.rules["recall_spending"]], book.figures, 30)
        shop, ids = shops.load(session), [person.id]
        [line] = preview.lines(session, shop, world.engine.texts, plan, MONDAY, customers=ids)
    assert (line.at.date(), line.verdict) == (date(2026, 12, 3), "sent")
    for day in range(1, 12):
        world.now = MONDAY + timedelta(days=day)
        world.sweeps()
        at_ten(world, day)
    assert told(ann) == ["recall_spending"]
    assert ann.transcript[-1].due_at == line.at


@pytest.mark.parametrize("sample_url", ["postgresql"], indirect=True)
def test_four_workers_share_the_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each looks whenever it comes by; everybody hears of it once."""
    monkeypatch.setattr(sweep, "BATCH", 3)
    people = [_with_insurance(world, number) for number in range(20)]
    at(world, MONDAY - timedelta(hours=5))  # before the look begins, so that all have the rules in memory

    def work(_: int) -> None:
        for _round in range(8):
            with world.database.transaction() as session:
                sweep.look(Push(session, MONDAY, world.engine.texts, world.engine.memo, "reminders"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert [told(one) for one in people] == [["insurance"]] * 20
