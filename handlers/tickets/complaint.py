"""Taking a complaint: the ticket exists as soon as we know what happened; the rest is asked after, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from handlers.booking import opening, phrases
from handlers.booking.slots_what import heard as heard_of
from handlers.dialogue import Answers, Button, Choice, Form, Option, Refusal, Reply, Slot, Start, Turn, Unclear
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import is_question
from handlers.faq import choosing, topic
from handlers.faq import flow as faq
from handlers.prices import finding
from handlers.prices import flow as prices
from handlers.tickets import (
    actions,
    card,
    ear,
    following,
    marking,
    merging,
    occasions,
    promises,
    ready,
    rules,
    unsafe,
    withdrawing,
)
from handlers.tickets.occasions import Occasion
from handlers.tickets.rules import Verdict
from handlers.tickets.work import of_turn
from storage import messages, tickets
from storage.tickets import Ticket

# Several messages and photos within this time are one complaint.
ONE_STORY = timedelta(minutes=10)
# A photo, and words that complain, are of the same matter for longer.
SAME_MATTER = timedelta(minutes=30)
ENOUGH = "enough"
# In log-odds: a question that speaks of us is asked about from here on.
_HALF = 0.5
# Lists of phrases of booking in which a service and a day are none that is wanted.
_TOLD = ("over", "trouble", "asks", "about", "not_now", "how")
# What a button that books takes along.
_BOOKED = ("service", "car", "store", "day", "time")
_DETAILS = ("tickets.visit", "tickets.severity", "tickets.wish")


# -- by menu ----------------------------------------------------------------------------------------------------------------


def begin(turn: Turn, _: Any = None) -> Start:
    return Start("tickets.complaint")


@dataclass(frozen=True, kw_only=True)
class What(Slot):
    """What happened: words, or a photo to begin with."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply(turn.text("tickets.what.ask"))

    def read(self, turn: Turn, answers: Answers) -> str:
        if turn.incoming.kind in ("photo", "file"):
            return turn.words.strip()
        aside = withdrawing.drops_before(turn.words) or _another_question(turn, turn.memoised(rules.load).judge(turn.words))
        if aside or not turn.words.strip():
            raise Unclear("tickets.what.unclear")
        return turn.words.strip()


def told(turn: Turn, answers: Answers) -> Reply | Start:
    return open_(turn, turn.memoised(rules.load).judge(answers["what"]), answers["what"])


# -- by words ---------------------------------------------------------------------------------------------------------------


def heard(turn: Turn) -> Reply | Start | None:
    """Words that complain, that go on with a complaint, or that say it is not settled; None for everything else."""
    if fold(turn.words) in turn.texts.folded("tickets.bare"):
        return begin(turn)
    verdict = turn.memoised(rules.load).judge(turn.words)
    current = _current(turn)
    if withdrawing.takes_back(turn.words):
        return withdrawing.taken_back(turn, current)
    if current and current.kind == "complaint" and not (verdict.complaint or verdict.angry) and following.asks_news(turn.words):
        if turn.chat.form:
            return mine(turn)
        actions.hear(of_turn(turn), turn.chat, current, turn.words)
        return Reply(turn.text("tickets.by_when", **following.promise(turn, current)))
    if current and current.kind == "complaint" and (of_car := ready.asked(turn, current, verdict)):
        return of_car
    if turn.chat.form in _DETAILS and current and not (verdict.complaint and _is_old(turn, current)):
        return None if _another_question(turn, verdict) else add(turn, current, verdict)
    if rules.UNSOLVED in verdict.kinds and (ended := _ended(turn)):
        return _reopened(turn, ended)
    if current and (same := _goes_on(turn, current, verdict)):
        return same
    if verdict.complaint and not _of_this_talk(turn, verdict):
        return _new_or_same(turn, verdict)
    marking.notice(turn, verdict)
    return None


def meant(turn: Turn) -> Reply | Start | None:
    """What no rule has found, but the knowledge base takes for a complaint, or for a question about one."""
    entry = faq.is_sure(turn)
    if entry and entry.id == "complaint":
        return _new_or_same(turn, turn.memoised(rules.load).judge(turn.words))
    if entry and entry.id == "complaint_status":
        return mine(turn)
    return choosing.typed(turn) or _sounds(turn)


