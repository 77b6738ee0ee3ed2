"""Profile: who somebody is, proved by a phone number that the channel vouches for."""

from handlers.dialogue import Feature
from handlers.profile import flow

FEATURE = Feature("profile", receives={"contact": flow.contact})
