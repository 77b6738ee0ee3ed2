"""Rules of pushes: when an occasion comes, to whom, and what cannot be a rule at all."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.dialogue.texts import Texts
from handlers.reminders import due, loading, rulebook, rules, wording
from handlers.reminders.audience import Audience, stage
from handlers.reminders.facts import Answer, Car, Person, Work
from handlers.reminders.figures import Figures, read
from handlers.reminders.mileage import Point, estimate
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import Monthly, Silence, Weekly, occasions, plus_months
from handlers.reminders.wrong import Wrong
from storage.stores import Store

TODAY = date(2026, 11, 21)
FIGURES = Figures()
EAST = Store(
    id=1, code="east", kind="dealership", names={"en": "East"}, phone="+8610055500000", timezone="Asia/Shanghai", region="CN"
)
STUDIO = Store(id=2, code="studio", kind="detailing", names={"en": "Studio"}, phone="1", timezone="Asia/Shanghai", region="CN")
SHIPPED = rulebook.shipped()
TEXTS = Texts(["reminders"])


def a_car(*works: Work, points: tuple[Point, ...] = (), number: int = 1, **facts: Any) -> Car:
    dates: dict[str, Any] = dict.fromkeys(("delivered_on", "insured_until", "inspection_due", "warranty_until", "parked"))
    known = {**dates, "energy": "petrol", **facts}
    return Car(number, {"en": "Audi A4"}, "A1", works=works, estimate=estimate(points, known["delivered_on"]), **known)


def a_person(*cars: Car, **facts: Any) -> Person:
    known: dict[str, Any] = {"birthday": None, "lunar_birthday": None, "store": EAST, "last_contact": None, **facts}
    days = sorted({work.day for car in cars for work in car.works if work.here})
    return Person(1, 1, "Ann", cars=cars, visits=tuple(days), **known)


def said(person: Person, codes: list[str], start: date, days: int, figures: Figures = FIGURES) -> list[tuple[date, str, str]]:
    """(day, rule, occasion) of everything that is said on these days, one look a day; nothing twice."""
    wanted, told, keys = [SHIPPED[code] for code in codes], [], set()
    for day in (start + timedelta(days=number) for number in range(days)):
        found = due.candidates(wanted, person, day, figures)
        for one in due.chosen(found, keys, day):
            if not one.blocked:
                told.append((day, one.rule.code, one.occasion.of))
                keys |= {one.key, *(other.key for other in one.also)}
    return told


def changed(code: str, **parts: Any) -> dict[str, Any]:
    return {**rules.written(SHIPPED[code]), **parts}


def test_the_pushes_of_the_trade_ship_with_its_figures() -> None:
    """What every shop begins with; each of them can be changed."""

    def of(code: str, *names: str) -> tuple[Any, ...]:
        trigger = rules.written(SHIPPED[code])["trigger"]
        return tuple(trigger.get(name) for name in names)

    assert (of("day_before", "kind", "days"), of("two_hours", "kind", "hours")) == (("appointment", 1), ("appointment", 2))
    assert all(set(SHIPPED[code].buttons) >= {"coming", "move", "cancel"} for code in ("day_before", "two_hours"))
    assert (of("feedback", "of", "minutes"), of("feedback_again", "of", "minutes")) == (("visit", 90), ("question", 1440))
    assert of("first_service", "km", "months", "ahead", "first") == (5000, 6, 0, True)
    assert of("regular_service", "ahead") == (7,)
    parts = {"brakes", "cabin_filter", "tyres", "battery_12v", "coolant"}
    assert {of(code, "kind") for code in parts} == {("interval",)}
    assert all(of(code, "days") == ([-30, -7],) for code in ("insurance", "inspection", "warranty"))
    assert of("birthday", "field", "days") == ("birthday", [-3])
    assert (of("car_anniversary", "days"), of("spring_festival", "days"), of("mid_autumn", "days")) == (([0],), (0,), (0,))
    assert {of(code, "kind") for code in ("rain_over", "heat_wave")} == {("signal",)}
    assert of("paint_care", "months") == ([3, 6, 9, 12],)
    assert SHIPPED["paint_care"].audience.parked == "outdoors"
    assert (of("recall_dealership", "of", "days"), of("recall_detailing", "of", "days")) == (("visit", 365), ("visit", 61))
    assert of("recall_spending", "segment") == ("lost_warning",)
    assert {"recall_200", "alignment"} == set(SHIPPED["recall_dealership"].gift.split(", "))
    assert of("monthly_care", "of", "days") == ("contact", 30)
    assert of("member_day", "weekday", "every") == ("wed", 1)
    assert all("recall_200" in rule.gift for code, rule in SHIPPED.items() if code in ("recall_dealership", "recall_detailing"))
    assert all(rule.gift for code, rule in SHIPPED.items() if code.startswith("recall_") or code in ("birthday", "first_service"))


# -- dates ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leap_day", "year", "day"),
    [("02-28", 2025, date(2025, 2, 25)), ("03-01", 2025, date(2025, 2, 26)), ("02-28", 2028, date(2028, 2, 26)),
     ("02-28", 2100, date(2100, 2, 25)), ("03-01", 2026, date(2026, 2, 26))],
)  # fmt: skip
def test_tm5_a_birthday_on_29_february_is_kept_once_a_year(leap_day: str, year: int, day: date) -> None:
    ann = a_person(birthday=date(1988, 2, 29))
    told = said(ann, ["birthday"], date(year, 1, 1), 300, read({"leap_day": leap_day}))
    assert [one[0] for one in told] == [day]


@pytest.mark.parametrize(
    ("text", "year", "days"),
    [("08-15", 2026, [date(2026, 9, 22)]), ("12-30", 2027, [date(2027, 2, 2)]), ("06-01L", 2025, [date(2025, 7, 22)]),
     ("06-01L", 2026, [date(2026, 7, 11)])],
)  # fmt: skip
def test_tm6_lunar_birthdays_are_kept_once_a_lunar_year(text: str, year: int, days: list[date]) -> None:
    """The 30th of a short month is its last day; a leap month that does not come is the month of its number."""
    ann = a_person(birthday=date(1980, 5, 5), lunar_birthday=text)
    assert [one[0] for one in said(ann, ["birthday"], date(year, 1, 1), 365)] == days


def test_feasts_of_the_moon() -> None:
    told = said(a_person(), ["spring_festival", "mid_autumn"], date(2026, 1, 1), 730)
    assert [day for day, _, _ in told] == [date(2026, 2, 17), date(2026, 9, 25), date(2027, 2, 6), date(2027, 9, 15)]


def test_tm7_years_beyond_the_tables_are_no_error() -> None:
    assert said(a_person(lunar_birthday="08-15"), ["birthday", "spring_festival"], date(2070, 1, 1), 400) == []


def test_papers_30_and_7_days_ahead_and_a_moved_day_is_followed() -> None:
    ann = a_person(a_car(insured_until=date(2026, 12, 30)))
    assert [day for day, _, _ in said(ann, ["insurance"], TODAY, 60)] == [date(2026, 11, 30), date(2026, 12, 23)]
    renewed = a_person(a_car(insured_until=date(2027, 12, 30)))
    assert said(renewed, ["insurance"], date(2026, 12, 1), 60) == []


@pytest.mark.parametrize(("down", "told"), [(1, 1), (2, 0), (5, 0)])
def test_tm4_a_birthday_is_a_day_late_at_most(down: int, told: int) -> None:
    ann = a_person(birthday=date(1990, 11, 24))
    assert len(said(ann, ["birthday"], TODAY + timedelta(days=down), 20)) == told


def test_tm4_after_a_long_time_only_the_newest_word_is_said() -> None:
    ann = a_person(a_car(insured_until=date(2026, 12, 30)))
    late = {**changed("insurance"), "late": 40}
    found = due.candidates([rules.read(late)], ann, date(2026, 12, 24), FIGURES)
    assert len(found) == 2
    [one] = due.chosen(found, set(), date(2026, 12, 24))
    assert one.occasion.of == "2026-12-30:-7"
    assert due.chosen(found, {one.key}, date(2026, 12, 25)) == []
    assert due.candidates([rules.read(late)], ann, date(2026, 12, 31), FIGURES) == []


@given(st.dates(date(2000, 1, 1), date(2050, 12, 31)), st.integers(-300, 300))
@settings(max_examples=30, deadline=None)
def test_months_never_jump_over_one(day: date, months: int) -> None:
    made = plus_months(day, months)
    assert (made.year * 12 + made.month) - (day.year * 12 + day.month) == months
    assert made.day <= day.day


def test_tm2_weeks_months_and_silence_come_once() -> None:
    days = [TODAY + timedelta(days=number) for number in range(400)]
    ann = a_person(last_contact=TODAY)

    def found(trigger: Any) -> list[date]:
        return sorted({one.day for day in days for one in occasions(trigger, ann, day, FIGURES) if one.day >= TODAY})

    weeks = found(Weekly(2, 4))
    assert {later - day for day, later in pairwise(weeks)} == {timedelta(days=28)}
    assert {day.weekday() for day in weeks} == {2}
    assert [day for day in found(Monthly(31, (2, 4))) if day.year == 2027] == [date(2027, 2, 28), date(2027, 4, 30)]
    assert found(Silence("contact", 45, 3)) == [TODAY + timedelta(days=45 * time) for time in (1, 2, 3)]


# -- work on a car ----------------------------------------------------------------------------------------------------------

SERVICE = Work(date(2026, 3, 1), frozenset({"minor_service"}), 50_000)
READ = (Point(date(2025, 3, 1), 35_000), Point(date(2025, 9, 1), 42_000), Point(date(2026, 3, 1), 50_000))


def test_mileage_or_months_whichever_comes_first() -> None:
    slow = (Point(date(2025, 3, 1), 48_000), Point(date(2025, 9, 1), 49_000), Point(date(2026, 3, 1), 50_000))
    assert said(a_person(a_car(SERVICE, points=READ)), ["regular_service"], TODAY - timedelta(days=150), 400)[0][0] < TODAY
    assert said(a_person(a_car(SERVICE, points=slow)), ["regular_service"], TODAY, 200)[0][0] == date(2027, 2, 22)


def test_one_message_for_what_falls_due_together() -> None:
    car = a_car(SERVICE, Work(date(2026, 3, 1), frozenset({"cabin_filter", "brake_fluid"})), delivered_on=date(2020, 1, 1))
    told = said(a_person(car), ["regular_service", "cabin_filter", "brake_fluid", "service_overdue"], date(2027, 1, 1), 200)
    assert [(code, day) for day, code, _ in told] == [
        ("regular_service", date(2027, 2, 22)),
        ("service_overdue", date(2027, 4, 5)),
    ]


def test_that_somebody_is_late_is_not_said_along_with_something_else() -> None:
    filtered = Work(date(2026, 3, 20), frozenset({"cabin_filter"}))
    told = said(a_person(a_car(SERVICE, filtered)), ["regular_service", "service_overdue", "cabin_filter"], date(2027, 1, 1), 200)
    assert [code for _, code, _ in told] == ["regular_service", "service_overdue"]
    late = replace(SERVICE, day=date(2026, 2, 25))
    ann = a_person(a_car(late, Work(date(2026, 4, 10), frozenset({"cabin_filter"}))))
    early = due.candidates([SHIPPED["service_overdue"], SHIPPED["cabin_filter"]], ann, date(2027, 3, 20), FIGURES)
    assert [one.rule.code for one in early] == ["cabin_filter"]


def test_who_came_for_it_is_not_told_a_second_time() -> None:
    """The end of the warranty brings them for a look; a week before it, the same words would only annoy."""
    look = Work(TODAY + timedelta(days=5), frozenset({"diagnostics"}))
    ends = {"warranty_until": TODAY + timedelta(days=30)}
    days = [day for day, _, _ in said(a_person(a_car(**ends)), ["warranty"], TODAY, 40)]
    assert days == [TODAY, TODAY + timedelta(days=23)]
    assert said(a_person(a_car(replace(look, day=TODAY - timedelta(days=90)), **ends)), ["warranty"], TODAY, 40)[1:] != []
    assert said(a_person(a_car(look, **ends)), ["warranty"], TODAY + timedelta(days=6), 40) == []


def test_papers_and_work_of_the_same_days_are_spoken_of_together() -> None:
    ann = a_person(a_car(SERVICE, insured_until=date(2027, 3, 22), inspection_due=date(2027, 3, 26)))
    told = said(ann, ["regular_service", "insurance", "inspection"], date(2027, 2, 1), 35)
    assert {day for day, _, _ in told} == {date(2027, 2, 20)}
    assert [code for _, code, _ in told] == ["regular_service", "inspection", "insurance"]


def test_who_came_when_it_was_said_along_with_other_papers_is_not_told_again() -> None:
    """The insurance ends a day before; so the inspection was spoken of a day early, and they came on that very day."""
    ends = {"insured_until": TODAY + timedelta(days=30), "inspection_due": TODAY + timedelta(days=31)}
    codes = ["insurance", "inspection"]
    assert {(day, code) for day, code, _ in said(a_person(a_car(**ends)), codes, TODAY, 20)} == {(TODAY, code) for code in codes}
    here = a_car(Work(TODAY, frozenset({"annual_inspection"})), **ends)
    assert {code for _, code, _ in said(a_person(here), codes, TODAY + timedelta(days=20), 10)} == {"insurance"}


def test_nothing_is_said_of_a_car_that_is_booked_or_was_just_here() -> None:
    ann = a_person(a_car(replace(SERVICE, day=date(2025, 12, 1))), booked={1: date(2026, 12, 1)})
    [one] = due.chosen(due.candidates([SHIPPED["regular_service"]], ann, date(2026, 11, 25), FIGURES), set(), date(2026, 11, 25))
    assert one.blocked == due.BOOKED
    washed = Work(date(2026, 11, 24), frozenset({"hand_wash"}))
    told = said(a_person(a_car(replace(SERVICE, day=date(2025, 12, 1)), washed)), ["regular_service"], date(2026, 11, 24), 20)
    assert [day for day, _, _ in told] == [date(2026, 12, 1)]


def test_who_is_about_to_come_or_was_just_here_is_not_asked_to_come_for_less() -> None:
    """Read in a year of the sample shop: parts at 20% off, a day after the bill, and beside "see you tomorrow"."""
    wednesday = date(2026, 11, 25)
    here = a_car(replace(SERVICE, day=wednesday - timedelta(days=1)))
    long_ago = a_car(replace(SERVICE, day=wednesday - timedelta(days=9)))
    soon, far = {1: wednesday + timedelta(days=1)}, {1: wednesday + timedelta(days=9)}
    assert said(a_person(here), ["member_day"], wednesday, 1) == []
    assert said(a_person(long_ago, booked=soon), ["member_day"], wednesday, 1) == []
    assert len(said(a_person(long_ago, booked=far), ["member_day"], wednesday, 1)) == 1
    assert len(said(a_person(long_ago), ["member_day"], wednesday, 1)) == 1
    rain = [due.of_signal(SHIPPED["rain_over"], a_person(a_car(), booked=days), wednesday, 1, FIGURES) for days in (soon, {})]
    assert [one and one.blocked for one in rain] == [due.BOOKED, ""]


def test_who_was_here_in_the_last_weeks_is_not_told_that_they_come_less() -> None:
    """Read in the same year: twice in five days, and a week later "we see less of you"."""
    ann = a_person(a_car(replace(SERVICE, day=TODAY)), store=STUDIO, segments={"lost_warning": TODAY})
    days = [day for day, _, _ in said(ann, ["recall_spending"], TODAY, 60)]
    assert days == [TODAY + timedelta(days=21)]


def test_a_visit_that_nobody_has_ticked_off_was_a_visit_all_the_same() -> None:
    """Nobody is reminded of a service the day after the one that they had booked."""
    ann = a_person(a_car(replace(SERVICE, day=date(2025, 12, 1))), booked={1: date(2026, 11, 24)})
    told = said(ann, ["regular_service"], date(2026, 11, 24), 20)
    assert [day for day, _, _ in told] == [date(2026, 12, 1)]


def test_done_elsewhere_counts_and_the_first_service_is_asked_for_once() -> None:
    new = a_car(delivered_on=date(2026, 6, 1))
    assert [code for _, code, _ in said(a_person(new), ["first_service", "regular_service"], TODAY, 30)] == ["first_service"]
    done = a_car(Work(TODAY, frozenset({"first_service"}), 4000, here=False), delivered_on=date(2026, 6, 1))
    assert said(a_person(done), ["first_service"], TODAY, 60) == []
    assert said(a_person(done), ["regular_service"], TODAY, 400)[0][0] == date(2027, 11, 14)


def test_what_was_put_off_comes_once_more() -> None:
    car = a_car(replace(SERVICE, day=date(2025, 12, 1)))
    [one] = due.candidates([SHIPPED["regular_service"]], a_person(car), TODAY + timedelta(days=5), FIGURES)
    ann = a_person(car, answers={one.key: Answer("later", date(2026, 12, 10), 1)})
    told = said(ann, ["regular_service"], date(2026, 12, 1), 40)
    assert [day for day, _, _ in told] == [date(2026, 12, 10)]
    assert said(a_person(car, answers={one.key: Answer("done", None, 0)}), ["regular_service"], date(2026, 12, 1), 40) == []


def test_an_offer_waits_when_a_better_one_is_near() -> None:
    ann = a_person(birthday=date(1990, 11, 28), last_contact=TODAY - timedelta(days=60))
    told = said(ann, ["birthday", "monthly_care"], TODAY, 10)
    assert [code for _, code, _ in told] == ["birthday"]


@pytest.mark.parametrize(
    ("store", "days_ago", "wanted"),
    [(EAST, [400], "dormant"), (EAST, [100], "in_service"), (EAST, [1, 100, 200], "loyal"), (STUDIO, [70], "lost_warning"),
     (STUDIO, [100], "dormant"), (STUDIO, [2, 9, 16], "loyal"), (EAST, [], "potential")],
)  # fmt: skip
def test_stages(store: Store, days_ago: list[int], wanted: str) -> None:
    works = [Work(TODAY - timedelta(days=days), frozenset()) for days in sorted(days_ago, reverse=True)]
    assert stage(a_person(*([a_car(*works)] if works else []), store=store), TODAY, FIGURES) == wanted


def test_a_safety_recall_means_the_cars_that_the_maker_names() -> None:
    """The one of two cars that is meant is named; a car whose year nobody knows may be one of them."""
    wanted = rules.read(
        changed("safety_recall", on=True, audience={"models": ["audi_a4"], "built_from": 2019, "built_until": 2021})
    )
    assert rules.read(rules.written(wanted)) == wanted
    other = a_car(model="vw_golf", year=2020)
    for year, meant in ((2018, False), (2019, True), (2021, True), (2022, False), (None, True)):
        ann = a_person(other, a_car(number=2, model="audi_a4", year=year))
        found = due.of_signal(wanted, ann, TODAY, 7, FIGURES)
        assert (found.car.id if found and found.car else None) == (2 if meant else None), year


def test_whoever_comes_into_a_segment() -> None:
    wanted = rules.read(
        changed(
            "recall_dealership",
            trigger={"kind": "segment", "segment": "dormant", "days": 2},
            audience={"segments": ["gold", "diamond"]},
        )
    )
    ann = a_person(a_car(SERVICE), segments={"dormant": TODAY, "gold": TODAY - timedelta(days=900)})
    found = due.candidates([wanted], ann, TODAY + timedelta(days=2), FIGURES)
    assert [(one.occasion.day, one.key) for one in found] == [
        (TODAY + timedelta(days=2), f"push:recall_dealership:1:0:dormant:{TODAY}")
    ]  # fmt: skip
    assert due.candidates([wanted], replace(ann, segments={"dormant": TODAY}), TODAY + timedelta(days=2), FIGURES) == []
    assert rules.read(rules.written(wanted)) == wanted
    [quiet] = due.candidates([wanted], replace(ann, in_campaign=True), TODAY + timedelta(days=2), FIGURES)
    assert quiet.blocked == due.IN_CAMPAIGN
    # "We see less of you" is not what somebody wants to read who was here yesterday.
    later = TODAY + timedelta(days=2)
    been = [replace(ann, visits=(later - timedelta(days=days),)) for days in (1, FIGURES.rest_days)]
    assert [one.blocked for who in been for one in due.candidates([wanted], who, later, FIGURES)] == [due.JUST_HERE, ""]


def test_no_tip_of_every_month_speaks_of_fuel() -> None:
    """Half of those who read it drive electric cars."""
    tips = SHIPPED["monthly_care"].texts
    assert [word for text in tips.values() for word in ("fuel", "petrol", "油耗", "费油", "耗油") if word in text] == []


def test_who_was_in_a_segment_when_it_was_made_did_not_come_into_it() -> None:
    """The first night of a shop, and a rule of a segment that somebody has changed, write to nobody."""
    night = datetime(2026, 11, 20, 18, tzinfo=UTC)  # two in the morning of the 21st
    assert loading._entered(EAST, night + timedelta(minutes=5), night) == date.min
    later = loading._entered(EAST, night + timedelta(days=3), night)
    assert later == TODAY + timedelta(days=3)
    studio = {"store": STUDIO, "segments": {"lost_warning": date.min}}
    ann = a_person(a_car(Work(TODAY - timedelta(days=30), frozenset({"wax"}))), **studio)
    rule = [SHIPPED["recall_spending"]]
    assert due.candidates(rule, ann, TODAY, FIGURES) == []
    [one] = due.candidates(rule, replace(ann, segments={"lost_warning": TODAY}), TODAY, FIGURES)
    assert (one.occasion.day, one.blocked) == (TODAY, "")
    # Who has stayed away altogether is told that, and not that they come less.
    gone = a_person(a_car(Work(TODAY - timedelta(days=70), frozenset({"wax"}))), store=STUDIO, segments={"lost_warning": TODAY})
    assert due.candidates(rule, gone, TODAY, FIGURES) == []


def test_tm2_hours_after_a_visit_and_the_morning_after() -> None:
    """By the hour at which the car was ready; of a work order, which knows the day only, in the morning after; never both."""
    wanted = rules.read(changed("coating_care", trigger={"kind": "after", "event": "visit", "hours": 3, "services": ["wax"]}))
    assert rules.read(rules.written(wanted)) == wanted
    ready = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)  # half past four in the store
    visit = Work(TODAY, frozenset({"wax"}))
    known = replace(visit, ended_at=ready)
    for works in ((known,), (visit, known), (known, visit)):
        [one] = due.candidates([wanted], a_person(a_car(*works)), TODAY, FIGURES)
        assert (one.key, one.occasion.day, one.occasion.at) == (
            f"push:coating_care:1:1:{TODAY}", TODAY, ready + timedelta(hours=3)
        )  # fmt: skip
    late = replace(visit, ended_at=datetime(2026, 11, 21, 14, tzinfo=UTC))
    [one] = occasions(wanted.trigger, a_person(a_car(late)), TODAY, FIGURES)
    assert one.day == TODAY + timedelta(days=1)
    [one] = occasions(wanted.trigger, a_person(a_car(visit)), TODAY, FIGURES)
    assert (one.day, one.at) == (TODAY + timedelta(days=1), None)


# -- what cannot be -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "change", "sentence"),
    [
        ("birthday", {"texts": {"en": "Hello", "zh-Hans": "您好"}}, "the text in zh-Hant is missing"),
        ("birthday", {"texts": {"en": "Hi {nmae}", "zh-Hans": "您好", "zh-Hant": "您好"}}, "there is no placeholder {nmae} here"),
        ("birthday", {"texts": {"en": "Hi {0.__class__}", "zh-Hans": "您好", "zh-Hant": "您好"}}, "there is no placeholder"),
        ("birthday", {"texts": {"en": "Hi {{7*7}}", "zh-Hans": "您好", "zh-Hant": "您好"}}, 'a single "{"'),
        ("birthday", {"texts": {"en": "{gift} for you", "zh-Hans": "您好", "zh-Hant": "您好"}}, "first line holds {gift}"),
        (
            "birthday",
            {"trigger": {"kind": "date", "field": "birthday", "days": [-999]}},
            "days is a list of whole numbers from -180",
        ),
        ("birthday", {"trigger": {"kind": "date", "field": "name", "days": [0]}}, "field is one of birthday"),
        ("birthday", {"purpose": "service"}, "needs the customer's yes"),
        ("birthday", {"buttons": ["book"]}, 'add the button "stop"'),
        ("birthday", {"buttons": ["done", "stop"]}, 'the button "done" is for work'),
        ("birthday", {"priority": 0}, "priority is a whole number from 1 to 9"),
        ("birthday", {"at": "25:00"}, "at is a time"),
        ("birthday", {"whom": "all"}, "there is no whom"),
        ("coolant", {"trigger": {"kind": "interval", "since": ["coolant_change"]}}, "how many km or months"),
        ("coolant", {"services": ["wax"]}, "one of coolant_change must be among it"),
        ("rain_over", {"buttons": ["later", "stop"]}, 'the button "later"'),
        ("coating_care", {"trigger": {"kind": "after", "event": "visit", "hours": 2, "days": 1}}, "hours or days, not both"),
        ("safety_recall", {"on": True}, "Name the car models"),
        ("day_before", {"trigger": {"kind": "appointment", "days": 1, "hours": 2}}, "how many days or how many hours"),
        ("day_before", {"trigger": {"kind": "appointment", "days": 9}}, "days is a whole number from 0 to 7"),
        ("day_before", {"gift": "wash"}, "no services, no gift"),
        ("day_before", {"audience": {"stages": ["loyal"]}}, "of the audience only the stores"),
        ("day_before", {"purpose": "marketing"}, "purpose is one of service"),
        ("day_before", {"buttons": ["stop"]}, "buttons are of coming, move, cancel, way"),
        ("day_before", {"texts": {"en": "{address}", "zh-Hans": "您好", "zh-Hant": "您好"}}, "first line holds {address}"),
        ("feedback", {"buttons": ["stop"]}, 'without the button "stars"'),
        ("feedback", {"texts": {"en": "{services}", "zh-Hans": "您好", "zh-Hant": "您好"}}, "first line holds {services}"),
        ("insurance", {"purpose": "feedback"}, "purpose is one of service, marketing, safety"),
        ("coating_care", {"trigger": {"kind": "after", "event": "delivery", "hours": 2}}, "nobody knows the hour"),
        ("coating_care", {"trigger": {"kind": "after", "event": "visit", "hours": 200}}, "hours is a whole number from 0 to 168"),
    ],
)
def test_wrong_rules_are_stopped_with_a_sentence(code: str, change: dict[str, Any], sentence: str) -> None:
    """WB7: placeholders are names, never expressions."""
    with pytest.raises(Wrong) as wrong:
        rules.read(changed(code, **change))
    assert sentence in str(wrong.value)
    assert f"rule {code}" in str(wrong.value)
    others = [TEXTS.label(wrong.value.key, language, wrong.value.values) for language in ("zh-Hans", "zh-Hant")]
    assert str(wrong.value) not in others


def test_each_sentence_about_a_wrong_rule_exists_in_each_language() -> None:
    folder = Path(rules.__file__).parent
    said_ = {key for file in folder.glob("*.py") for key in re.findall(r"Wrong\(\s*\"(\w+)\"", file.read_text("utf-8"))}
    there = {key.removeprefix("reminders.wrong.") for key in TEXTS.keys("zh-Hant") if key.startswith("reminders.wrong.")}
    assert said_ == there


def test_two_rules_for_one_birthday() -> None:
    other = rules.read({**changed("birthday", trigger={"kind": "date", "field": "birthday", "days": [0]}), "code": "cake"})
    with pytest.raises(ValueError, match="the rule birthday is switched on for the same occasion already"):
        rulebook.clash(other, [SHIPPED["birthday"]])
    rulebook.clash(rules.switched(other, False), [SHIPPED["birthday"]])
    apart = replace(SHIPPED["birthday"], audience=Audience(store_kind="detailing"))
    rulebook.clash(replace(other, audience=Audience(store_kind="dealership")), [apart])


@pytest.mark.parametrize("rule", SHIPPED.values(), ids=SHIPPED)
def test_each_shipped_rule_reads_as_it_is_written(rule: Rule) -> None:
    assert rules.read(rules.written(rule)) == rule
    for language in ("en", "zh-Hans", "zh-Hant"):
        known: dict[str, str | None] = dict.fromkeys(wording.ALWAYS, "x") | dict.fromkeys(
            ("date", "days", "years", "when", "ahead"), "1"
        )
        for month in range(1, 13):
            words = wording.render(rule.texts[language], known, month)
            assert words
            assert "{" not in words


def test_words_are_shown_literally_and_lines_without_a_value_are_left_out() -> None:
    text = "Hi {name}\nA gift: {gift}\n\nYour {plate}\n\nBye"
    assert wording.render(text, {"name": "<b>{{7*7}}</b> {car}", "gift": None, "plate": "A & B"}, 1) == (
        "Hi &lt;b&gt;{{7*7}}&lt;/b&gt; {car}\n\nYour A &amp; B\n\nBye"
    )
    assert [wording.render("one\n---\ntwo", {}, month) for month in (1, 2, 3)] == ["One", "Two", "One"]


def test_figures_out_of_bounds() -> None:
    for wrong in ({"most_a_day": 0}, {"leap_day": "02-30"}, {"lost_days": 10, "warning_days": 60}, {"x": 1}, {"look_at": "7"}):
        with pytest.raises(ValueError, match="settings"):
            read(wrong)
    assert read({"look_at": "07:30"}).look_at == time(7, 30)