def _sounds(turn: Turn) -> Reply | Start | None:
    """What neither a rule nor the knowledge base is sure of: the second ear takes it for a complaint, or asks if it is one."""
    likely = _listened(turn)
    verdict = turn.memoised(rules.load).judge(turn.words)
    if likely >= ear.SURE and verdict.tier != tickets.CRITICAL:
        return _new_or_same(turn, ear.as_complaint(verdict, ear.CODE, turn.words))
    if likely < ear.PERHAPS and rules.PERHAPS not in verdict.kinds and (not verdict.angry or faq.understands(turn)):
        return None
    return _asked(turn)


def _asked(turn: Turn) -> Reply:
    """Whether it is a complaint; what the knowledge base answers or would suggest stands below."""
    otherwise, text = faq.answer(turn), turn.text("tickets.sounds")
    return replace(
        otherwise,
        text=f"{text}\n\n{otherwise.text}" if otherwise.passing or not otherwise.unsure else text,
        buttons=[*_sounds_buttons(turn), *otherwise.rows()],
    )


def perhaps(turn: Turn) -> Reply | None:
    """In the middle of a form nothing is opened unasked: a button, for what surely complains or what a rule asks about."""
    verdict = turn.memoised(rules.load).judge(turn.words)
    if _listened(turn) < ear.SURE and rules.PERHAPS not in verdict.kinds and not _of_this_talk(turn, verdict):
        return None
    return Reply(turn.text("tickets.sounds"), _sounds_buttons(turn))


def _of_this_talk(turn: Turn, verdict: Verdict) -> bool:
    """ "This is taking forever" in the middle of a form, of nobody: it may be about the form, and is asked about."""
    grave = verdict.tier in (tickets.SERIOUS, tickets.CRITICAL) or verdict.angry or rules.of_us(turn.words)
    in_form = turn.chat.form is not None and not turn.chat.form.startswith("tickets.")
    return verdict.complaint and in_form and not grave and rules.COMPLAIN not in verdict.kinds


def beside(turn: Turn) -> Reply | None:
    """What a form has taken for an answer, and complains of something grave: it is asked whether it shall be passed on."""
    verdict = turn.memoised(rules.load).judge(turn.words)
    grave = verdict.complaint and verdict.tier in (tickets.SERIOUS, tickets.CRITICAL)
    current = _current(turn)
    if not grave or (turn.chat.form or "").startswith("tickets.") or (current and not _is_old(turn, current)):
        return None
    return Reply(turn.text("tickets.sounds"), _sounds_buttons(turn))


def _listened(turn: Turn) -> float:
    """What the second ear makes of the words; minus infinity where it has no say."""
    known, silent = turn.memoised(rules.load), float("-inf")
    verdict = known.judge(turn.words)
    if not known.ear or rules.VETO in verdict.kinds:
        return silent
    likely = ear.likely(known.without_praise(turn.words))
    if likely < ear.PERHAPS:
        return likely
    if _of_no_fault(turn, verdict):
        return silent
    if verdict.angry:
        return likely
    questions = is_question(turn.words) or "?" in turn.words or "？" in turn.words
    if questions and likely < (_HALF if rules.of_us(turn.words) else ear.SURE):
        return silent
    if not rules.of_us(turn.words) and (questions or likely < ear.SURE_OF_OTHERS):
        return ear.PERHAPS  # what a car does, said of nobody, may be a complaint, and mostly is none
    # A question opens nothing by itself: it is asked whether it complains.
    return ear.PERHAPS if is_question(turn.words) else likely


def _of_no_fault(turn: Turn, verdict: Verdict) -> bool:
    """Whether somebody else knows what the words mean: who tells which car it is, that no time suits, or asks what something
    costs, complains of nothing."""
    price = finding.asks_price(turn.words) and not verdict.angry
    noted = topic.notes(turn.words) and topic.shown(turn) != ""
    return price or noted or faq.understands(turn) or prices.tells_car(turn) or phrases.of_a_visit(phrases.spaced(turn.words))


