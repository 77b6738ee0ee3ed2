"""A phone number proved by an advisor: the chat shows a code, the advisor calls the number and hears it read out.

Good once, for ten minutes, for one chat and one number. An advisor names both, so that nobody's code is hit by chance.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal, markup
from handlers.dialogue.texts import Texts
from handlers.profile import actions
from storage import chats, messages, phone_codes
from storage.chats import Chat

LIFETIME = timedelta(minutes=10)
_DIGITS = 6
# Somebody who guesses has so many tries at a code, and so many codes: a chance of 1 in 40,000 an hour.
MOST_TRIES = 5
MOST_A_HOUR = 3
MOST_FOR_A_NUMBER = 5

Outcome = Literal["linked", "shared", "wrong"]


def make(session: Session, chat: Chat, phone: str, now: datetime) -> str:
    """A new code for this chat and number (E.164); the chat's older ones end. Raises Refusal when there were too many."""
    hour_ago = now - timedelta(hours=1)
    if (
        phone_codes.made_since(session, hour_ago, chat_id=chat.id) >= MOST_A_HOUR
        or phone_codes.made_since(session, hour_ago, phone=phone) >= MOST_FOR_A_NUMBER
    ):
        raise Refusal("profile.code.too_many")
    phone_codes.end_of_chat(session, chat.id, now)
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    session.add(phone_codes.PhoneCode(chat_id=chat.id, phone=phone, code=code, made_at=now, expires_at=now + LIFETIME))
    session.flush()
    return code


def confirm(session: Session, texts: Texts, phone: str, code: str, now: datetime) -> Outcome:
    """An advisor has heard this code on this number (E.164). The chat that shows it is told, and is linked to its customer.

    "shared": several customers of the shop have the number, so the chat is nobody's yet. "wrong": no such code is open now.
    """
    candidates = phone_codes.open_for(session, phone, now)
    right = next((one for one in candidates if hmac.compare_digest(one.code.encode(), code.strip().encode())), None)
    if right is None:
        for one in candidates:
            phone_codes.failed(session, one, MOST_TRIES, now)
        return "wrong"
    # The chat's row first, as whoever posts to it does; then the code's row decides who was first.
    chat = chats.lock(session, right.chat_id)
    if not phone_codes.use(session, right, now):
        return "wrong"
    customer = actions.prove_phone(session, chat, phone, now)
    chats.save(session, chat)
    key = "profile.code.linked" if customer else "profile.several"
    html = texts.render(key, chat.language or "en", {"name": customer.name} if customer else {})
    text, entities = markup.read(html)
    data = {"entities": entities} if entities else {}
    row = messages.outgoing(
        chat.id, chat.channel, pulls=chat.pulls, text=text, data=data, now=now, feature="profile", purpose="service"
    )  # fmt: skip
    messages.post(session, [row])
    return "linked" if customer else "shared"
