"""Updates of every type and of every wrong type: whatever arrives is answered, put aside or passed over, and nothing breaks."""

# ruff: noqa: E501 - a table of samples reads better unbroken

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**52, 2**53 + 1, 2**70, -(2**63), 1.5, float("inf"), "", " ", "\x00", "a\x00b", "\ud83d", "\ude00\ud83d",
    "\ufffe", "\u202e\u2066gpj.exe", "😀" * 4096, "e" + "\u0301" * 10_000, "👩\u200d" * 500, "x" * 5000, "раураl", "１２３ ٣ ²", "*_[`<b>&",
    "tg://user?id=1", "/start", "/start " + "x" * 65, "/start ok-1", "/menu", "/nosuch", "/", "'; DROP TABLE chats;--", "{{7*7}}",
    [], [[]], {}, {"id": None}, [None], {"a": {"b": {"c": []}}},
)  # fmt: skip
_PERSON = {"id": 7, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "zh-TW", "username": "ann"}
_PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
_GROUP = {"id": -100, "type": "supergroup", "title": "x"}
_HEAD = {"message_id": 5, "date": 1_790_000_000, "chat": _PRIVATE, "from": _PERSON}
_SIZE = {"file_id": "f", "file_unique_id": "u", "width": 90, "height": 90, "file_size": 1000}
CONTENT: tuple[dict[str, Any], ...] = (
    {"text": "how much is an oil change?"}, {"text": "小保养多少钱"}, {"text": "hi", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
    {"photo": [_SIZE], "caption": "look"}, {"photo": [_SIZE], "media_group_id": "11"}, {"document": {**_SIZE, "mime_type": "image/png"}},
    {"document": {**_SIZE, "mime_type": "application/pdf", "file_name": "../../etc/passwd"}}, {"sticker": {"emoji": "😀"}}, {"voice": {}},
    {"video": {}}, {"video_note": {}}, {"audio": {}}, {"animation": {}}, {"location": {"latitude": 999, "longitude": -999}},
    {"venue": {}}, {"poll": {"id": "1"}}, {"dice": {"emoji": "🎲", "value": 6}}, {"story": {}}, {"game": {}}, {"paid_media": {}},
    {"contact": {"phone_number": "+8613800138000", "user_id": 7}}, {"contact": {"phone_number": "1" * 400, "user_id": 8}},
    {"pinned_message": {}}, {"new_chat_members": [_PERSON]}, {"left_chat_member": _PERSON}, {"new_chat_title": "x"},
    {"migrate_to_chat_id": -1001}, {"successful_payment": {}}, {"write_access_allowed": {}}, {"web_app_data": {"data": "x", "button_text": "y"}},
    {"forum_topic_created": {}}, {"users_shared": {}}, {"giveaway": {}}, {"video_chat_started": {}}, {"some_new_thing": {"deep": [1]}},
)  # fmt: skip
_QUERY = {"id": "77", "from": _PERSON, "chat_instance": "1", "data": "abcdefgh1234.0", "message": {**_HEAD, "text": "menu"}}
OTHERS: tuple[dict[str, Any], ...] = (
    {"callback_query": _QUERY}, {"callback_query": {**_QUERY, "message": {"chat": _PRIVATE, "message_id": 4, "date": 0}}},
    {"callback_query": {**_QUERY, "inline_message_id": "x", "message": None}}, {"callback_query": {**_QUERY, "game_short_name": "g"}},
    {"edited_message": {**_HEAD, "text": "changed", "edit_date": 1}}, {"channel_post": {**_HEAD, "chat": _GROUP, "text": "x"}},
    {"edited_channel_post": {**_HEAD, "chat": _GROUP}}, {"message": {**_HEAD, "chat": _GROUP, "text": "/menu"}},
    {"message": {**_HEAD, "chat": _GROUP, "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}}},
    {"my_chat_member": {"chat": _PRIVATE, "from": _PERSON, "date": 1, "new_chat_member": {"status": "kicked", "user": _PERSON}}},
    {"my_chat_member": {"chat": _GROUP, "from": _PERSON, "date": 1, "new_chat_member": {"status": "member", "user": _PERSON}}},
    {"inline_query": {"id": "1", "from": _PERSON, "query": "x"}}, {"chosen_inline_result": {}}, {"shipping_query": {}}, {"poll": {}},
    {"pre_checkout_query": {}}, {"poll_answer": {}}, {"chat_member": {}}, {"chat_join_request": {}}, {"message_reaction": {}},
    {"message_reaction_count": {}}, {"chat_boost": {}}, {"removed_chat_boost": {}}, {"business_connection": {}}, {"business_message": _HEAD},
    {"deleted_business_messages": {}}, {"purchased_paid_media": {}}, {"a_kind_of_the_future": {"x": 1}}, {},
)  # fmt: skip


def updates(number: int, seed: int = 0) -> Iterator[Any]:
    """Whole updates first, then mutilated ones, as they look after having been JSON."""
    order = random.Random(seed)
    whole = [{"message": {**_HEAD, **content}} for content in CONTENT] + list(OTHERS)
    for count in range(number):
        update = copy.deepcopy(whole[count % len(whole)])
        people = order.randrange(1000, 1000 + number)
        _settle(update, people)
        if count >= len(whole):
            for _ in range(order.choice((0, 1, 1, 1, 2, 4))):
                _mutilate(update, order)
        if order.random() > 0.02:
            update = {"update_id": 1000 + count, **update}
        yield json.loads(json.dumps(update if order.random() > 0.005 else order.choice(JUNK)))


def _settle(node: Any, chat: int) -> None:
    """Gives the person and their chat another number, so that nobody is a flood."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("id", "user_id") and value == 7:
                node[key] = chat
            else:
                _settle(value, chat)


def _mutilate(update: Any, order: random.Random) -> None:
    """Changes one place somewhere in the tree: other value, other type, gone, or something that was not there."""
    node = update
    while True:
        children = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not children:
            return
        key = order.choice(children)
        child = node[key]
        if isinstance(child, dict | list) and child and order.random() < 0.75:
            node = child
            continue
        match order.randrange(8):
            case 0 if isinstance(node, dict):
                del node[key]
            case 1 if isinstance(node, dict):
                node[order.choice(("text", "chat", "from", "photo", "data", "x"))] = copy.deepcopy(order.choice(JUNK))
            case _:
                node[key] = copy.deepcopy(order.choice(JUNK))
        return