def _sounds_buttons(turn: Turn) -> list[Button]:
    newest = messages.newest_words(turn.session, turn.chat.id)
    return [Button(turn.texts.label("tickets.button.sounds", turn.language, {}), "tickets.sounds", newest)]


def confirmed(turn: Turn, message_id: int) -> Reply | Start:
    """Yes, what was said in this message is a complaint."""
    found = messages.with_ids(turn.session, turn.chat.id, [message_id])
    words = found[0].text if found else ""
    verdict = ear.as_complaint(turn.memoised(rules.load).judge(words), ear.CONFIRMED, words)
    current = _current(turn)
    if current is None:
        return open_(turn, verdict, words)
    if words not in current.summary:
        actions.hear(of_turn(turn), turn.chat, current, words)
        actions.learn(of_turn(turn), turn.chat, current, verdict)
    return Reply(turn.text("tickets.added", token=current.token), leaves=turn.chat.form not in _DETAILS)


def _new_or_same(turn: Turn, verdict: Verdict) -> Reply | Start:
    current = _current(turn)
    if current is None:
        if rules.COMPLAIN in verdict.kinds and not verdict.tier and _says_nothing(turn):
            return begin(turn)
        return open_(turn, verdict, turn.words)
    if current.kind != "complaint" or not verdict.category or verdict.category in (current.category, "unanswered"):
        return add(turn, current, verdict)
    if current.heard_at and turn.now - current.heard_at <= SAME_MATTER:
        return add(turn, current, verdict)
    return open_(turn, verdict, turn.words, beside=current)


def _goes_on(turn: Turn, current: Ticket, verdict: Verdict) -> Reply | Start | None:
    """The rest of a story that has just been begun; a question in between is none of it."""
    if current.kind != "complaint" or _is_old(turn, current):
        return None
    return None if _another_question(turn, verdict) else add(turn, current, verdict)


def _is_old(turn: Turn, ticket: Ticket) -> bool:
    """Whether its story has come to an end, so that what comes now may be another one."""
    return ticket.heard_at is None or turn.now - ticket.heard_at > ONE_STORY


def _says_nothing(turn: Turn) -> bool:
    """ "I want to complain": that is no story yet."""
    return len(turn.words) <= 40 and not any(mark in turn.words for mark in ",，。;；\n")


def _another_question(turn: Turn, verdict: Verdict) -> bool:
    """Something that has nothing to do with the complaint and an answer of its own: opening hours, a price, thanks."""
    if verdict.complaint or following.asks_number(turn.words):
        return False
    entry = faq.is_sure(turn)
    if verdict.angry or (entry and entry.id == "complaint"):
        return False
    asks = opening.asks(turn.words) or rules.VETO in verdict.kinds or turn.words.rstrip().endswith(("?", "？"))
    if entry and (asks or entry.category in ("greeting", "service_desk", "small_talk")):
        return True
    return asks and finding.asks_price(turn.words) and bool(turn.memoised(finding.load).services_in(turn.words))


# -- the ticket -------------------------------------------------------------------------------------------------------------


def open_(turn: Turn, verdict: Verdict, words: str, beside: Ticket | None = None) -> Reply | Start:
    """The ticket with its promise first; above it what keeps people safe. An angry person is not asked anything then."""
    said, safe = _opened(turn, verdict, words, beside), unsafe.advice(turn, words)
    if not safe:
        return said
    if isinstance(said, Start):
        return replace(said, before="\n\n".join(filter(None, (safe, said.before))))
    return replace(said, text=f"{safe}\n\n{said.text}")


def _opened(turn: Turn, verdict: Verdict, words: str, beside: Ticket | None) -> Reply | Start:
    work = of_turn(turn)
    ticket = actions.open_ticket(work, turn.chat, "complaint", words, verdict=verdict)
    _take_album(turn, ticket)
    if beside:
        same = Button(turn.texts.label("tickets.button.same", turn.language, {}), "tickets.same", [ticket.id, beside.id])
        return Reply(turn.text("tickets.another_case", token=ticket.token, other=beside.token), [same], leaves=True)
    if verdict.angry:
        return _sorry(turn, ticket)
    return _next(turn, ticket, first=True)


