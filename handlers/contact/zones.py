"""Where somebody's clock stands: asked once by whoever lives in another time zone than the shop."""

import re
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from handlers.dialogue import Answers, Reply, Slot, Turn, Unclear
from handlers.dialogue.folding import fold

# Cities by the names that people type; of those with the same clock the first one is taken for a time of day.
_NAMED = {
    "北京": "Asia/Shanghai", "上海": "Asia/Shanghai", "广州": "Asia/Shanghai", "深圳": "Asia/Shanghai", "中国": "Asia/Shanghai",
    "台北": "Asia/Taipei", "台湾": "Asia/Taipei", "香港": "Asia/Hong_Kong", "澳门": "Asia/Macau", "乌鲁木齐": "Asia/Urumqi",
    "新加坡": "Asia/Singapore", "吉隆坡": "Asia/Kuala_Lumpur", "曼谷": "Asia/Bangkok", "东京": "Asia/Tokyo", "日本": "Asia/Tokyo",
    "首尔": "Asia/Seoul", "孟买": "Asia/Kolkata", "新德里": "Asia/Kolkata", "迪拜": "Asia/Dubai", "莫斯科": "Europe/Moscow",
    "伦敦": "Europe/London", "英国": "Europe/London", "巴黎": "Europe/Paris", "柏林": "Europe/Berlin", "德国": "Europe/Berlin",
    "法兰克福": "Europe/Berlin", "纽约": "America/New_York", "华盛顿": "America/New_York", "芝加哥": "America/Chicago",
    "丹佛": "America/Denver", "洛杉矶": "America/Los_Angeles", "旧金山": "America/Los_Angeles", "温哥华": "America/Vancouver",
    "多伦多": "America/Toronto", "悉尼": "Australia/Sydney", "墨尔本": "Australia/Melbourne", "珀斯": "Australia/Perth",
    "奥克兰": "Pacific/Auckland", "beijing": "Asia/Shanghai", "shenzhen": "Asia/Shanghai", "delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata", "frankfurt": "Europe/Berlin", "munich": "Europe/Berlin", "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles", "boston": "America/New_York", "washington": "America/New_York",
}  # fmt: skip
_TIME = re.compile(r"(?P<hour>[012]?\d)(?:\s*[:点點.]\s*(?P<minute>[0-5]\d))?\s*(?:点|點|分|时|時)?\s*(?P<half>am|pm)?")
_AFTERNOON = re.compile(r"下午|晚上|傍晚|夜里|夜裡")
_AROUND = re.compile(r"下午|晚上|傍晚|夜里|夜裡|上午|早上|凌晨|现在|現在|是|it'?s|it is|now|about")
_QUARTER = timedelta(minutes=15)


class Zone(Slot):
    """The name of a zone; "" for the shop's own."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply(turn.text("contact.zone.ask"), [turn.button("contact.button.zone_shop", "answer", "")])

    def read(self, turn: Turn, answers: Answers) -> str:
        own = turn.store.timezone if turn.store else "UTC"
        found = find(turn.words, turn.now, own)
        if found is None:
            raise Unclear("contact.zone.unclear")
        return found

    def accept(self, turn: Turn, value: Any, answers: Answers) -> str:
        return ""


def find(words: str, now: datetime, own: str) -> str | None:
    """The zone of a city, or one where the clock shows this time now: the shop's if it does there."""
    typed = fold(words).strip(" .!。！")
    for name, zone in _places().items():
        if name == typed or (len(name) > 1 and re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", typed)):
            return zone
    clock = unicodedata.normalize("NFKC", words).lower().strip(" .!。")
    match = _TIME.fullmatch(_AROUND.sub("", clock).strip())
    if match is None or int(match["hour"]) > 24:
        return None
    hour = int(match["hour"]) % 24
    if hour < 12 and (match["half"] == "pm" or _AFTERNOON.search(clock)):
        hour += 12
    elif hour == 12 and match["half"] == "am":
        hour = 0
    there = timedelta(hours=hour, minutes=int(match["minute"] or 0))
    here = timedelta(hours=now.hour, minutes=now.minute)
    return next((zone for zone in (own, *_NAMED.values()) if _same_clock(there - here, now.astimezone(ZoneInfo(zone)))), None)


def _same_clock(ahead: timedelta, local: datetime) -> bool:
    """Whether that zone is so far ahead of UTC, give or take a few minutes and a day."""
    offset = local.utcoffset() or timedelta()
    apart = (ahead - offset) % timedelta(days=1)
    return min(apart, timedelta(days=1) - apart) <= _QUARTER / 2


@cache
def _places() -> dict[str, str]:
    cities = {name.rsplit("/", 1)[1].replace("_", " ").lower(): name for name in sorted(available_timezones()) if _is_city(name)}
    return {**_NAMED, **{city: zone for city, zone in cities.items() if len(city) > 3}}


def _is_city(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
