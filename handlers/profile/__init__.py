"""Profile: who somebody is, proved by a phone number that the channel vouches for, or that an advisor has called."""

from handlers.dialogue import Feature
from handlers.profile import flow

FEATURE = Feature("profile", forms=[flow.NUMBER], actions={"number": flow.number}, receives={"contact": flow.contact})
