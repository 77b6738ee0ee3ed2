"""What a cell may look like, and what is said about one that may not (IN6, IN7, IE6)."""

from datetime import date, time

import pytest

from handlers.transfer import values
from handlers.transfer.report import Wrong


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("399", 39900),
        ("399.5", 39950),
        ("399.50", 39950),
        ("0.07", 7),
        ("0", 0),
        ("１２３．４０", 12340),
        ("1234567.89", 123456789),
    ],
)
def test_amounts_are_exact_in6(text: str, minor: int) -> None:
    assert values.an_amount(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        "1,5",
        "1.234",
        "-0",
        "-5",
        "NaN",
        "inf",
        "1e9",
        "²",
        "٣",
        "三千",
        "¥399",
        "",
        "1 000",
        "9" * 5000,
        "21474836.48",
        "+5",
        ".",
    ],
)
def test_other_amounts_are_refused_with_an_example_in6(text: str) -> None:
    with pytest.raises(Wrong, match=r"399\.50|Check the zeros"):
        values.an_amount(text)


@pytest.mark.parametrize("text", ["2026-04-03", "2026/4/3", "2026.4.3", "20260403", "2026年4月3日", "２０２６-０４-０３"])
def test_days_that_can_be_read_in_one_way_only_ie6(text: str) -> None:
    assert values.a_day(text) == date(2026, 4, 3)


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2026",
        "13/04/2026",
        "4-3-26",
        "2026-02-30",
        "2026-4/3",
        "0026-04-03",
        "3026-04-03",
        "soon",
        "0001-01-01",
        "9999-12-31",
        "0000-00-00",
        "-1",
        "0",
        "2026-W53-1",
        "2026-04-03T23:59:60",
        "1775174400",
    ],
)
def test_other_days_are_refused_with_an_example_ie6(text: str) -> None:
    with pytest.raises(Wrong, match="2026-04-03"):
        values.a_day(text)


@pytest.mark.parametrize(
    "text", ["13800138000", "+86 138 0013 8000", "138-0013-8000", "１３８００１３８０００", "0086 13800138000"]
)
def test_a_phone_becomes_e164_in7(text: str) -> None:
    assert values.a_phone(text, "CN") == "+8613800138000"


@pytest.mark.parametrize(
    "text", ["12345", "phone", "138001380001234", "9" * 30, "13800138000;ext=5", "1-800-FLOWERS", "+999 123456"]
)
def test_what_cannot_be_called_is_refused_in7(text: str) -> None:
    with pytest.raises(Wrong, match=r"\+86"):
        values.a_phone(text, "CN")


def test_a_phone_of_no_country_needs_its_plus_in7() -> None:
    assert values.a_phone("+44 20 7946 0018", None) == "+442079460018"
    with pytest.raises(Wrong, match=r"the country's code"):
        values.a_phone("020 7946 0018", None)


@pytest.mark.parametrize("text", ["1.0", "²", "-1", "1e3", "60001", "", "9" * 5000])
def test_whole_numbers_have_bounds_in6(text: str) -> None:
    with pytest.raises(Wrong, match="from 1 to 60000"):
        values.a_whole_number(text, 1, 60000)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "a\x07b", "x" * 21])
def test_texts_that_a_database_would_choke_on_are_refused_db16(text: str) -> None:
    with pytest.raises(Wrong):
        values.a_text(text, 20)


def test_a_list_keeps_its_order_and_each_text_once() -> None:
    assert values.a_list("小保| small service |小保||", 80) == ["小保", "small service"]
    with pytest.raises(Wrong, match="separates"):
        values.a_list(["a|b"], 80)


@pytest.mark.parametrize("text", ["8:30-12:00", "08:30", "10-4", "12:00-08:30", "08:30-24:00", "08:30-08:30"])
def test_opening_times_explain_themselves(text: str) -> None:
    with pytest.raises(Wrong, match=r"08:30-12:00|closes before"):
        values.a_span(text)
    assert values.a_span("08:30 - 12:00".replace(" ", "")) == (time(8, 30), time(12))


def test_codes_choices_and_yes_or_no() -> None:
    assert values.a_code(" A-17.b_c ", 40) == "A-17.b_c"
    assert values.a_choice("PETROL", ["petrol", "diesel"]) == "petrol"
    assert [values.a_yes_or_no(text) for text in ("yes", "0", "是")] == [True, False, True]
    for wrong in (lambda: values.a_code("a b", 40), lambda: values.a_choice("wood", ["petrol"]), lambda: values.a_yes_or_no("?")):
        with pytest.raises(Wrong, match="Write"):
            wrong()
