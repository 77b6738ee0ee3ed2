"""Telegram's sending half: a message row becomes one or several calls of the Bot API, and the answer a fate."""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from telegram import InputFile, InputMediaPhoto
from telegram.error import TelegramError

from bot.channels.channel import Fate, Rates, Result, Slot
from bot.channels.telegram_api import Api
from bot.channels.telegram_request import NotSent, Refused, Unanswered
from bot.channels.telegram_text import MAX_UNITS, split, units
from bot.channels.telegram_topics import Topics, is_astray
from storage.database import Database
from storage.media import Media
from storage.outbox import Letter

log = logging.getLogger(__name__)

# About 30 messages a second in all, 1 in a chat, 20 a minute in a group (the bots FAQ), with a little kept in hand.
TELEGRAM_RATES = Rates(overall=28, chat_gap=1.0, group_gap=3.0, group_burst=8)
MAX_CAPTION = 1024
MAX_BUTTONS, MAX_ROW = 100, 8
_NO_PREVIEW = {"is_disabled": True}
# What Telegram says when an edit is pointless, or must be a new message instead.
_SAME = "message is not modified"
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid", "no text in the message")
_NOT_THERE = ("message to delete not found", "message_id_invalid")
_NOBODY = ("chat not found", "user is deactivated", "peer_id_invalid", "user not found")


@dataclass(slots=True)
class _Step:
    """One call of several that send a letter. `picture`: the id of a stored photo that goes with it; `document`: a file's
    name, mime and content; `stored`: id and name of a stored file; `album`: ids of several photos that go together."""

    method: str
    parameters: dict[str, Any] = field(default_factory=dict)
    picture: str = ""
    album: tuple[str, ...] = ()
    document: dict[str, str] | None = None
    stored: tuple[str, str] = ("", "")


