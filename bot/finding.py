"""A finding of `bayline check` and `bayline doctor`: good or not, in a sentence, with what to do about it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="As a list of {good, text, remedy}.")]


@dataclass(frozen=True, slots=True)
class Finding:
    good: bool
    text: str
    remedy: str = ""


def say(findings: Iterable[Finding], bad: str, *, as_json: bool) -> bool:
    """Prints each as it comes, or all as one JSON list; whether all are good. `bad`: the mark of those that are not."""
    seen: list[Finding] = []
    try:
        for finding in findings:
            seen.append(finding)
            if not as_json:
                mark = typer.style("OK  ", fg="green") if finding.good else typer.style(bad, fg="red")
                typer.echo(f"{mark}  {finding.text}" + (f"\n      → {finding.remedy}" if finding.remedy else ""))
    finally:
        # What was found before something stopped us is said all the same.
        if as_json:
            typer.echo(json.dumps([asdict(finding) for finding in seen], ensure_ascii=False, indent=1))
    return all(finding.good for finding in seen)
