"""Whatever is written, `understand` answers: no exception, no past day, no nonsense (FAULTS IN15, IN17, TM7, TM8)."""

import random
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.dialogue.when import Reading, Understood, lexicon, masked, understand

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
REGIONS = st.sampled_from(["CN", "HK", "TW", "MO", "US", "GB", "AU", "IN", "SG", "XX"])
MOMENTS = st.datetimes(datetime(2012, 1, 1), datetime(2070, 12, 31, 23, 59))  # noqa: DTZ001 - the shop's wall clock
# Lone surrogates and NUL are in it.
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)

_WORDS = [
    *lexicon.english_words(), *(" ".join(words) for entries in lexicon.english_phrases().values() for words, *_ in entries),
    *(word for entries in lexicon.chinese_words().values() for word, _ in entries),
    "周三", "下周五", "星期天", "10点半", "三点三个字", "12月5号", "5号", "初五", "农历八月十五", "两小时", "三天", "25点",
    "32号", "115年", "2026年", "第一个周一", "10", "10:30", "9.30", "5/12", "31/12/2026", "5th", "0830", "10am", "7",
    "2026-02-30", "24:00", "30", "15h00", "1,000",
]  # fmt: skip
# Words of the grammar in any order: far more of it is reached than by letters alone.
SPOKEN = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=8).flatmap(
    lambda words: st.sampled_from([" ", "", ", "]).map(lambda between: between.join(words))
)


def sensible(found: Understood, text: str, now: datetime) -> None:
    """What must hold of every answer."""
    assert found.understood + found.ambiguous + found.nothing == 1
    for reading in (found.reading, *found.options):
        if reading is not None:
            _sensible(reading, now.date())
    if found.reading:
        assert found.span
        assert 0 <= found.span[0] <= found.span[1] <= len(text)
    else:
        assert found.reason or not found.options
    assert len(found.options) <= 4
    assert len(set(found.options)) == len(found.options)


def _sensible(reading: Reading, today: date) -> None:
    assert reading.as_json()
    assert reading.date is None or reading.date >= today
    assert reading.date is None or reading.implied_date is None
    assert reading.implied_date in (None, today, today + timedelta(days=1))
    assert not (reading.time and reading.part_of_day)
    if reading.range:
        start, end = reading.range.start, reading.range.end
        assert start or end
        if start and end:
            assert start < end
        if isinstance(start, date):
            assert start >= today
        if isinstance(start or end, clock):
            assert reading.time is None


@settings(max_examples=60)
@given(ANYTHING, REGIONS)
def test_any_text_is_answered(text, region):
    sensible(understand(text, NOW, region), text, NOW)


@settings(max_examples=150)
@given(SPOKEN, REGIONS, MOMENTS)
def test_any_words_of_the_grammar_are_answered(text, region, now):
    """IN15, TM7: at any moment, also beyond the years whose holidays and moons are known."""
    sensible(understand(text, now, region), text, now)


def test_any_three_pieces_are_answered():
    """IN15: pieces of every kind side by side ("december" "the" "3pm"), where a rule may find less than it takes for granted."""
    english = "car , . 3 10.30 5/12 5th first 3pm o'clock half friday december 2026 tomorrow week hours the on of in for to - and"
    english += " or after before within not next this last move instead every until christmas w/c"
    chinese = "车 ， 三 10.30 5/12 5号 十点 半 周五 十二月 2026年 明天 天 三天 上午 下 上 的 在 到 和 之后"
    chinese += " 之前 内 不要 不行 改到 改 每 底 国庆 第一个"
    rng = random.Random(3)
    for words, sep in ((english.split(), " "), (chinese.split(), "")):
        for _ in range(500):
            text = sep.join(rng.choices(words, k=3))
            sensible(understand(text, NOW, "GB" if sep else "CN"), text, NOW)


def test_tm13_where_calendars_end():
    for text in (
        "tomorrow at ten",
        "in two weeks",
        "yesterday",
        "下周三",
        "农历八月十五",
        "5/12",
        "Christmas",
        "the day after tomorrow",
    ):
        for now in (datetime.max, datetime.min, datetime(2038, 1, 19, 3, 14, 8)):  # noqa: DTZ001, DTZ901 - the shop's wall clock
            for region in ("CN", "TW", "US"):
                assert understand(text, now, region) is not None
    assert understand("tomorrow", datetime.max).reason == "no_such_date"  # noqa: DTZ901


@settings(max_examples=40)
@given(SPOKEN)
def test_width_and_case_do_not_matter(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text.upper())
    assert understand(wide, NOW).as_json() == understand(text, NOW).as_json()


def test_long_texts_cost_nothing():
    """IN15: 50,000 letters; and texts that just pass, of pieces that could make patterns try again and again."""
    pieces = [
        "a",
        "1",
        "一",
        "周",
        "1 ",
        "to ",
        "monday or ",
        "明天",
        "5/6 ",
        "not ",
        "改到周三",
        "a.",
        "1,",
        "½",
        "\ud800",
        "差五",
    ]
    texts = ["a" * 50_000 + "!", *((piece * 1000)[:999] + "!" for piece in pieces)]
    understand("明天 10am", NOW)
    for text in texts:
        began = time.process_time()
        understand(text, NOW)
        assert time.process_time() - began < 0.4, text[:10]


@given(st.text(max_size=300))
def test_no_digit_is_logged(text):
    line = masked(text)
    assert not any(c.isnumeric() and c != "0" for c in line if not "\u3400" <= c <= "\u9fff")
    assert "\n" not in line
    assert len(line) <= 200


def test_what_is_logged_of_a_person():
    assert masked("Hi, I'm Ann,\ncall 0412 345 678 or ann@example.com at 3") == "Hi, … call 0000 000 000 or … at 0"
    assert masked("电话一三八零零一三八零零零，周三") == "电话00000000000，周三"