class TelegramSender:
    """Sends letters of the channel "telegram"; see `Sender`. `sent` is called with each letter that arrived."""

    channel = "telegram"

    def __init__(self, api: Api, database: Database, rates: Rates = TELEGRAM_RATES) -> None:
        self.rates = rates
        self.sent: Callable[[Letter], None] | None = None
        # Chats where the keyboard that shares the phone number may still be open.
        self.sharing: set[str] = set()
        self._api = api
        self._database = database
        self._topics = Topics(api, database, fate_of)

    def is_group(self, address: str) -> bool:
        return address.startswith("-")

    async def let_in(self) -> bool:
        try:
            await self._api.call("getMe", {})
        except TelegramError as error:
            return not (isinstance(error, Refused) and error.code in (401, 404)) and not isinstance(error, (NotSent, Unanswered))
        return True

    async def send(self, letter: Letter, slot: Slot) -> Result:
        result = await self._send(letter, slot)
        if result.fate is Fate.SENT:
            self.sharing.discard(letter.address)
            if letter.data.get("share"):
                self.sharing.add(letter.address)
            if self.sent:
                self.sent(letter)
        return result

    async def _send(self, letter: Letter, slot: Slot) -> Result:
        if letter.kind == "topic":
            return await self._topics.change(letter, slot)
        if letter.kind in ("caption", "delete"):
            return await self._change(letter, slot)
        if letter.kind in ("expel", "admit"):
            return await self._member(letter, slot)
        steps = _steps(letter, _markup(letter, letter.address in self.sharing))
        if not steps:
            return Result(Fate.REFUSED, reason="there is nothing in it")
        if letter.replaces and len(steps) == 1 and steps[0].method == "sendMessage":
            edited = await self._edit(letter, steps[0], slot)
            if edited is not None:
                return edited
        thread = await self._topics.place(letter, [step.parameters for step in steps])
        done = min(int(letter.data.get("parts_sent", 0)), len(steps) - 1)
        result = Result(Fate.RETURNED)
        for number, step in enumerate(steps[done:], done):
            # In a group each photo of an album counts.
            for _ in range(len(step.album) if step.album and self.is_group(letter.address) else 1):
                if not await slot():
                    return Result(Fate.RETURNED, parts=number)
            result = await self._say(step)
            if thread and is_astray(result):
                return replace(result, fate=Fate.ASTRAY)
            if result.fate is not Fate.SENT:
                return replace(result, parts=number)
        if thread and letter.data.get("pin"):
            await self._topics.pin(letter.address, result.ref)
        return result

    async def _change(self, letter: Letter, slot: Slot) -> Result:
        """Gives a photo or file other words, or deletes a message. What never arrived needs neither."""
        if not letter.replaces:
            return Result(Fate.SENT)
        if not await slot():
            return Result(Fate.RETURNED)
        step = _Step("deleteMessage", {"chat_id": int(letter.address), "message_id": int(letter.replaces)})
        if letter.kind == "caption":
            (part,) = split(letter.text, (), MAX_CAPTION)[:1] or (None,)
            step = _Step("editMessageCaption", {**step.parameters, "caption": part.text if part else ""})
        result = await self._say(step)
        if result.fate is Fate.UNKNOWN:
            return replace(result, fate=Fate.RETRY)  # twice is the same as once
        pointless = (_SAME,) if letter.kind == "caption" else _NOT_THERE
        if result.fate is Fate.REFUSED and any(words in result.reason.lower() for words in pointless):
            return Result(Fate.SENT, ref=letter.replaces)
        return replace(result, ref=letter.replaces) if result.fate is Fate.SENT else result

    async def _member(self, letter: Letter, slot: Slot) -> Result:
        """Somebody who does not work here any more leaves the staff's group; whoever is back may come in again."""
        if not await slot():
            return Result(Fate.RETURNED)
        parameters: dict[str, Any] = {"chat_id": int(letter.address), "user_id": int(letter.data["person"])}
        if letter.kind == "admit":
            return await self._say(_Step("unbanChatMember", {**parameters, "only_if_banned": True}))
        result = await self._say(_Step("banChatMember", parameters))
        if result.fate is Fate.REFUSED:
            log.warning("somebody who was dismissed is still in the staff's group: the bot may not remove them")
        # Twice is the same as once.
        return replace(result, fate=Fate.RETRY) if result.fate is Fate.UNKNOWN else result

    async def _edit(self, letter: Letter, step: _Step, slot: Slot) -> Result | None:
        """Puts the letter in the place of an earlier one; None when it has to be a message of its own."""
        if not await slot():
            return Result(Fate.RETURNED)
        parameters = {**step.parameters, "message_id": int(letter.replaces or 0)}
        # Without one, the buttons of the earlier message would stay.
        if "inline_keyboard" not in parameters.get("reply_markup", {}):
            parameters["reply_markup"] = {"inline_keyboard": []}
        result = await self._say(_Step("editMessageText", parameters))
        if result.fate is Fate.UNKNOWN:
            return replace(result, fate=Fate.RETRY)  # to edit twice is to edit once
        if result.fate is Fate.REFUSED:
            why = result.reason.lower()
            if _SAME in why:
                return Result(Fate.SENT, ref=letter.replaces)
            if any(words in why for words in _NOT_EDITABLE):
                return None
        return replace(result, ref=letter.replaces) if result.fate is Fate.SENT else result

    async def _say(self, step: _Step) -> Result:
        try:
            return await self._call(step)
        except Refused as no:
            formatting = {"entities", "caption_entities"} & step.parameters.keys()
            if no.code == 400 and formatting and "entit" in no.description.lower():
                plain = {name: value for name, value in step.parameters.items() if name not in formatting}
                try:
                    return await self._call(replace(step, parameters=plain))
                except TelegramError as again:
                    return fate_of(again)
            return fate_of(no)
        except TelegramError as error:
            return fate_of(error)

    async def _call(self, step: _Step) -> Result:
        if step.document:
            parameters = dict(step.parameters)
            file = InputFile(step.document["content"].encode(), filename=step.document["name"])
            message = await self._api.bot.send_document(parameters.pop("chat_id"), file, api_kwargs=parameters)
            return Result(Fate.SENT, ref=str(message.message_id))
        if step.stored[0]:
            content = await asyncio.to_thread(partial(self._picture, step.stored[0]))
            if content is None:
                return Result(Fate.REFUSED, reason="its file is not there any more")
            parameters, file = dict(step.parameters), InputFile(content, filename=step.stored[1])
            message = await self._api.bot.send_document(parameters.pop("chat_id"), file, api_kwargs=parameters)
            return Result(Fate.SENT, ref=str(message.message_id))
        if step.album:
            return await self._send_album(step)
        if not step.picture:
            answer = await self._api.call(step.method, step.parameters)
            if isinstance(answer, list):
                answer = answer[0] if answer else None
            ref = answer.get("message_id") if isinstance(answer, dict) else None
            return Result(Fate.SENT, ref=str(ref) if ref else None)
        content = await asyncio.to_thread(partial(self._picture, step.picture))
        if content is None:
            return Result(Fate.REFUSED, reason="its picture is not there any more")
        parameters = dict(step.parameters)
        message = await self._api.bot.send_photo(parameters.pop("chat_id"), content, api_kwargs=parameters)
        return Result(Fate.SENT, ref=str(message.message_id))

    async def _send_album(self, step: _Step) -> Result:
        contents = [await asyncio.to_thread(partial(self._picture, picture)) for picture in step.album]
        photos = [InputMediaPhoto(content) for content in contents if content is not None]
        parameters = dict(step.parameters)
        chat, caption, entities = (
            parameters.pop("chat_id"),
            parameters.pop("caption", None),
            parameters.pop("caption_entities", None),
        )
        if not photos:
            return Result(Fate.REFUSED, reason="its pictures are not there any more")
        if len(photos) == 1:
            more = {name: value for name, value in (("caption", caption), ("caption_entities", entities)) if value}
            message = await self._api.bot.send_photo(chat, photos[0].media, api_kwargs={**parameters, **more})
            return Result(Fate.SENT, ref=str(message.message_id))
        sent = await self._api.bot.send_media_group(chat, photos, caption=caption, api_kwargs=parameters)
        return Result(Fate.SENT, ref=str(sent[0].message_id))

    def _picture(self, media_id: str) -> bytes | None:
        with self._database.reading() as session:
            media = session.get(Media, media_id)
            return media.content if media else None


