"""The contact gate's rules: no offer reaches somebody who did not agree, in quiet hours or over the cap."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.contact import rules
from handlers.contact.rules import Policy, Standing, Wish

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # noon in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")
AGREED = {"marketing": True}


def _decide(purpose: str = "marketing", due: datetime = NOW, **person: object) -> rules.Decision:
    known = {"zone": SHANGHAI, "agreed": AGREED, **person}
    return rules.decide(Wish(purpose, "birthday", due), Standing(**known), Policy(), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("purpose", "person", "reason"),
    [
        ("marketing", {}, "due"),
        ("marketing", {"agreed": None}, "no_consent"),
        ("marketing", {"agreed": {"marketing": False}}, "no_consent"),
        ("marketing", {"agreed": {"feedback": True}}, "no_consent"),
        ("marketing", {"paused_until": NOW + timedelta(days=1)}, "paused"),
        ("marketing", {"paused_until": NOW}, "due"),
        ("marketing", {"complaint_open": True}, "complaint_open"),
        ("marketing", {"born": (NOW - timedelta(days=365 * 17)).date()}, "minor"),
        ("marketing", {"born": (NOW - timedelta(days=366 * 18)).date()}, "due"),
        ("service", {"born": (NOW - timedelta(days=365 * 17)).date()}, "due"),
        ("marketing", {"reachable": False}, "unreachable"),
        ("marketing", {"erased": True}, "erased"),
        ("marketing", {"off": ["birthday"]}, "switched_off"),
        ("marketing", {"offers": [NOW - timedelta(days=6, hours=23)]}, "cap_week"),
        ("marketing", {"offers": [NOW + timedelta(days=3)]}, "cap_week"),
        ("marketing", {"offers": [NOW - timedelta(days=7)]}, "due"),
        ("marketing", {"offers": [NOW - timedelta(days=days) for days in (8, 16, 24)]}, "cap_month"),
        ("marketing", {"offers": [NOW - timedelta(days=days) for days in (8, 16, 30)]}, "due"),
        ("marketing", {"routine": [NOW - timedelta(days=8)]}, "due"),
        ("marketing", {"per_month": 1, "offers": [NOW - timedelta(days=20)]}, "cap_month"),
        ("marketing", {"per_week": 9, "offers": [NOW - timedelta(days=1)]}, "cap_week"),
        ("feedback", {"agreed": None}, "due"),
        ("feedback", {"agreed": {"feedback": False}}, "no_consent"),
        ("service", {"agreed": None, "paused_until": NOW + timedelta(days=9), "complaint_open": True}, "due"),
        ("service", {"off": ["birthday"]}, "switched_off"),
        ("service", {"reachable": False}, "unreachable"),
        ("safety", {"agreed": {"marketing": False}, "off": ["birthday"]}, "due"),
    ],
)
def test_pv5_who_is_written_to(purpose: str, person: dict[str, object], reason: str) -> None:
    decision = _decide(purpose, **person)
    assert decision.reason == reason
    assert (decision.send_at is None) == (reason != "due")


def test_what_is_routine_leaves_room_for_what_matters() -> None:
    """A tip or the weekly member day comes once in thirty days, however much room there is."""
    known = Standing(SHANGHAI, agreed=AGREED, offers=[NOW - timedelta(days=8)], routine=[NOW - timedelta(days=8)])
    said = {
        priority: rules.decide(Wish("marketing", "x", NOW, priority), known, Policy(), NOW).reason for priority in (1, 7, 8, 9)
    }
    assert said == {1: "due", 7: "due", 8: "cap_routine", 9: "cap_routine"}
    later = rules.decide(Wish("marketing", "x", NOW + timedelta(days=22), 9), known, Policy(), NOW)
    assert later.reason == "due"
    assert rules.decide(Wish("marketing", "x", NOW, 9), known, Policy(routine_per_month=2), NOW).reason == "due"


@pytest.mark.parametrize(
    ("purpose", "hour", "sent"),
    [
        ("marketing", 20.99, 20.99), ("marketing", 21, 33), ("marketing", 3, 9), ("marketing", 9, 9), ("service", 23, 33),
        ("feedback", 8.5, 9), ("safety", 3, 3),
    ],
)  # fmt: skip
def test_nobody_is_woken(purpose: str, hour: float, sent: float) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=SHANGHAI)
    due = (midnight + timedelta(hours=hour)).astimezone(UTC)
    assert _decide(purpose, due).send_at == (midnight + timedelta(hours=sent)).astimezone(UTC)


def test_what_would_come_too_late_does_not_come() -> None:
    wish = Wish("service", "appointment", NOW + timedelta(hours=10), expires_at=NOW + timedelta(hours=12))
    assert rules.decide(wish, Standing(SHANGHAI), Policy(), NOW) == rules.Decision(None, "too_late")


_ZONES = sorted(available_timezones())
_MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
_TIMES = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_ZONES), _MOMENTS, _TIMES, _TIMES)
def test_tm1_the_morning_comes_in_every_zone(zone: str, moment: datetime, start: time, end: time) -> None:
    """TM1: whatever clocks do, the moment is not quiet, not before, and at most a day away."""
    policy = Policy(start, end)
    at = rules.awake(moment, ZoneInfo(zone), policy)
    assert moment <= at <= moment + timedelta(hours=49)
    assert start == end or not rules._is_quiet(at.astimezone(ZoneInfo(zone)).time(), policy)


_EVENTS = st.sampled_from(["offer", "offer", "yes", "no", "complaint", "settled"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 24 * 90), st.integers(0, 24 * 5), _EVENTS), max_size=60))
def test_cc10_pv5_no_sequence_lets_an_offer_out(events: list[tuple[int, int, str]]) -> None:
    """CC10, PV5: a brute-force look at everything that was let through."""
    agreed: dict[str, bool] = {}
    complaint = False
    sent: list[datetime] = []
    for hour, ahead, event in sorted(events):
        now = NOW + timedelta(hours=hour)
        match event:
            case "yes" | "no":
                agreed["marketing"] = event == "yes"
            case "complaint" | "settled":
                complaint = event == "complaint"
            case _:
                person = Standing(SHANGHAI, agreed=agreed, complaint_open=complaint, offers=tuple(sent))
                decision = rules.decide(Wish("marketing", "x", now + timedelta(hours=ahead)), person, Policy(), now)
                if decision.send_at:
                    assert agreed.get("marketing")
                    assert not complaint
                    assert 9 <= decision.send_at.astimezone(SHANGHAI).hour < 21
                    sent.append(decision.send_at)
    for moment in sent:
        for length, most in ((timedelta(days=7), 1), (timedelta(days=30), 3)):
            assert sum(moment <= other < moment + length for other in sent) <= most