def add(turn: Turn, ticket: Ticket, verdict: Verdict) -> Reply:
    """More about the same matter; a danger that they come to speak of has its advice once."""
    said, safe = _added(turn, ticket, verdict), unsafe.advice(turn, turn.words) or unsafe.urgent(turn)
    return replace(said, text=f"{safe}\n\n{said.text}") if safe and not following.said_before(turn, safe) else said


def _added(turn: Turn, ticket: Ticket, verdict: Verdict) -> Reply:
    work, later = of_turn(turn), _is_old(turn, ticket)
    actions.hear(work, turn.chat, ticket, turn.words)
    actions.learn(work, turn.chat, ticket, verdict)
    if verdict.angry and not following.said_before(turn, (sorry := _sorry(turn, ticket)).text):
        return sorry
    if not verdict.complaint and (visit := _visit(turn)):
        book = turn.button("faq.button.book", "booking.book", visit)
        return Reply(turn.text("tickets.added_or_book", token=ticket.token), [book], alone=True)
    if own := following.word(turn, ticket):
        return Reply(own, alone=True)
    if not later and following.said_before(turn, turn.text("tickets.added", token=ticket.token), turn.text("tickets.noted")):
        return Reply(turn.text("tickets.noted"), alone=True)
    added, leaves = turn.text("tickets.added", token=ticket.token), turn.chat.form not in _DETAILS
    if later and ticket.kind == "complaint":
        newest = messages.newest_words(turn.session, turn.chat.id)
        other = Button(turn.texts.label("tickets.button.other", turn.language, {}), "tickets.other", [ticket.id, newest])
        return Reply(added, [other], leaves=leaves)
    return Reply(added, leaves=leaves)


def _visit(turn: Turn) -> Answers:
    """What words that go to a case want to have done on some day, for the button that books it; {} if they want no visit."""
    text = phrases.spaced(turn.words)
    if any(phrases.has(name, text) for name in _TOLD):
        return {}
    wish = heard_of(turn, turn.words)
    timed = {"day", "time", "window", "which"} & wish.keys()
    wanted = "service" in wish or phrases.has("book", text)
    return {name: wish[name] for name in _BOOKED if name in wish} if timed and wanted else {}


def _sorry(turn: Turn, ticket: Ticket) -> Reply:
    """To somebody who is angry: no question, and none of those that were open."""
    who = card.holder(of_turn(turn), turn.chat, ticket)
    return Reply(turn.text("tickets.sorry_angry", who=who), leaves=True)


def same_matter(turn: Turn, value: list[int]) -> Reply:
    new, old = _own(turn, value[0]), _own(turn, value[1])
    into = merging.merge(of_turn(turn), new, old)
    return Reply(turn.text("tickets.added", token=into.token))


def other_matter(turn: Turn, value: list[int]) -> Reply:
    ticket = _own(turn, value[0])
    [message] = messages.with_ids(turn.session, turn.chat.id, [value[1]])
    verdict = turn.memoised(rules.load).judge(message.text)
    other = merging.split(of_turn(turn), turn.chat, ticket, [message.id], verdict)
    return Reply(turn.text("tickets.own_case", token=other.token))


def reopen(turn: Turn, token: str) -> Reply:
    ticket = tickets.by_token(turn.session, str(token))
    if ticket is None or ticket.chat_id != turn.chat.id:
        raise Refusal("tickets.not_yours")
    return _reopened(turn, ticket)


def _reopened(turn: Turn, ticket: Ticket) -> Reply:
    work = of_turn(turn)
    ticket = actions.reopen(work, ticket)
    if turn.words:
        ticket.summary = "\n".join((ticket.summary, turn.words))[-actions.MOST_SUMMARY :]
    actions.link_newest(work, turn.chat, ticket)
    return Reply(turn.text("tickets.reopened", token=ticket.token), leaves=True)


