"""The kit that every capability is made of: what comes in, a turn, a reply, forms with slots, texts, and the engine."""

from handlers.dialogue.feature import Feature
from handlers.dialogue.form import Answers, Form, Option, Refusal, Slot, Start, Unclear
from handlers.dialogue.incoming import Contact, Incoming
from handlers.dialogue.reply import Button, Document, Reply
from handlers.dialogue.slots import Choice, Words
from handlers.dialogue.turn import Turn

__all__ = [
    "Answers", "Button", "Choice", "Contact", "Document", "Feature", "Form", "Incoming", "Option", "Refusal", "Reply", "Slot",
    "Start", "Turn", "Unclear", "Words",
]  # fmt: skip
