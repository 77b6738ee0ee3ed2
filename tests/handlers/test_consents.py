"""When the words of a consent change: proof is kept, and only who agreed to something else is asked anew, once, in passing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.contact import consents
from handlers.dialogue import Refusal
from handlers.dialogue.memo import Memo
from storage import chats
from storage.contact import Consent
from storage.customers import Customer as Person
from storage.segments import agrees
from tests.handlers.test_contact import _offers, _post, _same_person
from tests.marks import SHOP_ON_SQLITE
from tests.world import Customer, World

# What the tables do is the same in every conversation; one test runs on both databases.
WORDS = {"en": "Offers by us & our partners.", "zh-Hans": "我们和伙伴的优惠。", "zh-Hant": "我們和夥伴的優惠。"}


def _changes(world: World, *, anew: bool, days: int = 0) -> None:
    world.passes(minutes=1)
    with world.database.transaction() as session:
        consents.put(session, WORDS, anew=anew, days=days, staff_id=None, now=world.now)
    world.engine.memo = Memo()
    world.engine.push(world.now)
    world.passes(minutes=1)


def _agrees(world: World, language: str = "en", channel: str = "web") -> Customer:
    who = world.customer(channel, language).starts().says("/settings")
    return who.presses(who.labels[0])


def _proofs(world: World) -> list[tuple[bool, str]]:
    with world.database.reading() as session:
        return [(one.given, one.version.rsplit(":", 1)[0]) for one in session.scalars(select(Consent).order_by(Consent.id))]


@SHOP_ON_SQLITE
def test_nobody_is_asked_anew_when_only_the_words_were_put_better(world: World) -> None:
    ann = _agrees(world).sees("“stop” ends them")
    _changes(world, anew=False)
    assert _post(world, ann, "a").reason == "due"
    ann.says("when are you open?")
    assert "our partners" not in ann.last.text
    bob = _agrees(world)
    bob.says("/settings").sees("Offers by us & our partners.")
    assert _proofs(world) == [(True, "en"), (True, "1:en")]


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "question", "words", "yes"),
    [
        ("en", "when are you open on Saturday?", "Offers by us & our partners.", "Yes, that is fine"),
        ("zh-Hans", "你们周六几点开门？", "我们和伙伴的优惠。", "可以，继续发"),
        ("zh-Hant", "你們週六幾點開門？", "我們和夥伴的優惠。", "可以，繼續傳"),
    ],
)
def test_pv8_who_agreed_to_something_else_is_asked_once_below_an_answer(
    world: World, language: str, question: str, words: str, yes: str
) -> None:
    """PV8: until then their yes is none, their proof is kept, and what rested on it is taken back."""
    ann = _agrees(world, language, "telegram")
    _same_person(world, ann)
    assert _post(world, ann, "a", due=world.now + timedelta(days=2)).reason == "due"
    _changes(world, anew=True)
    assert _offers(world, "queued") == []
    assert _post(world, ann, "b").reason == "consent_old"
    with world.database.reading() as session:
        assert session.scalars(select(Person.id).where(agrees())).all() == []
    ann.says(question).sees(words)
    ann.says(question)
    assert words not in ann.last.text
    ann.presses(yes)
    assert _post(world, ann, "c").reason == "due"
    with world.database.reading() as session:
        assert len(session.scalars(select(Person.id).where(agrees())).all()) == 1
    assert _proofs(world) == [(True, language), (True, f"1:{language}")]
    ann.says(question)
    assert words not in ann.last.text


@SHOP_ON_SQLITE
@pytest.mark.parametrize(("typed", "reason"), [("yes", "due"), ("no", "no_consent")])
def test_the_question_may_be_answered_in_words(world: World, typed: str, reason: str) -> None:
    ann = _agrees(world)
    _changes(world, anew=True)
    ann.says("when are you open on Saturday?").says(typed)
    assert _post(world, ann, "a").reason == reason, ann.last.text


def test_a_no_to_the_new_words_is_a_no(world: World) -> None:
    """On both databases."""
    ann = _agrees(world)
    _changes(world, anew=True)
    ann.says("when are you open on Saturday?").presses("No, no offers")
    with world.database.reading() as session:
        assert session.scalars(select(Person.id).where(agrees())).all() == []
    assert _post(world, ann, "a").reason == "no_consent"
    assert _proofs(world) == [(True, "en"), (False, "1:en")]


@SHOP_ON_SQLITE
def test_an_older_yes_may_hold_for_some_days(world: World) -> None:
    ann = _agrees(world)
    _changes(world, anew=True, days=10)
    assert _post(world, ann, "a").reason == "due"
    world.passes(days=10)
    world.engine.push(world.now)
    assert _post(world, ann, "b").reason == "consent_old"
    ann.says("/why").sees("What you had agreed to has changed")


@SHOP_ON_SQLITE
def test_a_button_below_older_words_agrees_to_nothing(world: World) -> None:
    ann = world.customer().starts().says("/settings")
    old = ann.button("✗ Offers")
    _changes(world, anew=True)
    ann.does("press", press=old).sees("Offers by us & our partners.")
    assert _proofs(world) == []
    ann.presses("Yes, that is fine").sees("Thank you")
    assert _proofs(world) == [(True, "1:en")]


@SHOP_ON_SQLITE
def test_nobody_is_asked_in_the_middle_of_something(world: World) -> None:
    ann = _agrees(world)
    _changes(world, anew=True)
    for words in ("oil change next Tuesday at ten for my A4", "/cancel", "this is a disgrace, you scratched my car"):
        ann.says(words)
        assert "our partners" not in ann.last.text, words
    assert ann.outcome
    with world.database.reading() as session:
        assert chats.get(session, ann.outcome.chat_id)


@SHOP_ON_SQLITE
def test_words_that_cannot_be(world: World) -> None:
    for words, days in (({**WORDS, "zh-Hant": " "}, 0), ({**WORDS, "en": "x" * 601}, 0), (WORDS, -1), (WORDS, 181)):
        with world.database.transaction() as session, pytest.raises(Refusal):
            consents.put(session, words, anew=True, days=days, staff_id=None, now=world.now)
