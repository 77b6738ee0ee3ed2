"""Texts: one TOML file a language beside each feature, rendered with Jinja2; plurals, dates and money by Babel."""

import html
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from datetime import time as clock_time
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, get_currency_precision
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import escape as escape_html

from handlers.dialogue.folding import fold

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
_LOCALES = {"en": "en", "zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant_TW"}


@cache
def locale(language: str) -> Locale:
    return Locale.parse(_LOCALES[language])


def escape(text: str) -> str:
    return str(escape_html(text))


def money(amount: int, currency: str, language: str) -> str:
    """`amount` in minor units of `currency`; whole amounts without decimals: ¥399, HK$1,280."""
    digits = get_currency_precision(currency)
    exact = Decimal(amount).scaleb(-digits)
    pattern = "¤#,##0" if exact == exact.to_integral_value() else f"¤#,##0.{'0' * digits}"
    written = format_currency(exact, currency, pattern, locale(language), currency_digits=False)
    # In a shop that bills in yuan the sign alone is what everybody writes, in any language.
    return written.replace("CN¥", "¥")


@cache
def _written(feature: str, language: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Texts, and lists of words, of the file that a feature has in a language, by key."""
    file = resources.files(f"handlers.{feature}") / "texts" / f"{language}.toml"
    texts: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    if file.is_file():
        _sort(feature, tomllib.loads(file.read_text("utf-8")), texts, lists)
    return texts, lists


def _sort(prefix: str, table: Mapping[str, Any], texts: dict[str, str], lists: dict[str, list[str]]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            _sort(key, value, texts, lists)
        elif isinstance(value, list):
            lists[key] = value
        else:
            texts[key] = value.strip()


class Texts:
    """All texts of all features, by key "feature.name". Raises KeyError at start for a file that cannot be read."""

    def __init__(self, features: Iterable[str]) -> None:
        self._sources: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        self._lists: dict[str, dict[str, list[str]]] = {language: {} for language in LANGUAGES}
        self._folded: dict[str, tuple[str, ...]] = {}
        for feature in features:
            for language in LANGUAGES:
                texts, lists = _written(feature, language)
                self._sources[language].update(texts)
                self._lists[language].update(lists)

    def keys(self, language: str) -> dict[str, str]:
        """Every key of a language with its source."""
        return self._sources[language]

    def words(self, key: str) -> list[str]:
        """A list of words from every language together: what people may type to mean the same thing."""
        return [word for language in LANGUAGES for word in self._lists[language].get(key, [])]

    def folded(self, key: str) -> tuple[str, ...]:
        """The same as `folding.fold` leaves them, to be compared with what somebody typed."""
        if key not in self._folded:
            self._folded[key] = tuple(dict.fromkeys(map(fold, self.words(key))))
        return self._folded[key]

    def render(self, key: str, language: str, values: Mapping[str, Any]) -> str:
        """The text as escaped HTML. With a value `n` the plural form of the language is taken, if the key has forms."""
        if "n" in values and f"{key}.other" in self._sources[language]:
            form = locale(language).plural_form(values["n"])
            key = f"{key}.{form}" if f"{key}.{form}" in self._sources[language] else f"{key}.other"
        source = self._sources[language][key]
        return _template(source, language).render(values) if "{" in source else source

    def label(self, key: str, language: str, values: Mapping[str, Any]) -> str:
        """The text for a place that knows no formatting, such as a button."""
        return html.unescape(self.render(key, language, values))


@cache
def texts_of(*features: str) -> Texts:
    """The texts of these, read once a process: what is folded and compiled of them is kept by their name."""
    return Texts(features)


@cache
def _template(source: str, language: str) -> Template:
    return _environment(language).from_string(source)


@cache
def _environment(language: str) -> Environment:
    """Jinja2 for our own texts; its filters write days and times as the language does."""

    def day(value: date) -> str:
        return format_date(value, "EEE d MMM" if language == "en" else "M月d日 EEE", locale=locale(language))

    def with_year(value: date) -> str:
        return format_date(value, "d MMM y" if language == "en" else "y年M月d日", locale=locale(language))

    def clock(value: clock_time | datetime) -> str:
        return format_time(value, "HH:mm", locale=locale(language))

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(day=day, date=with_year, clock=clock)
    return environment
