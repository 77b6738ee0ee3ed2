"""When somebody wants to come, from their own words in English and Chinese: `understand(text, now, region, language)`."""

from handlers.dialogue.when.masking import masked
from handlers.dialogue.when.result import PartOfDay, Range, Reading, Reason, Understood
from handlers.dialogue.when.understanding import understand

__all__ = ["PartOfDay", "Range", "Reading", "Reason", "Understood", "masked", "understand"]
