"""What a customer sees of a ticket that is no complaint: that somebody will come, and when."""

import re
from dataclasses import dataclass, replace
from typing import Any

import phonenumbers

from handlers.booking import hearing, opening, phrases
from handlers.contact.flow import asked_to_stop
from handlers.contact.flow import wants_none as stops
from handlers.dialogue import Answers, Form, Reply, Slot, Start, Turn, Unclear, lately, leaving
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import ends_as_question, is_question
from handlers.faq import flow as faq
from handlers.faq import verdicts
from handlers.prices import finding
from handlers.tickets import actions, complaint, following, marking, no_calls, promises, rules, sla, unsafe, withdrawing
from handlers.tickets.work import of_turn
from knowledge_base.names import tokens
from storage import messages, tickets
from storage.tickets import Ticket

# Lists of phrases of booking that speak of an appointment, and that want one.
_APPOINTMENT = ("book", "theirs", "own", "cancel_surely", "move_surely", "seen")
# How many of the last words go into the summary that staff read first.
WORDS = 3
# What is longer tells a story, in which somebody may be called too.
_LONGEST = 80


def person(turn: Turn) -> Reply:
    return _called(turn, queue(turn, "question", _last_words(turn)))


def ask(turn: Turn, words: Any) -> Reply:
    """A button that hands over a certain matter, such as a price that is not on file."""
    return _called(turn, queue(turn, "question", str(words)))


def urgent(turn: Turn) -> Reply:
    """For somebody in danger: in front of the queue."""
    ticket, work = queue(turn, "question", turn.words), of_turn(turn)
    if tickets.TIERS.index(ticket.tier) < tickets.TIERS.index(tickets.CRITICAL):
        ticket.reasons = [*ticket.reasons, ["danger", turn.words[:80]]]
        actions.raise_tier(work, turn.chat, ticket, tickets.CRITICAL)
    return _called(turn, ticket)


def waits(turn: Turn) -> Reply | None:
    """What somebody adds who waits for the person they called: passed on, unless it is clearly for us."""
    ticket = tickets.open_of(turn.session, turn.chat.id, ("question",))
    if ticket is None or not _recent(turn, ticket) or not turn.words.strip() or _is_for_us(turn, phrases.spaced(turn.words)):
        return None
    if leaving.at_all(turn.words) and withdrawing.awaited(turn):
        return withdrawing.called_off(turn, ticket)
    actions.hear(of_turn(turn), turn.chat, ticket, turn.words)
    return Reply(following.word(turn, ticket) or turn.text("tickets.noted"))


def instead(turn: Turn, about: Any) -> Reply:
    """A person instead of the answer above this button; as the word does, it leaves an open form."""
    verdicts.count(turn, about, helped=False)
    turn.chat.form = None
    return person(turn)


def heard(turn: Turn) -> Reply | Start | None:
    """A yes to "shall I fetch a colleague?", or words that complain."""
    if fold(turn.words).strip(" .!。！") in turn.texts.folded("dialogue.yes") and (offered := _offered(turn)):
        if offered["do"] == "tickets.sounds":
            return complaint.confirmed(turn, offered["value"])
        return person(turn) if offered["do"] == "person" else ask(turn, offered["value"])
    if stops(turn.words):
        return _stopped(turn)
    return complaint.heard(turn) or _not_called(turn) or (person(turn) if _wants_somebody(turn) else None) or _anybody(turn)


def _not_called(turn: Turn) -> Reply | None:
    """Whoever wants no calls any more: people call, so they are told; offers in writing can go with one press."""
    if turn.chat.form is None and no_calls.instead(turn.words):
        return person(turn)
    if not no_calls.of_turn(turn):
        return None
    queue(turn, "question", turn.words)
    return Reply(turn.text("tickets.no_calls"), [turn.button("tickets.button.no_offers", "contact.offers", False)])


def _stopped(turn: Turn) -> Reply | Start | None:
    """No offers any more: that is heard first. A case beside it only for what complains of something else."""
    rest = ", ".join(part for part in _CLAUSES.split(turn.words) if not stops(part))
    verdict = turn.memoised(rules.load).judge(rest)
    if not verdict.complaint or {code for code, _ in verdict.reasons} == {"pestered"}:
        return None
    stopped, case = asked_to_stop(turn), complaint.heard(turn)
    if stopped is None or case is None:
        return case
    if isinstance(case, Start):
        return replace(case, before="\n\n".join(filter(None, (stopped.text, case.before))))
    return replace(case, text=f"{stopped.text}\n\n{case.text}")


