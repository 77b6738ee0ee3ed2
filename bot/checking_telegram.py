"""What `bayline check` asks Telegram: is the token right, does the webhook arrive, what may the bot do in the staff's group."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from telegram.error import TelegramError

from bot.channels.telegram_api import Api
from bot.channels.telegram_request import Refused
from bot.finding import Finding
from bot.settings import Settings

# Seconds for all of it: who checks waits.
WITHIN = 10.0
_RIGHTS = {
    "can_manage_topics": "manage topics", "can_pin_messages": "pin messages", "can_delete_messages": "delete messages",
    "can_restrict_members": "ban users",
}  # fmt: skip


def findings(settings: Settings) -> list[Finding]:
    """For settings with a token."""
    return asyncio.run(_all(settings))


async def _all(settings: Settings) -> list[Finding]:
    api, found = Api(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url), []
    await api.start()
    try:
        async with asyncio.timeout(WITHIN):
            async for finding in _ask(api, settings):
                found.append(finding)
    except (TelegramError, TimeoutError):
        remedy = "Look at the network, at a proxy (https_proxy), and at TELEGRAM_API_URL; `bayline run` goes on trying by itself."
        found.append(Finding(False, f"Telegram: {settings.telegram_api_url} does not answer as it should.", remedy))
    finally:
        await api.stop()
    return found


async def _ask(api: Api, settings: Settings) -> AsyncIterator[Finding]:
    try:
        me = await api.call("getMe", {})
    except Refused as no:
        if no.code not in (401, 404):
            raise
        yield Finding(False, "Telegram: it does not know the token.", "Copy it anew from @BotFather: TELEGRAM_BOT_TOKEN.")
        return
    yield Finding(True, f"Telegram: @{me.get('username', '?')} is there.")
    if settings.telegram_webhook_url:
        yield _webhook(await api.call("getWebhookInfo", {}), settings.telegram_webhook_url)
    if settings.telegram_staff_chat:
        yield await _group(api, int(settings.telegram_staff_chat))


def _webhook(info: dict[str, Any], ours: str) -> Finding:
    waiting = info.get("pending_update_count", 0)
    if info.get("url") != ours:
        return Finding(False, "Telegram: the webhook is not set yet, or elsewhere.", "`bayline run` sets it.")
    if waiting and (trouble := info.get("last_error_message")):
        remedy = "The address must be reachable from outside, with a certificate that is valid."
        return Finding(False, f"Telegram: {waiting} updates wait, and the last could not be delivered: {trouble}", remedy)
    return Finding(True, f"Telegram: the webhook is set, {waiting} updates wait.")


async def _group(api: Api, number: int) -> Finding:
    """The group of TELEGRAM_STAFF_CHAT, and what the bot may do there."""
    try:
        chat = await api.call("getChat", {"chat_id": number})
        mine = await api.call("getChatMember", {"chat_id": number, "user_id": api.bot_id})
    except Refused as no:
        remedy = "Add the bot to the group; if it became a supergroup, its number has changed: TELEGRAM_STAFF_CHAT."
        return Finding(False, f"Staff group: the bot cannot see it ({no.description}).", remedy)
    if mine.get("status") not in ("administrator", "creator"):
        return Finding(
            False, "Staff group: the bot is no administrator there.", "Make it one, so that it hears what staff write."
        )
    missing = [words for right, words in _RIGHTS.items() if not mine.get(right) and mine.get("status") != "creator"]
    if not chat.get("is_forum"):
        missing = [words for words in missing if words != "manage topics"]
    if missing:
        return Finding(False, f"Staff group: the bot may not {', '.join(missing)}.", "Give it these rights in the group.")
    return Finding(True, f"Staff group: the bot may do all it has to; topics are {'on' if chat.get('is_forum') else 'off'}.")
