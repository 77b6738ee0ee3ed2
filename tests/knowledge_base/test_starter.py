"""The starter base that we ship: what a dealership and a detailing shop are asked, in three languages."""

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from knowledge_base.folding import fold, without_filler

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
# What people ask about, and an entry that answers it.
TOPICS = {
    "maintenance pricing": "minor_service_price",
    "intervals": "service_interval",
    "booking": "how_to_book",
    "hours": "opening_hours",
    "address": "store_address",
    "parking": "parking",
    "warranty": "warranty_period",
    "parts": "parts_in_stock",
    "tyres": "tyre_replace_when",
    "brakes": "brake_pads_when",
    "battery": "battery_flat",
    "electric cars": "ev_battery_health",
    "hybrids": "hybrid_care",
    "insurance": "insurance_claim",
    "roadside help": "towing",
    "loaner": "loaner_car",
    "pick-up": "pickup_delivery",
    "payment": "payment_methods",
    "invoices": "invoice",
    "points": "points_balance",
    "membership": "member_tiers",
    "coating": "ceramic_coating_price",
    "wax": "wax_price",
    "paint protection film": "ppf_price",
    "interior cleaning": "interior_cleaning_price",
    "test drive": "test_drive",
    "trade-in": "trade_in",
    "referral": "referral",
    "complaints": "complaint",
    "privacy": "privacy",
}


@pytest.fixture(scope="module")
def entries() -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in _entries()}


def _entries() -> Iterator[dict[str, Any]]:
    for path in (resources.files("knowledge_base") / "starter").iterdir():
        if path.name.endswith(".toml"):
            yield from tomllib.loads(path.read_text("utf-8"))["entry"]


def test_there_are_enough_entries_each_with_its_own_id(entries):
    assert len(entries) == len(list(_entries())) >= 120
    assert all(entry["category"] and entry["audience"] in ("customer", "staff") for entry in entries.values())
    assert {entry["audience"] for entry in entries.values()} == {"customer", "staff"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_has_an_answer_and_five_ways_to_ask_in_each_language(entries, language):
    for entry_id, entry in entries.items():
        told = entry[language]
        ways = {without_filler(fold(text)) for text in (told["question"], *told["aliases"])}
        assert len(ways) >= 5, f"{entry_id} has {len(ways)} phrasings in {language}"
        assert told["answer"].strip(), f"{entry_id} has no answer in {language}"


def test_traditional_texts_are_not_simplified_ones(entries):
    """Only a text without any character that differs may be the same in both."""
    same = [entry_id for entry_id, entry in entries.items() if entry["zh-Hans"]["answer"] == entry["zh-Hant"]["answer"]]
    assert same == []


@pytest.mark.parametrize("topic", TOPICS)
def test_what_customers_ask_about_is_there(entries, topic):
    assert TOPICS[topic] in entries


def test_an_answer_leads_on(entries):
    """Booking, prices and a person are a tap away where they help."""
    offered = [button for entry in entries.values() for button in entry.get("buttons", ())]
    assert all(offered.count(button) >= 10 for button in ("book", "prices", "person"))


# Pages of the chat that an answer may point at, by what their buttons say; see the texts of booking, vehicles and rewards.
PLACES = {
    "appointments": ("My appointments", "“我的预约”", "「我的預約」"),
    "cars": ("My cars", "“我的车”", "「我的車」"),
    "offers": ("My offers", "“我的优惠”", "「我的優惠」"),
}


def test_an_answer_sends_nobody_to_what_is_not_there(entries):
    """Where an answer names a page of the chat, its button is below; and the menu holds no more than it does."""
    for entry_id, entry in entries.items():
        for language, place in ((language, place) for language in LANGUAGES for place in PLACES.items()):
            named = place[1][LANGUAGES.index(language)] in entry[language]["answer"]
            assert not named or place[0] in entry["buttons"], (entry_id, language)
        in_menu = [re.search(r"in the menu|The menu shows", entry["en"]["answer"]), *(
            re.search("(?:菜单|選單)(?:里|裡|“|「)", entry[language]["answer"]) for language in LANGUAGES[1:]
        )]  # fmt: skip
        assert not any(in_menu) or entry_id in ("languages", "stop_messages", "other_branches", "car_functions"), entry_id
