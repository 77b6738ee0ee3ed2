import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.folding import fold, without_filler


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ＯＩＬ　Ｃｈａｎｇｅ", "oil change"),
        ("更換機油", "更换机油"),
        ("輪胎沒氣了怎麼辦", "轮胎没气了怎么办"),
        ("what's the price", "what is the price"),
        ("I can’t come", "i can not come"),
        ("Café", "cafe"),
        ("oil\u200b\u202echange\x00", "oilchange"),
        ("  a \n\t b ", "a b"),
        ("a\ud800b", "ab"),
        ("", ""),
    ],
)
def test_one_spelling_for_every_way_to_type(typed, folded):
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        ("hi, could you please tell me how much an oil change is, thanks", "how much an oil change is"),
        ("hello there, i would like to know your opening hours please", "your opening hours"),
        ("请问一下小保养多少钱呀谢谢", "小保养多少钱"),
        ("您好,我想咨询一下补胎怎么收费", "补胎怎么收费"),
        ("hello", "hello"),
        ("你好", "你好"),
        ("谢谢", "谢谢"),
        ("你们店在哪", "你们店在哪"),
    ],
)
def test_filler_goes_and_the_question_stays(asked, question):
    assert without_filler(fold(asked)) == question


def test_a_long_text_keeps_its_beginning_and_its_end():
    folded = fold("oil change price " + "bla " * 5_000 + " thank you")
    assert folded.startswith("oil change price")
    assert folded.endswith("thank you")
    assert len(folded) < 600


@given(st.text(st.characters(), max_size=300))
def test_folding_never_raises_and_a_second_time_changes_nothing(text):
    once = fold(text)
    assert fold(once) == once
    assert without_filler(once) or not once


@given(st.sampled_from(["oil change price", "brake pads", "ceramic coating 5000 km"]))
def test_width_and_case_do_not_matter(text):
    wide = "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text)
    assert fold(wide) == fold(text.upper()) == fold(text)
