"""Who takes a complaint back, or does not need the person any more whom they called."""

import re

from handlers.dialogue import Reply, Turn, lately, leaving
from handlers.tickets import actions
from handlers.tickets.work import of_turn
from knowledge_base.folding import fold
from storage import tickets
from storage.tickets import Ticket

# What names the complaint, in the place of which other words of leaving stand.
_NEED = re.compile(
    r"\b(?:(?:i|we) )?(?:(?:do|did|will) not|dont|didnt|wont|no longer|never)(?: (?:really|actually|even))?"
    r"(?: (?:want|wish|need|mean|like))?(?: to)?"
    r" (?:complain|(?:make|file|raise|lodge|open|submit) (?:an?|any|the|this) (?:formal )?complaint)\b"
    r"(?: about (?:it|this|that|anything))?"
    r"|\b(?:(?:i|we) )?(?:have )?no (?:more )?(?:complaints?|complaining)\b"
    r"|\b(?:(?:it|this|that) (?:is|was) |this )?not (?:really )?(?:a |meant as a )complaint\b"
    r"|\b(?:i am|im|we are) not complaining\b"
)
_CANCEL = re.compile(
    r"\b(?:cancel|withdraw|retract|revoke|remove|delete|close|drop|take back|pull|undo)(?: (?:my|the|this|that|our))? complaint\b"
)
_FORGET = re.compile(r"\b(?:my|the|this|that|our) complaint\b")
_NEED_HAN = re.compile(
    r"我?(?:(?:不|唔|别|甭|无须|无需|没有?|冇)(?:是|系|想|要|用|必|使|打算|准备|再|得|跟你们|同你哋|和你们){0,3}|没什么好|冇咩好)"
    r"(?:去)?(?:投诉|客诉|申诉|追究|计较|抱怨|告)(?:你们|你哋|你地|你|他们|他|她|佢哋|佢|(?:这|呢|那|嗰)(?:件|单|个)?(?:事|嘢)?)?"
)
_CANCEL_HAN = re.compile(
    r"我?(?:想要|要|想)?(?:撤销|撤回|撤掉|撤|取消|收回|放弃|删掉|删除)(?:我的?|之前的?|刚才的?|刚刚的?|(?:这|那|呢|嗰)个)*的?(?:投诉|客诉|申诉)|撤诉"
    r"|(?:把|将)?(?:我的?|之前的?|刚才的?|(?:这|那|呢|嗰)个)*的?(?:投诉|客诉|申诉)(?:就|先|给我|帮我|都)?(?:撤销|撤回|撤掉|撤|取消|收回|删掉|删)"
)
_POLITE = frozenset(["sorry", "thanks", "thank you", "ok", "okay", "谢谢", "多谢", "唔该", "不好意思", "抱歉", "好"])
_LONGEST = 80


def takes_back(words: str) -> bool:
    """Whether the words, all of them, say that there shall be no complaint: "forget it, no complaint", 算了，不投诉了."""
    text = fold(words)
    if len(text) > _LONGEST:
        return False
    named = _CANCEL_HAN.sub("取消", _NEED_HAN.sub("不用", _CANCEL.sub("cancel it", _NEED.sub("no need", text))))
    named = _FORGET.sub("it", named)
    said = [clause for clause in leaving.clauses(named) if clause not in _POLITE]
    return named != text and all(leaving.at_all(clause) for clause in said)


def drops(words: str) -> bool:
    """Who leaves what is asked about a case; whoever takes the case itself back is told something else."""
    return leaving.at_all(words) and not takes_back(words)


def drops_before(words: str) -> bool:
    """The same while there is no case yet."""
    return leaving.at_all(words) or takes_back(words)


def taken_back(turn: Turn, ticket: Ticket | None) -> Reply:
    """The case is not closed by that: whoever has it reads the words, and may put something right all the same."""
    if ticket is None or ticket.kind != "complaint":
        return Reply(turn.text("tickets.nothing_open"), leaves=True)
    actions.hear(of_turn(turn), turn.chat, ticket, turn.words)
    of_turn(turn).event(ticket, "taken_back")
    return Reply(turn.text("tickets.taken_back", token=ticket.token), leaves=True)


def called_off(turn: Turn, ticket: Ticket) -> Reply:
    """Nobody need answer any more: a question is over when whoever asked it says so."""
    work = of_turn(turn)
    actions.hear(work, turn.chat, ticket, turn.words)
    actions.close(work, ticket)
    return Reply(turn.text("tickets.called_off"))


def awaited(turn: Turn) -> Ticket | None:
    """The question for which a person was called a moment ago who has not answered yet; nothing that is worse than a question."""
    ticket = tickets.open_of(turn.session, turn.chat.id, ("question",))
    if ticket is None or ticket.answered_at is not None or ticket.tier != tickets.QUESTION:
        return None
    return ticket if ticket.heard_at is not None and turn.now - ticket.heard_at <= lately.FRESH else None


def left_as_it_is(turn: Turn) -> Reply | None:
    """Who says "never mind" a moment after a complaint hears that the case goes on; taking it back is said in other words."""
    ticket = tickets.open_of(turn.session, turn.chat.id, ("complaint",)) if leaving.later(turn.words) else None
    if ticket is None or ticket.heard_at is None or turn.now - ticket.heard_at > lately.FRESH:
        return None
    return Reply(turn.text("tickets.left"))
