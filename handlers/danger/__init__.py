"""Danger: who has no brakes, a burning car, a crash or a poisoned child is told what to do, and a person comes."""

from handlers.danger import flow
from handlers.dialogue import Feature

FEATURE = Feature("danger", urgent=flow.heard, loud=flow.loud)
