"""`bayline understand`: what some words say about when, for one text or a file of them."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli_common import now_of, sentences
from bot.settings import Wrong, read

if TYPE_CHECKING:
    from handlers.dialogue.when import Understood


def add_to(app: typer.Typer) -> None:
    app.command()(understand)


def understand(
    text: Annotated[str, typer.Argument(help='What a customer writes: "next Tuesday at ten".')] = "",
    now: Annotated[str, typer.Option(help="The moment it is said, with the shop's offset: 2026-11-18T10:20+08:00.")] = "",
    region: Annotated[str, typer.Option(help="The shop's country: CN, HK, TW, GB …")] = "CN",
    lang: Annotated[str, typer.Option(help="en, zh-Hans or zh-Hant; else the words decide.")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
    jsonl: Annotated[
        Path | None, typer.Option(help='A file of lines {"id", "text", "now", "region", "lang"}; answers a line each.')
    ] = None,
) -> None:
    """Say which day and time some words mean, as the booking dialogue understands them."""
    with sentences():
        if jsonl is not None:
            for answer in _answers(jsonl):
                typer.echo(json.dumps(answer))
            return
        if not text:
            raise Wrong('say something to understand: bayline understand "next Tuesday at ten", or --jsonl FILE')
        moment = _moment(now, "--now") if now else now_of(read()).astimezone()
        found = _understood(text, moment, region, lang)
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else _plainly(text, found))


def _understood(text: str, now: datetime, region: str, lang: str | None) -> "Understood":
    # Loaded late: no other command needs it.
    from handlers.dialogue.when import understand as read_words

    return read_words(text, now, region, lang or None)


def _answers(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise Wrong(f"{path} cannot be read: {problem}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            case = json.loads(line)
        except ValueError:
            raise Wrong(f"{where} is not JSON") from None
        if not isinstance(case, dict) or not isinstance(case.get("text"), str) or not isinstance(case.get("now"), str):
            raise Wrong(f'{where} must be an object with "text" and "now" as words')
        moment = _moment(case["now"], where)
        found = _understood(case["text"], moment, str(case.get("region") or "CN"), case.get("lang"))
        yield {"id": case.get("id"), **found.as_json()}


def _moment(written: str, where: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise Wrong(f'{where}: "{written}" is no moment; write it like 2026-11-18T10:20+08:00') from None


def _plainly(text: str, found: "Understood") -> str:
    def said(reading: Any) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {_ends(value)}" for name, value in reading.as_json().items())

    if found.reading:
        also = "".join(f"\nor, as others say it: {said(option)}" for option in found.options[1:])
        return f"{said(found.reading)}   (from “{found.words(text)}”){also}"
    if found.options:
        ask = "That day has been. Ask whether this is meant" if found.reason == "past" else "Ask which is meant"
        return f"{ask}:\n" + "\n".join(f"- {said(option)}" for option in found.options)
    return f"Nothing understood{f' ({found.reason})' if found.reason else ''}."


def _ends(value: Any) -> str:
    return f"{value['from'] or '…'} to {value['to'] or '…'}" if isinstance(value, dict) else str(value)