_CLAUSES = re.compile(r"[.,;!?，、；。！？\n]|\band\b", re.IGNORECASE)
# Who waits for a person asks whether there is one.
_THERE = re.compile(
    r"(?:(?:hi|hey|hello|hallo|so|and|excuse me)[ ,.!?]{1,4}){0,3}(?:(?:are|r) (?:you|u|ya) (?:still )?there"
    r"|(?:is )?(?:any|some)(?:one|body)(?: still)?(?: there| here| home| in)?|still (?:there|waiting)"
    r"|i ?(?:am|m) (?:still )?waiting)"
    r"(?: please| yet| now)?"
    r"|(?:喂|你好|哈[喽啰囉]|请问)?[ ，,]?(?:有(?:没有|冇)?人(?:在(?:这里?|线)?|喺度|理我|回我)?|有冇人"
    r"|(?:还|仲)?在|喺度|人呢|还要等)"
    r"(?:吗|嘛|么|不|呀|啊|唔|吖|呢){0,3}"
)
_WAITING = re.compile(r"等|wait", re.IGNORECASE)
# What is said out of politeness has its answer from us.
_POLITE = frozenset(["greeting", "thanks", "acknowledged", "goodbye"])
_FEW = 2


def _anybody(turn: Turn) -> Reply | None:
    """ "Anyone there?" while somebody is awaited: by when they come. After an answer of ours: whether a person shall."""
    waits = not turn.chat.form or turn.chat.form.startswith("tickets.")
    if not waits or not _THERE.fullmatch(phrases.spaced(turn.words).strip(" .!?。！？~～…")):
        return for_them(turn)
    ticket = tickets.open_of(turn.session, turn.chat.id)
    if ticket is not None and ticket.answered_at is None and _recent(turn, ticket):
        return Reply(turn.text("tickets.by_when", **following.promise(turn, ticket)))
    # The first word of a talk is a greeting, and "还要等吗" below an answer is about what was told there.
    if turn.chat.form or _WAITING.search(turn.words) or lately.answer(turn) is None:
        return None
    return Reply(turn.text("tickets.anybody"), [turn.button("dialogue.button.person", "person")])


def for_them(turn: Turn) -> Reply | None:
    """A price or a time that is said to the person who was called and has not answered: the bot does not talk over them.

    It goes on only where it is clearly meant: a question that it has a sure answer to, work that is named, an appointment.
    """
    ticket = tickets.open_of(turn.session, turn.chat.id, ("question",)) if turn.chat.form is None else None
    if ticket is None or ticket.answered_at is not None or not _recent(turn, ticket):
        return None
    said = hearing.when(turn, turn.words, turn.store)
    return waits(turn) if finding.asks_price(turn.words) or not said.nothing else None


def _is_for_us(turn: Turn, text: str) -> bool:
    if turn.memoised(finding.load).services_in(turn.words) or any(phrases.has(name, text) for name in _APPOINTMENT):
        return True
    if opening.asks(turn.words):
        return True
    sure = faq.is_sure(turn)
    return sure is not None and (
        sure.id in _POLITE or unsafe.cannot_wait(turn) or (is_question(turn.words) and len(tokens(turn.words)) > _FEW)
    )


def _recent(turn: Turn, ticket: Ticket) -> bool:
    return ticket.heard_at is not None and turn.now - ticket.heard_at <= complaint.SAME_MATTER


