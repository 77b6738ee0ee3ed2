"""What keeps people safe, above a complaint that speaks of a danger: it is our own work, but the car is on the road."""

import re

from handlers.dialogue import Turn
from handlers.dialogue.folding import fold
from handlers.faq import flow as faq
from handlers.faq.filling import spoken

# Entries of the starter base whose reader stands at the roadside, or should.
STOP = frozenset(
    (
        "oil_light",
        "overheating",
        "brake_soft_pedal",
        "burning_smell",
        "keep_driving",
        "towing",
        "out_of_fuel",
        "flooded_car",
        "accident_what_to_do",
    )
)
# What these say cannot wait for a person either.
_URGENT = STOP | {"battery_light", "airbag_abs_light", "exhaust_smoke", "fluid_leak", "tyre_bulge"}

# Folded to Simplified, as the signs of `handlers/danger`, which are of dangers of this moment; these make a car unsafe to drive.
_FUEL = re.compile(
    r"\b(?:petrol|gasoline|fuel|gas)\b.{0,20}\b(?:smells?|smelling|fumes|stinks?|leak(?:s|ing)?|reeks?|drips?|dripping)\b"
    r"|\b(?:smells?|smelling|reeks?|stinks?|stench)\b.{0,15}\b(?:petrol|gasoline|fuel|gas)\b"
    r"|(?:汽油|电油|燃油).{0,2}味|漏(?:汽油|电油)|(?:汽油|电油).{0,4}漏"
)
_UNSAFE = re.compile(
    r"\b(?:brakes?|pedal|foot)\b.{0,40}\b(?:soft|softer|spongy|mushy|weak|floor|half ?way|fail(?:s|ed|ing|ure)?|gone|dead"
    r"|fad(?:e|es|ing)|leak(?:s|ing)?|dangerous|unsafe|(?:not|nt|nothing) (?:work\w*|stop\w*|hold\w*)|stopped working)\b"
    r"|\b(?:soft|spongy|mushy|weak|no|dangerous|unsafe) brakes?\b"
    r"|\b(?:steering)\b.{0,30}\b(?:lock(?:s|ed)?|fail(?:s|ed)?|stuck|loose|jammed)\b"
    r"|\b(?:wheels?|tyres?|tires?|(?:wheel|lug) (?:nuts?|bolts?))\b.{0,40}\b"
    r"(?:loose|came off|fell off|coming off|by hand|not tight\w*|werent tight\w*)\b"
    r"|\bforgot to (?:tighten|torque)\b"
    r"|\b(?:smoke|smoking|flames?|on fire|caught fire|burning smell|smells? (?:of |like )?(?:something )?burn\w*)\b"
    r"|(?:刹车|煞车|迫力|脚掣|脚刹|brake).{0,14}?(?:软|淋|飘|踩到底|失灵|失效|刹不住|煞不住|刹唔住|没反应|冇反应|没劲|踩空|空的|怪怪|漏油|危险)"
    r"|(?:方向盘|軚盘|方向).{0,6}?(?:锁死|卡死|卡住|打不动|失灵|失控|松了)"
    r"|(?:轮胎|车轮|轮子|螺丝|螺母|呔).{0,10}?(?:松了|松咗|都松|掉了|甩咗|没拧|没锁|冇上|没上紧|没拧紧|没锁紧)"
    r"|冒烟|起火|着火|烧焦|焦味|烧胶"
)


def advice(turn: Turn, words: str) -> str:
    """Not to drive it, and who has it fetched; nothing where the words speak of no such danger."""
    said = fold(words)
    kind = "fuel" if _FUEL.search(said) else "work" if _UNSAFE.search(said) else ""
    return turn.text(f"tickets.unsafe.{kind}", phone=spoken(turn.store.phone) if turn.store else "") if kind else ""


def urgent(turn: Turn) -> str:
    """What the knowledge base surely says about words that cannot wait; nothing where they can, or it is not sure."""
    sure = faq.is_sure(turn)
    said = faq.show(turn, sure.id) if sure is not None and sure.id in _URGENT else None
    return said.text if said else ""


def cannot_wait(turn: Turn) -> bool:
    """Whether the words speak of a danger, be it also a question or a single word: then no "noted" is enough."""
    sure = faq.is_sure(turn)
    return sure is not None and sure.id in _URGENT
