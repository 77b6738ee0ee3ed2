"""Every text exists in every language, with the same placeholders, and can be rendered."""

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from handlers import FEATURES
from handlers.dialogue import markup
from handlers.dialogue.texts import LANGUAGES, Texts, escape, money

TEXTS = Texts(["dialogue", "desk", *(feature.name for feature in FEATURES)])
_JINJA = Environment(autoescape=True)
_PLURAL = re.compile(r"\.(zero|one|two|few|many|other)$")


@cache
def _names(language: str) -> dict[str, set[str]]:
    """Placeholders by key, the plural forms of a key taken together."""
    names: dict[str, set[str]] = {}
    for key, source in TEXTS.keys(language).items():
        found = meta.find_undeclared_variables(
            _JINJA.parse(source.replace("| day", "").replace("| clock", "").replace("| date", ""))
        )
        names.setdefault(_PLURAL.sub("", key), set()).update(found)
    return names


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_each_language_has_each_key_with_the_same_placeholders(language: str) -> None:
    assert _names(language) == _names("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_closes_what_it_opens(language: str) -> None:
    for source in TEXTS.keys(language).values():
        markup.read(re.sub(r"\{[{%].*?[}%]\}", "x", source))


def test_plural_forms_follow_the_language() -> None:
    assert TEXTS.label("faq.minutes", "en", {"n": 1}) == "about 1 minute"
    assert TEXTS.label("faq.minutes", "en", {"n": 45}) == "about 45 minutes"
    assert TEXTS.label("faq.minutes", "zh-Hant", {"n": 1}) == "大約1分鐘"


def test_money_is_written_as_the_language_does() -> None:
    assert money(39900, "CNY", "en") == "¥399"
    assert money(39950, "CNY", "zh-Hans") == "¥399.50"
    assert money(128000, "HKD", "zh-Hant") == "HK$1,280"


@given(st.text())
def test_words_of_people_are_shown_as_they_are(words: str) -> None:
    """IN4, WB7: no formatting, no template, whatever a person typed."""
    text, entities = markup.read(TEXTS.render("profile.linked", "en", {"name": words}))
    assert words in text or "\r" in words or "\x00" in words
    assert entities == []


def test_formatting_is_counted_in_code_points() -> None:
    assert markup.read("<b>你好 👍</b> &amp; <a href='https://x.cn/'>more</a>") == (
        "你好 👍 & more",
        [["bold", 0, 4], ["link", 7, 11, "https://x.cn/"]],
    )
    assert markup.read(escape("<b>{{7*7}}</b>")) == ("<b>{{7*7}}</b>", [])