# Not for them: 到時打給我先生.
_NOT_ONES_OWN = r"(?!的?(?:先生|太太|老公|老婆|爱人|媳妇|儿子|女儿|仔|囡|爸|妈|哥|姐|弟|妹|朋友|同事|司机|助理|秘书|家人|屋企))"
_SOMEBODY = re.compile(
    r"(?:叫|让|请|要|找|揾|搵|喊|麻烦|见)(?:你们|你哋|你地|你家|我的|我)?的?(?:个|下)?(?:经理|店长|主管|老板|负责人|顾问|销售|客服|真人|人工|师傅|同事|专员|专人|人)"
    r".{0,6}(?:联系|联络|打|回|复|覆|call|来电|讲|说|谈|倾|同我|跟我|听|处理|搵我|找我)"
    r"|^\W*我?(?:就)?(?:要|想)(?:见|找|搵|揾)?(?:你们|你哋|你地)?的?个?(?:经理|店长|主管|老板|负责人)\W*$"
    r"|\b(?:ask|get|have|tell|want|let|need|like|could|can) .{0,24}?"
    r"(?:manager|advis[oe]r|someone|somebody|person|human|colleague|him|her|them|you|anyone)"
    r"(?: \w{1,8}){0,2} (?:to )?(?:call|ring|phone|contact|text|message)(?: back)? me\b"
    r"|\b(?:speak|talk|chat) (?:to|with) (?:a|an|the|your|some)? ?(?:manager|boss|person|human|somebody|someone|advis[oe]r"
    r"|real \w+)\b"
    r"|\b(?:pass|leave|send) (?:on )?(?:a |my )?(?:message|note|word) (?:on )?(?:to|for|with)\b"
    r"|\b(?:can|could|would|please|pls|just|rather) (?:you |somebody |someone )?(?:call|ring|phone) me\b"
    r"|\b(?:call|ring|phone) me (?:instead|please|pls|back|later|only|not)\b"
    r"|(?:可以|可唔可以|能不能|能|麻烦|请|直接|改)(?:你们?|你哋|帮忙)?(?:打|拨|摇)(?:个)?(?:电话)?(?:给|俾|畀)我"
    rf"{_NOT_ONES_OWN}"
    rf"|(?:打|拨)(?:个)?电话(?:给|俾|畀)我{_NOT_ONES_OWN}|(?:打|拨)(?:给|俾|畀)我{_NOT_ONES_OWN}"
    r"|\bwho(?:s|'s| is) (?:your|the) (?:(?:store|shop|workshop|service|general) )?(?:manager|boss)\b"
    r"|\bis (?:your|the) (?:manager|boss) (?:there|in|around|available|here)\b"
    r"|^\W*(?:请问)?(?:你们|你哋|你地|您们)?的?(?:经理|店长|主管|老板|负责人)(?:是|系)?(?:谁|边个|哪位|哪个|在吗|在不在|在店里?吗|喺唔喺度|喺度吗)\W*$"
    r"|(?:找|叫|让|请|换|揾|搵)个?[^,.!?，。！？]{0,6}的?(?:师傅|人|同事)(?:来)?(?:跟|和|同)我(?:聊|说|谈|讲|倾|联系|联络)"
    r"|(?:跟|和|同|与)(?:你们|你哋|你地)?的?(?:经理|店长|主管|老板|负责人)(?:本人)?(?:说|讲|谈|聊|倾|对话|沟通)"
    r"|(?:找|揾|搵)(?:个|下)?真?人(?:来)?(?:聊|谈|说|讲|倾|问)|(?:想|要|可以|能)(?:跟|和|同)个?真?人(?:聊|谈|说|讲|倾)"
    r"|(?:留(?:个|句)?(?:话|言)|转告|捎(?:个)?话|带(?:个|句)话)(?:给)?"
)


def _wants_somebody(turn: Turn) -> bool:
    """ "Ask my advisor to ring me": more words for a person than the universal ones; no question how that goes."""
    text = fold(turn.words)
    if len(text) > _LONGEST or _SOMEBODY.search(text) is None:
        return False
    return not ends_as_question(turn.words) or faq.is_sure(turn) is None


def stranded(turn: Turn) -> Reply | None:
    """A person for whoever writes on below an answer that says to stop, and is not understood: no choice of questions there."""
    said = lately.answer(turn)
    if said is None or not turn.words.strip() or faq.is_sure(turn) is not None:
        return None
    about = (button["value"] for button in lately.buttons(said) if button["do"] in (verdicts.HELPED, verdicts.PERSON))
    return person(turn) if any(one["entry"] in unsafe.STOP for one in about) else None


