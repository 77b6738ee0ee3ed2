"""Visits: what a customer asks of the past of their own cars: when they were last here, what was done, what was paid."""

from handlers.dialogue import Feature
from handlers.visits import flow

FEATURE = Feature("visits", trigger=flow.asked)
