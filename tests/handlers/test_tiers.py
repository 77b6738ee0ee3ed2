"""Which words are a complaint, of which tier and why: tables of what customers write, and what a manager may change."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.tickets import phrases, rules
from handlers.tickets.phrases import Phrases
from handlers.tickets.rules import Rules
from tests.handlers import complaints, plain_words

SHIPPED = Rules(rules.shipped())
TABLES = {"en": complaints.ENGLISH, "zh-Hans": complaints.SIMPLIFIED, "zh-Hant": complaints.TRADITIONAL}


def _lines(table: str) -> list[tuple[str, str]]:
    return [(line[:9].strip(), line[9:]) for line in table.splitlines() if line]


@pytest.mark.parametrize("language", TABLES)
def test_complaints_get_their_tier_and_questions_get_none(language: str) -> None:
    lines = _lines(TABLES[language])
    said = [(_tier(text), text) for _, text in lines]
    assert said == lines
    assert min(sum(tier != "-" for tier, _ in lines), sum(tier == "-" for tier, _ in lines)) >= 40


PLAIN = {"en": plain_words.ENGLISH, "zh-Hans": plain_words.SIMPLIFIED, "zh-Hant": plain_words.TRADITIONAL}


@pytest.mark.parametrize("language", PLAIN)
def test_what_went_wrong_with_our_work_is_a_complaint_without_the_word(language: str) -> None:
    """Damage, loss, the same fault again; the same words about their own car, or asked, are none."""
    lines = _lines(PLAIN[language])
    said = [(_tier(text), text) for _, text in lines]
    assert said == lines
    assert min(sum(tier != "-" for tier, _ in lines), sum(tier == "-" for tier, _ in lines)) >= 30


def _tier(text: str) -> str:
    verdict = SHIPPED.judge(text)
    return (verdict.tier or "complain") if verdict.complaint else "-"


def test_the_reason_names_the_rule_and_the_words() -> None:
    verdict = SHIPPED.judge("I waited two hours, and then you scratched my door")
    assert verdict.reasons == (("damage", "you scratched my"), ("waiting", "waited two hours"))
    assert (verdict.tier, verdict.category) == ("serious", "damage")


def test_a_veto_holds_for_its_own_sentence() -> None:
    assert SHIPPED.judge("You scratched my door. How much is a respray?").tier == "serious"
    assert not SHIPPED.judge("How much is it to remove a scratch after a wash?").complaint


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("you * scratched/dented * my", "YOU have SCRATCHED my door", "you have scratched my"),
        ("you * scratched/dented * my", "you have scrached both of my doors", "you have scrached both of my"),
        ("you * scratched * my", "you did not scratch my door", None),
        ("you * scratched * my", "you, my friend, and everybody else at the shop over there scratched my door", None),
        ("injured", "is my car insured", None),
        ("injured", "nobody was not injured", None),
        ("没人理", "都沒人理我", "没人理"),
        ("没人理我", "没人里我", "没人里我"),
        ("等了 * 小时/钟头", "我等了足足两个钟头", "等了足足两个钟头"),
        ("车 * 刮花", "車子沒有刮花", None),
        ("call/called me? back", "why did nobody call back", "call back"),
        ("called me? back", "they never called back", None),
    ],
)
def test_what_a_phrase_finds(phrase: str, text: str, found: str | None) -> None:
    """IN1: typos, homophones, width and script; a "not" in between takes it back."""
    got = [one.words for one in Phrases({"it": [phrase]}).find(text)]
    assert got == ([found] if found else [])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    SHIPPED.judge(text)


@pytest.mark.parametrize("text", ["you your the my scratched " * 160, "等了我车刮" * 800, "a?b! " * 800, "not " * 1000])
def test_no_text_keeps_the_rules_busy(text: str) -> None:
    SHIPPED.judge(text)  # reads the rules
    began = time.process_time()
    SHIPPED.judge(text)
    assert time.process_time() - began < 1.0


NAMES = 'names = { en = "x", zh-Hans = "x", zh-Hant = "x" }'


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("", "There are no rules"),
        ("[[rule]", "no TOML"),
        ('[[rule]]\ncode = "x"\ntier = "urgent"', "the tier is one of"),
        ('[[rule]]\ncode = "x"\ntier = "minor"\nname = "x"', "the keys are"),
        ('[[rule]]\ncode = "x"\ntier = "minor"\n' + NAMES + '\nwords = ["* x"]', "never be found"),
        ('[[rule]]\ncode = "x"\ntier = "minor"\n' + NAMES, "without words"),
        ('[[rule]]\ncode = "x"\ntier = "minor"\nnames = { en = "x" }\nwords = ["x"]', "give a name in"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_explained(toml: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rules.read(toml)


def test_each_shipped_phrase_can_be_found() -> None:
    """A phrase that its own words do not find is a slip of whoever wrote it."""
    for rule in rules.shipped():
        for text in (*rule.words, *rule.near):
            assert phrases.check(text)
            first = " ".join(part.removesuffix("?").split("/")[0].replace("_", " ") for part in text.split() if part != "*")
            assert Phrases({"it": [text]}).find(first), text
