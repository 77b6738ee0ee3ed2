"""The anonymous survey, once a quarter: three questions, answers that belong to nobody, and results of groups only.

What somebody tapped or typed is also taken out of the transcript of their chat. Results are shown when the quarter is over, so
that nobody can watch a figure move with the next answer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.contact import actions as gate
from handlers.contact.rules import FEEDBACK, Wish
from handlers.dialogue import Answers, Button, Form, Reply, Slot, Start, Turn, Unclear
from handlers.dialogue.push import Push
from handlers.dialogue.shop import Shop
from handlers.feedback import asking, rules
from handlers.feedback.report import Score, score
from storage import messages, surveys
from storage.surveys import SurveyAnswer

QUESTIONS = ("trust", "effort", "recommend")
BATCH = 100
BLANK = "•"


def invite(push: Push) -> None:
    """In the middle of a quarter, whoever was here lately, once, in stores that want it."""
    for store in push.shop.stores:
        today = push.now.astimezone(ZoneInfo(store.timezone)).date()
        if not rules.terms(store.feedback).survey or not rules.surveys_on(today):
            continue
        quarter, lately = rules.quarter(today), push.now - rules.SURVEY_LATELY
        for chat_id in surveys.to_invite(push.session, store.id, quarter, lately, push.now - rules.SURVEY_APART, BATCH):
            chat = push.chat(chat_id)
            if asking.busy(push, chat):
                continue
            number = surveys.invite(push.session, quarter, chat_id, store.id)
            if number is None:
                continue
            voice = push.voice(chat)
            start = voice.button("feedback.button.survey", "feedback.survey", number)
            text = voice.text("feedback.survey.invite", store=store.names.get(voice.language, store.code))
            who = f"customer:{chat.customer_id}" if chat.customer_id is not None else f"chat:{chat_id}"
            decision = gate.post(
                push.session, push.shop, chat, Wish(FEEDBACK, "survey", push.now), Reply(text, [start]), push.now,
                key=f"survey:{quarter}:{who}", feature="feedback",
            )  # fmt: skip
            push.posted |= decision.send_at is not None


# -- the three questions ----------------------------------------------------------------------------------------------------


def begin(turn: Turn, number: int) -> Reply | Start:
    invitation = surveys.get(turn.session, number)
    if invitation is None or invitation.used:
        return Reply(turn.text("feedback.survey.used"))
    return Start("feedback.survey", {"invitation": number})


class Stars(Slot):
    """One of five, tapped or typed."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        row = [Button(turn.texts.label("feedback.button.stars", turn.language, {"stars": n}), "answer", n) for n in range(1, 6)]
        return Reply(turn.text(f"feedback.survey.{self.name}"), [row])

    def read(self, turn: Turn, answers: Answers) -> int:
        given = rules.stars(turn.words)
        if given is None:
            raise Unclear("feedback.survey.unclear")
        return int(self.accept(turn, given, answers))

    def accept(self, turn: Turn, value: int, answers: Answers) -> int:
        messages.blank_newest(turn.session, turn.chat.id, BLANK)
        return value


def submit(turn: Turn, answers: Answers) -> Reply:
    invitation = surveys.get(turn.session, answers["invitation"])
    assert invitation is not None, "the form was begun with it"
    store = next((store for store in turn.stores if store.id == invitation.store_id), None)
    if store is None or rules.quarter(turn.today(store)) != invitation.quarter:
        return Reply(turn.text("feedback.survey.over"))
    taken = surveys.answer(turn.session, invitation, *(answers[name] for name in QUESTIONS))
    return Reply(turn.text("feedback.survey.thanks" if taken else "feedback.survey.used"))


FORM = Form("survey", [Stars(name=name) for name in QUESTIONS], submit, left="feedback.survey.left")


# -- results ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """What a group has answered. `scores`: by question in the order of QUESTIONS; empty: not shown, because there are
    fewer than `fewest`, or because the sum would betray a group that is not shown."""

    name: str
    answers: int | None
    scores: tuple[Score, ...]
    fewest: int


def results(session: Session, shop: Shop, language: str, quarter: str, stores: Collection[int] | None = None) -> list[Result]:
    """A line for each of these stores (None: all) that was answered about, and with None one for all together, named "".

    The quarter must be over.
    """
    answers = surveys.answers(session, quarter)
    of = {store.id: [row for row in answers if row.store_id == store.id] for store in shop.stores}
    fewest = {store.id: rules.terms(store.feedback).fewest for store in shop.stores}
    shown, total = rules.may_show({store: len(rows) for store, rows in of.items()}, fewest)
    lines = [
        _result(store.names.get(language, store.code), of[store.id], store.id in shown, fewest[store.id])
        for store in shop.stores
        if of[store.id] and (stores is None or store.id in stores)
    ]
    if stores is None and answers:
        lines.append(_result("", answers, total, max(fewest.values())))
    return lines


def _result(name: str, rows: list[SurveyAnswer], shown: bool, fewest: int) -> Result:
    if not shown:
        return Result(name, None, (), fewest)
    return Result(name, len(rows), tuple(score(getattr(row, question) for row in rows) for question in QUESTIONS), fewest)
