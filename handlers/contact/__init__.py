"""Contact: what we may write to somebody without being asked. For now: stop, which always works."""

from handlers.contact import flow
from handlers.dialogue import Feature

FEATURE = Feature("contact", words={"stop": flow.stop}, actions={"resume": flow.resume})
