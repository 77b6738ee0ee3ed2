"""The staff's web console: the shell that checks who is there, runs the features' pages and renders them."""

from bot.console.console import Console

__all__ = ["Console"]
