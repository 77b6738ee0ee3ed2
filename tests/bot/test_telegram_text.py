"""Long texts are cut where nobody is hurt: in Telegram's measure, between graphemes, outside of formatting."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram_text import is_border, split, units

FAMILY = "👨‍👩‍👧‍👦"


def test_a_family_has_eleven_units() -> None:
    assert (len(FAMILY), units(FAMILY)) == (7, 11)


def test_a_text_at_the_limit_is_one_part() -> None:
    for length, parts in ((4095, 1), (4096, 1), (4097, 2)):
        assert len(split("字" * length, [])) == parts
    assert [units(part.text) for part in split("😀" * 2049, [])] == [4096, 2]


def test_paragraphs_stay_whole() -> None:
    paragraphs = ["a" * 1500, "b" * 1500, "c" * 1500, "d" * 1500]
    assert [part.text for part in split("\n\n".join(paragraphs), [])] == [
        "\n\n".join(paragraphs[:2]),
        "\n\n".join(paragraphs[2:]),
    ]


def test_sentences_stay_whole_in_chinese() -> None:
    text = ("好" * 99 + "。") * 60
    assert all(part.text.endswith("。") for part in split(text, []))


def test_nothing_is_cut_inside_a_grapheme() -> None:
    for grapheme in (FAMILY, "🇨🇳", "e\u0301", "👍🏽", "1\ufe0f\u20e3", "🏴\U000e0067\U000e0062\U000e007f"):
        for before in range(12):
            parts = split("x" * before + grapheme * 30, [], limit=40)
            assert all(part.text.strip("x").replace(grapheme, "") == "" for part in parts)


def test_nothing_is_cut_inside_formatting() -> None:
    """IN5: a bold word at the border goes to the next part as a whole, with its offset counted anew."""
    text = "字 " * 2044 + "bold words here" + " end"
    start = text.index("bold")
    parts = split(text, [["bold", start, start + 15]])
    assert [part.entities for part in parts] == [[], [{"type": "bold", "offset": 0, "length": 15}]]


def test_offsets_count_utf16() -> None:
    (part,) = split(f"{FAMILY} hi", [["italic", 8, 10], ["link", 0, 7, "https://example.com/"]])
    assert part.entities == [
        {"type": "italic", "offset": 12, "length": 2},
        {"type": "text_link", "offset": 0, "length": 11, "url": "https://example.com/"},
    ]


def test_formatting_longer_than_a_part_goes_on() -> None:
    parts = split("y" * 5000, [["bold", 0, 5000]])
    assert [part.entities for part in parts] == [
        [{"type": "bold", "offset": 0, "length": 4096}],
        [{"type": "bold", "offset": 0, "length": 904}],
    ]


def test_blank_texts_are_nothing() -> None:
    assert split(" \n" * 5000, []) == []


@given(st.text(st.sampled_from("a字 \n。😀\u200d👩🇨🇳\u0301\ufe0f"), max_size=400), st.integers(8, 60), st.data())
@settings(max_examples=150, deadline=None)
def test_in5_every_text_survives_being_split(text: str, limit: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    parts = split(text, [["bold", start, end]] if end > start else [], limit)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())
    for part in parts:
        assert 0 < units(part.text) <= limit
        for entity in part.entities:
            assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(part.text)
    assert is_border(text, 0)