def _offered(turn: Turn) -> dict[str, Any] | None:
    """The button below the newest answer, if that asks whether a person shall come; the first, if whether it is a complaint.

    The second is asked first, also where an answer of the knowledge base stands below it.
    """
    said = lately.answer(turn)
    buttons = lately.buttons(said) if said else []
    if buttons and buttons[0]["do"] == "tickets.sounds":
        return buttons[0]
    if said is None or not said.text.rstrip().endswith(("?", "？")):
        return None
    return buttons[0] if len(buttons) == 1 and buttons[0]["do"] in ("person", "tickets.ask") else None


def error(turn: Turn, number: str) -> Reply:
    queue(turn, "error", turn.words, error=number)
    return Reply("")


def photo(turn: Turn) -> Reply | Start:
    """One of a complaint; or nobody had asked for it: keep it, and offer somebody who can look at it. Files likewise."""
    return complaint.photo(turn) or Reply(
        turn.text(f"tickets.{turn.incoming.kind}"), [turn.button("dialogue.button.person", "person")]
    )


def held(turn: Turn) -> None:
    """What is said to the person who holds the chat belongs to their ticket."""
    ticket = tickets.get(turn.session, turn.chat.ticket_id or 0)
    if ticket is None:
        return
    actions.hear(of_turn(turn), turn.chat, ticket)
    if turn.incoming.kind == "text":
        marking.notice(turn, turn.memoised(rules.load).judge(turn.words))


def critical(turn: Turn) -> bool:
    """What goes to the regional manager is heard from anybody."""
    return turn.memoised(rules.load).judge(turn.words).tier == tickets.CRITICAL


def queue(turn: Turn, kind: str, words: str, error: str | None = None) -> Ticket:
    """The open ticket of this chat with the new matter added, or a new one: one chat waits in the queue once."""
    work, ticket = of_turn(turn), tickets.open_of(turn.session, turn.chat.id)
    if ticket is None:
        return actions.open_ticket(work, turn.chat, kind, words, error=error)
    actions.hear(work, turn.chat, ticket, words)
    ticket.error = error or ticket.error
    return ticket


def _called(turn: Turn, ticket: Ticket) -> Reply:
    """That a colleague comes, and until when; out of hours also a call in the morning, for whoever wants one."""
    work = of_turn(turn)
    if ticket.answered_at or not ticket.first_response_due:
        return Reply(turn.text("tickets.person"))
    when = work.when(turn.chat, ticket, ticket.first_response_due)
    if sla.is_open(promises.hours_of(turn.session, ticket), turn.now):
        return Reply(turn.text("tickets.person_by", when=when))
    call = [] if ticket.phone else [turn.button("tickets.button.call_me", "tickets.call_me", ticket.id)]
    return Reply(turn.text("tickets.person_closed", when=when), call)


def _last_words(turn: Turn) -> str:
    """What the customer said before they asked for a person."""
    said = [m.text for m in messages.latest(turn.session, turn.chat.id, 20) if m.incoming and m.kind == "text" and m.text]
    return "\n".join(said[-WORDS:])


# -- a call back ------------------------------------------------------------------------------------------------------------


def call_me(turn: Turn, ticket_id: int) -> Start:
    return Start("tickets.call", {"ticket": ticket_id})


@dataclass(frozen=True, kw_only=True)
class Phone(Slot):
    """A number as people of the store's country write it, or a contact that is shared; as E.164."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        share = turn.texts.label("profile.button.share", turn.language, {}) if turn.chat.channel == "telegram" else ""
        return Reply(turn.text("tickets.phone.ask"), share=share)

    def read(self, turn: Turn, answers: Answers) -> str:
        contact = turn.incoming.contact
        try:
            number = phonenumbers.parse(contact.phone if contact else turn.words, turn.store.region if turn.store else None)
        except phonenumbers.NumberParseException:
            raise Unclear("tickets.phone.unclear") from None
        if not phonenumbers.is_possible_number(number):
            raise Unclear("tickets.phone.unclear")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_known(turn: Turn, answers: Answers) -> Reply:
    ticket = tickets.get(turn.session, int(answers["ticket"]))
    if ticket is None or ticket.chat_id != turn.chat.id or not ticket.alive:
        return Reply(turn.text("tickets.not_alive"))
    ticket.phone = answers["phone"]
    of_turn(turn).event(ticket, "phone")
    return Reply(turn.text("tickets.will_call"))


FORMS = [Form("call", [Phone(name="phone")], phone_known, left="tickets.left")]