def _steps(letter: Letter, markup: dict[str, Any] | None) -> list[_Step]:
    """The calls that send a letter; the buttons belong to the last of them."""
    chat = int(letter.address) if letter.address.lstrip("-").isdecimal() else letter.address
    steps = []
    entities = letter.data.get("entities", ())
    pictures = letter.data.get("pictures") or [one for one in (letter.data.get("picture"),) if one]
    text = letter.text
    document, copied = letter.data.get("document"), letter.data.get("copy")
    files = letter.data.get("files")
    if pictures or document or copied or files:
        if files:
            step = _Step("sendDocument", {"chat_id": chat}, stored=(files[0]["id"], files[0]["name"]))
        elif document:
            step = _Step("sendDocument", {"chat_id": chat}, document=document)
        elif copied:
            step = _copying(chat, copied)
        elif len(pictures) > 1:
            step = _Step("sendMediaGroup", {"chat_id": chat}, album=tuple(pictures))
        else:
            step = _Step("sendPhoto", {"chat_id": chat}, pictures[0])
        if step.method != "copyMessages" and text.strip() and units(text) <= MAX_CAPTION:
            (part,) = split(text, entities, MAX_CAPTION)
            step.parameters["caption"] = part.text
            if part.entities:
                step.parameters["caption_entities"] = part.entities
            text = ""
        elif step.method == "copyMessages":
            text = ""  # they bring their own
        steps.append(step)
    for part in split(text, entities, MAX_UNITS):
        step = _Step("sendMessage", {"chat_id": chat, "text": part.text, "link_preview_options": _NO_PREVIEW})
        if part.entities:
            step.parameters["entities"] = part.entities
        steps.append(step)
    if steps and markup and steps[-1].method not in ("sendMediaGroup", "copyMessages"):
        steps[-1].parameters["reply_markup"] = markup
    return steps


def _copying(chat: Any, copied: dict[str, Any]) -> _Step:
    refs = sorted(int(ref) for ref in copied["refs"])
    parameters = {"chat_id": chat, "from_chat_id": int(copied["chat"])}
    if len(refs) > 1:
        return _Step("copyMessages", {**parameters, "message_ids": refs})
    return _Step("copyMessage", {**parameters, "message_id": refs[0]})


def _markup(letter: Letter, sharing: bool) -> dict[str, Any] | None:
    if rows := letter.data.get("buttons"):
        return {"inline_keyboard": _keyboard(letter.token, rows)}
    if label := letter.data.get("share"):
        button = {"text": label, "request_contact": True}
        return {"keyboard": [[button]], "one_time_keyboard": True, "resize_keyboard": True}
    if letter.data.get("force_reply"):
        # Opens the reply for whoever is named in the text, and for nobody else.
        return {"force_reply": True, "selective": True}
    return {"remove_keyboard": True} if sharing else None


def _keyboard(token: str | None, rows: list[list[dict[str, Any]]]) -> list[list[dict[str, str]]]:
    """Rows of at most eight and a hundred buttons in all. What a button carries names its message and its place, no more."""
    keyboard, index = [], 0
    for row in rows:
        shown = []
        for button in row:
            if index < MAX_BUTTONS:
                shown.append({"text": button["label"], "callback_data": f"{token}.{index}"})
            index += 1
        keyboard += [shown[start : start + MAX_ROW] for start in range(0, len(shown), MAX_ROW)]
    return keyboard


def fate_of(error: TelegramError) -> Result:
    """What an error of the Bot API means for the message."""
    if isinstance(error, NotSent):
        return Result(Fate.RETRY, reason=str(error))
    if not isinstance(error, Refused):
        return Result(Fate.UNKNOWN, reason=str(error))
    reason, words = f"{error.code} {error.description}"[:120], error.description.lower()
    if error.code == 429:
        return Result(Fate.SLOW_DOWN, reason=reason, pause=_seconds(error.parameters.get("retry_after")))
    if error.code in (401, 404):
        return Result(Fate.DENIED, reason=reason)
    if isinstance(moved := error.parameters.get("migrate_to_chat_id"), int):
        return Result(Fate.MOVED, reason=reason, address=str(moved))
    if error.code == 403 or any(nobody in words for nobody in _NOBODY):
        return Result(Fate.GONE, reason=reason)
    return Result(Fate.REFUSED, reason=reason)


def _seconds(value: Any) -> float | None:
    """A pause as it may come: a number, a number in quotes, or nonsense."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None
