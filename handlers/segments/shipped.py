"""The segments that every shop begins with: the figures of the trade, each of which can be edited in the console.

Money in minor units. "One day less than" a limit is how "below" is said, as bounds are inclusive.
"""

from typing import Any

_DEALER = {"fact": "store_kind", "in": ["dealership"]}
_STUDIO = {"fact": "store_kind", "in": ["detailing"]}


def _least(fact: str, value: int) -> dict[str, Any]:
    return {"fact": fact, "least": value}


def _most(fact: str, value: int) -> dict[str, Any]:
    return {"fact": fact, "most": value}


def _between(fact: str, least: int, most: int) -> dict[str, Any]:
    return {"fact": fact, "least": least, "most": most}


def _tag(name: str) -> list[list[dict[str, Any]]]:
    return [[{"fact": "tag", "in": [name]}]]


_YEAR, _HALF = 365, 182

# code, family, (en, zh-Hans, zh-Hant), groups of conditions
SHIPPED: tuple[tuple[str, str, tuple[str, str, str], list[list[dict[str, Any]]]], ...] = (
    ("potential", "stage", ("Potential", "潜在客户", "潛在客戶"), [[_most("visits", 0), _most("cars", 0)]]),
    ("delivered", "stage", ("Delivered, not yet in for service", "已交车未回厂", "已交車未回廠"),
     [[_most("visits", 0), _least("cars", 1)]]),
    ("in_service", "stage", ("In service", "售后客户", "售後客戶"),
     [[_least("visits", 1), _most("days_since_visit", _YEAR - 1)]]),
    ("dormant", "stage", ("Dormant: no visit for a year", "沉睡客户：一年未到店", "沉睡客戶：一年未到店"),
     [[_DEALER, _least("days_since_visit", _YEAR)]]),
    ("lost_warning", "stage", ("Lost-warning: detailing, 2 months away or spending half", "流失预警：两个月未到店或消费减半",
                               "流失預警：兩個月未到店或消費減半"),
     [[_STUDIO, _between("days_since_visit", 61, 91)], [_STUDIO, _least("spend_drop", 50), _most("days_since_visit", 91)]]),
    ("lost", "stage", ("Lost: detailing, 3 months away", "已流失：三个月未到店", "已流失：三個月未到店"),
     [[_STUDIO, _least("days_since_visit", 92)]]),
    ("high_value", "value", ("High value: much spent, or back within half a year", "高价值：年消费高或半年内回厂",
                               "高價值：年消費高或半年內回廠"),
     [[_DEALER, _least("spent_365", 5_000_000)], [_DEALER, _least("visits", 2), _most("days_since_visit", _HALF)]]),
    ("rare_but_dear", "value", ("Potential: rare visits, high average", "潜力：来得少但客单价高", "潛力：來得少但客單價高"),
     [[_DEALER, _between("visits_365", 1, 2), _least("average", 200_000)]]),
    ("diamond", "tier", ("Diamond", "钻石", "鑽石"), [[_least("spent_365", 8_000_000)]]),
    ("gold", "tier", ("Gold", "黄金", "黃金"), [[_between("spent_365", 5_000_000, 7_999_999)]]),
    ("silver", "tier", ("Silver", "白银", "白銀"), [[_between("spent_365", 1, 4_999_999)]]),
    ("detailing_loyal", "detailing", ("Detailing: three visits a month", "美容忠诚：月到店三次", "美容忠誠：每月到店三次"),
     [[_STUDIO, _least("visits_30", 3)]]),
    ("bee", "attitude", ("Bee: buys and refers", "蜜蜂：会买会推荐", "蜜蜂：會買會推薦"), _tag("bee")),
    ("dragonfly", "attitude", ("Dragonfly: can buy, compares", "蜻蜓：有实力爱比较", "蜻蜓：有實力愛比較"), _tag("dragonfly")),
    ("butterfly", "attitude", ("Butterfly: watches the price", "蝴蝶：在意价格", "蝴蝶：在意價格"), _tag("butterfly")),
    ("mantis", "attitude", ("Mantis: looks and tells others", "螳螂：只看常转发", "螳螂：只看常轉發"), _tag("mantis")),
    ("family", "persona", ("Family", "家庭用户", "家庭用戶"), _tag("family")),
    ("young", "persona", ("Young professional", "年轻白领", "年輕上班族"), _tag("young")),
    ("business", "persona", ("Business", "商务人士", "商務人士"), _tag("business")),
)  # fmt: skip