def mine(turn: Turn, _: Any = None) -> Reply | None:
    """Where the customer's own cases stand; None when there is none, so that the question is answered in general."""
    work, shown = of_turn(turn), []
    for ticket in tickets.of_chat(turn.session, turn.chat.id, limit=3):
        if ticket.kind == "complaint":
            shown.append(card.words(work, turn.chat, ticket))
    return Reply("\n\n".join(shown)) if shown else None


def asked_beside(turn: Turn) -> Reply | None:
    """How their case stands, asked in the middle of a form."""
    entry = faq.is_sure(turn)
    return mine(turn) if entry and entry.id == "complaint_status" else None


# -- photos -----------------------------------------------------------------------------------------------------------------


def photo(turn: Turn) -> Reply | Start | None:
    """A photo or file of a complaint; None when there is none. The photos of an album are one message, which is answered once."""
    newest = messages.newest_words(turn.session, turn.chat.id) or 0
    mates = _album_mates(turn, newest)
    verdict = turn.memoised(rules.load).judge(turn.words)
    current = _current(turn)
    if mates:
        if current and set(tickets.linked_since(turn.session, current.id, current.opened_at)) & set(mates):
            actions.hear(of_turn(turn), turn.chat, current, turn.words)
            return Reply("", silent=True)
        if not verdict.complaint:
            return Reply("", silent=True)
    if current and current.kind == "complaint" and current.heard_at and turn.now - current.heard_at <= SAME_MATTER:
        actions.hear(of_turn(turn), turn.chat, current, turn.words)
        return Reply(turn.text(f"tickets.{turn.incoming.kind}_added", token=current.token))
    return open_(turn, verdict, turn.words) if verdict.complaint else None


def _album_mates(turn: Turn, newest: int) -> list[int]:
    album = turn.incoming.extra.get("album")
    return messages.album(turn.session, turn.chat.id, album, newest) if album else []


def _take_album(turn: Turn, ticket: Ticket) -> None:
    """The caption came with a later photo of the album: the earlier ones belong to it."""
    newest = messages.newest_words(turn.session, turn.chat.id) or 0
    tickets.link(turn.session, ticket.id, _album_mates(turn, newest))


# -- what is asked after ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Detail(Choice):
    """Something to choose, or "that is all". The question says first that the case is open."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        reply = super().ask(turn, answers)
        if not answers.get("first") or self.name in turn.chat.asked:
            return reply
        who = card.holder(of_turn(turn), turn.chat, _of(turn, answers))
        return replace(reply, text=turn.text("tickets.sorry", who=who) + "\n\n" + reply.text)


def _next(turn: Turn, ticket: Ticket, first: bool = False) -> Start:
    known = {"ticket": ticket.id, "first": first}
    is_known = ticket.visit_id is not None or ticket.appointment_id is not None
    return Start("tickets.visit" if not is_known and _recent(turn) else "tickets.severity", known)


def _recent(turn: Turn) -> list[Occasion]:
    return occasions.recent(turn.session, turn.chat.customer_id, turn.chat.id, turn.now)


def _visits(turn: Turn, answers: Answers) -> list[Option]:
    services, names = turn.shop.services, []
    for one in _recent(turn):
        done = [services[code].names[turn.language] for code in one.services if code in services]
        label = turn.texts.label("tickets.visit.label", turn.language, {"on": one.on, "done": ", ".join(done[:2])})
        names.append(Option(one.value, label))
    return [*names, Option(0, turn.texts.label("tickets.visit.none", turn.language, {})), _enough(turn)]


def _severities(turn: Turn, answers: Answers) -> list[Option]:
    names = ("annoying", "bad", "dangerous")
    return [*(Option(name, turn.texts.label(f"tickets.severity.{name}", turn.language, {})) for name in names), _enough(turn)]


def _wishes(turn: Turn, answers: Answers) -> list[Option]:
    names = ("redo", "refund", "apology", "call")
    return [*(Option(name, turn.texts.label(f"tickets.wish.{name}", turn.language, {})) for name in names), _enough(turn)]


def _own_wish(turn: Turn, answers: Answers) -> str | None:
    """A wish in the customer's own words; the words of somebody who tells more of the story are kept all the same."""
    aside = withdrawing.drops_before(turn.words) or following.asks_number(turn.words) or bool(_visit(turn))
    aside = aside or _another_question(turn, turn.memoised(rules.load).judge(turn.words))
    return None if aside else turn.words.strip()[:500] or None


