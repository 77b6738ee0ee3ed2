import pytest

from knowledge_base import Entry, check

WHOLE = [
    Entry("hours", language, question, (alias,), "We open at {store.opens}.")
    for language, question, alias in [
        ("en", "When are you open?", "opening hours"),
        ("zh-Hans", "几点开门?", "营业时间"),
        ("zh-Hant", "幾點開門?", "營業時間"),
    ]
]


def kinds(entries, **given):
    return [(problem.entry_id, problem.kind) for problem in check(entries, **{"placeholders": {"store.opens"}, **given})]


def test_a_good_base_has_no_problems():
    assert kinds(WHOLE) == []


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        (Entry("hours", "zh", "几点关门", (), ""), "no answer"),
        (Entry("hours", "zh", " ", (), "x"), "no question"),
        (Entry("hours", "en", "closing time", (), "x"), "twice"),
        (Entry("place", "en", "Opening HOURS, please", (), "x"), "shared phrasing"),
        (Entry("place", "zh", "几点開門", (), "x"), "language missing"),
        (Entry("hours", "zh", "几点下班", (), "{price:minor_service}"), "unknown placeholder"),
        (Entry("hours", "zh", "几点下班", (), "x", buttons=("fly",)), "unknown button"),
    ],
)
def test_each_problem_is_found(extra, kind):
    assert (extra.id, kind) in kinds([*WHOLE, extra], buttons={"book"})


def test_traditional_and_simplified_are_the_same_phrasing():
    problems = check([Entry("a", "zh", "换轮胎多少钱", (), "x"), Entry("b", "zh-Hant", "請問換輪胎多少錢", (), "x")])
    assert any(problem.kind == "shared phrasing" and '"a" and "b"' in problem.sentence for problem in problems)


def test_a_kind_of_placeholder_may_be_allowed():
    entries = [Entry("a", "en", "price", (), "{price:oil} {price:tyre} {price:oil}")]
    assert not [problem for problem in check(entries, placeholders={"price"}) if problem.kind == "unknown placeholder"]
    assert len([problem for problem in check(entries) if problem.kind == "unknown placeholder"]) == 2


def test_every_problem_is_a_sentence():
    for problem in check([Entry("a", "en", "", (), "", buttons=("x",))], buttons=()):
        assert problem.sentence.endswith(".")
        assert '"a"' in problem.sentence
