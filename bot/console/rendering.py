"""Templates of the shell and of the features, rendered with Jinja2; everything from outside is escaped."""

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from handlers.desk.desk import ROOT

_NAME = re.compile(r"([a-z_]{1,60})/([a-z_]{1,60}\.html)", re.ASCII)


def _load(name: str) -> str | None:
    """ "booking/day.html" is `handlers/booking/templates/day.html`; "console/…" is the shell's own."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    package = "bot.console" if found[1] == "console" else f"handlers.{found[1]}"
    return (resources.files(package) / "templates" / found[2]).read_text("utf-8")


_JINJA = Environment(
    autoescape=True,
    undefined=StrictUndefined,
    loader=FunctionLoader(_load),
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_JINJA.globals["ROOT"] = ROOT


def render(template: str, data: Mapping[str, Any]) -> str:
    return _JINJA.get_template(template).render(data)


def proof_fields(csrf: str, back: str) -> Markup:
    """What every form that posts must carry; test of the console: none is without."""
    return Markup('<input type="hidden" name="csrf" value="{}"><input type="hidden" name="back" value="{}">').format(
        escape(csrf), escape(back)
    )