def _enough(turn: Turn) -> Option:
    return Option(ENOUGH, turn.texts.label("tickets.button.enough", turn.language, {}))


def visit_known(turn: Turn, answers: Answers) -> Reply | Start:
    ticket = _of(turn, answers)
    if answers["visit"] == ENOUGH:
        return _thanks(turn, ticket)
    one = next((one for one in _recent(turn) if one.value == answers["visit"]), None)
    if one:
        ticket.visit_id, ticket.appointment_id, ticket.store_id = one.visit_id, one.appointment_id, one.store_id
        of_turn(turn).event(ticket, "visit", visit=one.visit_id, appointment=one.appointment_id)
        promises.reckon(turn.session, ticket, turn.now)
    return Start("tickets.severity", {"ticket": ticket.id})


def severity_known(turn: Turn, answers: Answers) -> Reply | Start:
    ticket, work = _of(turn, answers), of_turn(turn)
    if answers["severity"] == ENOUGH:
        return _thanks(turn, ticket)
    ticket.severity = answers["severity"]
    work.event(ticket, "severity", said=ticket.severity)
    tier = {"bad": tickets.SERIOUS, "dangerous": tickets.CRITICAL}.get(ticket.severity, ticket.tier)
    if tickets.TIERS.index(tier) > tickets.TIERS.index(ticket.tier):
        ticket.reasons = [*ticket.reasons, ["customer", ticket.severity]]
        actions.raise_tier(work, turn.chat, ticket, tier)
    return Start("tickets.wish", {"ticket": ticket.id})


def wish_known(turn: Turn, answers: Answers) -> Reply:
    ticket = _of(turn, answers)
    if answers["wish"] != ENOUGH:
        ticket.wish = answers["wish"]
        actions.link_newest(of_turn(turn), turn.chat, ticket)
    return _thanks(turn, ticket)


def _thanks(turn: Turn, ticket: Ticket) -> Reply:
    return Reply(turn.text("tickets.thanks", token=ticket.token))


def _details(name: str, slot: Slot, submit: Callable[[Turn, Answers], Reply | Start]) -> Form:
    return Form(name, [slot], submit, left="tickets.left", drops=withdrawing.drops, question=True)


FORMS = [
    Form("complaint", [What(name="what")], told, drops=withdrawing.drops_before, question=True),
    _details("visit", _Detail(name="visit", options=_visits, columns=1), visit_known),
    _details("severity", _Detail(name="severity", options=_severities, columns=1), severity_known),
    _details("wish", _Detail(name="wish", options=_wishes, find=_own_wish), wish_known),
]


# -- whose ------------------------------------------------------------------------------------------------------------------


def _current(turn: Turn) -> Ticket | None:
    """What the chat is about: the ticket that its open form asks about, else the newest that lives and is no booking."""
    if turn.chat.form in _DETAILS and (ticket := tickets.get(turn.session, int(turn.chat.answers.get("ticket", 0)))):
        return ticket
    return tickets.open_of(turn.session, turn.chat.id, ("complaint", "question", "error"))


def _ended(turn: Turn) -> Ticket | None:
    """What may still be opened again, unless something newer is open."""
    if tickets.open_of(turn.session, turn.chat.id, ("complaint",)):
        return None
    ended = tickets.ended_since(turn.session, turn.chat.id, turn.now - promises.REOPEN_WITHIN)
    return None if ended and faq.is_sure(turn) and _another_question(turn, turn.memoised(rules.load).judge(turn.words)) else ended


def _own(turn: Turn, ticket_id: int) -> Ticket:
    ticket = tickets.get(turn.session, ticket_id)
    if ticket is None or ticket.chat_id != turn.chat.id:
        raise Refusal("tickets.not_yours")
    return ticket


def _of(turn: Turn, answers: Answers) -> Ticket:
    return _own(turn, int(answers["ticket"]))
