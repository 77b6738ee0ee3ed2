"""Formatting: our texts carry a few HTML tags; a message row carries plain text and where its formatting begins and ends."""

from html.parser import HTMLParser
from typing import Any

_TAGS = {"b": "bold", "i": "italic", "a": "link"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.length = 0
        self.entities: list[list[Any]] = []
        self._open: list[tuple[str, int, str]] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
        self.length += len(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append((tag, self.length, dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        name, start, url = self._open.pop()
        assert name == tag, f"texts close {name} before {tag}"
        if self.length > start:
            self.entities.append([_TAGS[tag], start, self.length, *([url] if url else [])])


def read(html: str) -> tuple[str, list[list[Any]]]:
    """Plain text, and its formatting as [kind, start, end, url?] in code points; kind is bold, italic or link."""
    if "<" not in html and "&" not in html:
        return html, []
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts), sorted(reader.entities, key=lambda entity: (entity[1], -entity[2]))
