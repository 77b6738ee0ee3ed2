import pytest

from knowledge_base.reading import LETTERS, MEANINGS, SOUNDS, WORDS, in_common, read
from knowledge_base.stems import stem


def words(text):
    return read(text).blocks[WORDS]


def test_numbers_stay_apart():
    assert "5000" in words("service at 5,000 km")
    assert "5000" in words("service at 5000km")
    assert "5000" not in words("service at 10000 km")
    assert "5w30" in words("5w-30 oil")
    assert "10000" in words("1万公里保养")
    assert "5000" in words("五千公里")
    assert "10000" in words("10k service")


@pytest.mark.parametrize("form", ["charge", "charges", "charged", "charging"])
def test_forms_of_a_word_meet(form):
    assert stem(form) == stem("charge")


@pytest.mark.parametrize(
    "pair", [("policies", "policy"), ("tyres", "tire"), ("stopped", "stop"), ("boxes", "box"), ("batteries", "battery")]
)
def test_forms_that_change_their_spelling_meet(pair):
    assert stem(pair[0]) == stem(pair[1])


@pytest.mark.parametrize("other", ["bus", "gas", "fee", "is"])
def test_short_words_are_left_alone(other):
    assert stem(other) == other


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("how much is it", "=price"),
        ("多少钱", "=price"),
        ("flat tyre", "=puncture"),
        ("爆胎了", "=puncture"),
        ("can i pay in instalments", "=finance"),
        ("可以分期吗", "=finance"),
        ("petrol", "=fuel"),
        ("gas", "=fuel"),
    ],
)
def test_words_of_one_meaning_share_a_feature(text, meaning):
    assert meaning in read(text).blocks[MEANINGS]


def test_homophones_sound_alike():
    assert set(read("轮台").blocks[SOUNDS]) == set(read("轮胎").blocks[SOUNDS])
    assert set(read("啥车").blocks[SOUNDS]) != set(read("刹车片").blocks[SOUNDS])


def test_blocks_do_not_share_features():
    blocks = read("oil change 换机油多少钱").blocks
    assert sum(len(set(block)) for block in blocks) == len({feature for block in blocks for feature in block})
    assert all(feature.startswith("~") for feature in blocks[LETTERS])


def test_in_common_is_for_people_to_read():
    assert in_common("oil change price", "how much is an oil change") == (
        "oil",
        "chang",
        "oil chang",
        "=oil_change",
        "=price",
        "=oil",
    ) or set(in_common("oil change price", "how much is an oil change")) >= {"oil", "oil chang", "=price"}
