"""The end of a booking: the time is held, the phone number asked if nobody knows it, a note taken, and all of it confirmed."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.booking import actions, deadlines, wishes, words
from handlers.booking.phrases import spaced
from handlers.booking.slots_what import Undo, advisors
from handlers.dialogue import Answers, Button, Refusal, Reply, Slot, Turn, Unclear, Words, assent
from handlers.dialogue.folding import fold
from handlers.profile import slots as phone_slots
from handlers.vehicles import actions as vehicles
from handlers.vehicles import cars
from storage import appointments
from storage.appointments import HELD, Appointment
from storage.staff import Staff

# A hold that ends sooner is taken anew before somebody is asked to confirm it.
FRESH = timedelta(seconds=20)
MOST_NOTE = 300
CHANGES = ("service", "car", "store", "advisor", "transport", "phone")
# What a yes was about: when any of it changes, it is asked for again.
SAID_BACK = ("service", "store", "transport", "day", "time")

# Wants to know what the number is for, or would rather not give one.
_WHY_A_NUMBER = re.compile(
    r"\bwhy\b.{0,30}\b(?:number|phone|mobile|it|that)\b|\bwhat (?:for|do (?:you|u) need (?:it|that|my))\b"
    r"|\b(?:do not|dont|rather not|not comfortable|prefer not)\b.{0,16}\b(?:giv\w+|shar\w+|leav\w+)\b"
    r"|\b(?:without|do i (?:have|need) to (?:give|leave|share))\b.{0,12}\b(?:number|phone|one|it)\b"
    r"|\bis (?:the|my|a) (?:number|phone) (?:necessary|needed|required)\b"
    r"|(?:为什么|为何|点解|干嘛|干什么|做咩|做乜)要?.{0,6}(?:电话|手机|号码)|(?:电话|手机|号码).{0,6}(?:干嘛|干什么|做什么|做咩|做乜|有什么用|有咩用|来做)"
    r"|(?:不想|唔想|不愿意|不要|唔要|不方便|唔方便|可以不|可唔可以唔|能不能不|一定要|必须要?)(?:给|俾|畀|留|提供|写|填).{0,4}(?:电话|手机|号码)?"
)


class Held(Slot):
    """Not asked: keeps the time while the rest is settled. The value: {"id": of the appointment, "for": what it was held for}."""

    def wanted(self, turn: Turn, answers: Answers) -> bool:
        held = answers.get(self.name)
        if held is None or held["for"] != _for(answers):
            return True
        row = appointments.get(turn.session, held["id"])
        return row is None or row.status != HELD or row.hold_until is None or row.hold_until < turn.now + FRESH

    def known(self, turn: Turn, answers: Answers) -> dict[str, Any]:
        """Holds the time. Raises Refusal when it cannot be had; then the answers keep all but the time."""
        before = answers.pop(self.name, None)
        if "phone" not in answers and "undo" not in answers and (phone := wishes.known_phone(turn)):
            answers["phone"] = phone
        again = before is not None and before["for"][: len(SAID_BACK)] == _for(answers)[: len(SAID_BACK)]
        if not again:
            answers.pop("confirm", None)
        visit = wishes.to_book(turn, answers)
        answers["wished"] = answers["time"]
        try:
            row = actions.hold(
                turn.session, turn.shop, visit.plan.wish, wishes.start_of(visit, answers),
                wishes.person(turn, answers.get("phone")), turn.now,
                note=answers.get("note", ""), replaces=_own_hold(turn),
            )  # fmt: skip
        except Refusal as no:
            answers.pop("confirm", None)
            if again and no.key == "booking.refused.taken":
                raise Refusal("booking.refused.hold_gone", again="time", **no.values) from None
            raise
        return {"id": row.id, "for": _for(answers)}


def _for(answers: Answers) -> list[Any]:
    """What a hold depends on, as it comes back from JSON."""
    car = answers.get("car") or {}
    return [*(answers.get(name) for name in SAID_BACK), answers.get("phone"), car.get("id"), car.get("model")]


def _own_hold(turn: Turn) -> Appointment | None:
    """The hold of an earlier try in this chat: one person chooses one time at a time."""
    mine = appointments.of_person(turn.session, chat_id=turn.chat.id)
    return next((row for row in reversed(mine) if row.status == HELD and row.source == "chat"), None)


class Phone(phone_slots.Phone, Undo):
    """A number to call if something comes up; asked of people who have never told one."""

    def known(self, turn: Turn, answers: Answers) -> str | None:
        return None if "undo" in answers else wishes.known_phone(turn)


class _Last(Undo):
    """A question that ends the form: everything is said back, and each part can be changed."""

    def _said_back(self, turn: Turn, answers: Answers, first: list[list[Button]], **more: Any) -> Reply:
        row = appointments.get(turn.session, answers["held"]["id"])
        assert row is not None, "held a moment ago"
        answers.pop("undo", None)
        if answers.pop("menu", None):
            return Reply(turn.text("booking.confirm.what"), self._changes(turn, answers))
        advisor = turn.session.get(Staff, answers["advisor"]) if answers.get("advisor") else None
        known = words.card(
            turn, row, note=answers.get("note", ""), car=wishes.car_label(turn, answers), advisor=advisor.name if advisor else ""
        )  # fmt: skip
        # What is said back before it is booked names the zone, also for people who live by it.
        known["zone"] = words.zone_name(turn, words.store_of(turn, row), row.starts_at)
        minutes = round((row.hold_until - turn.now).total_seconds() / 60) if row.hold_until else 0
        time, change = turn.button("booking.button.time", "answer", "day"), turn.button("booking.button.change", "answer", "menu")
        come = [turn.button("booking.change.transport", "answer", "transport")] if known["transport"] else []
        rows = [*first, [time, *come], [change, turn.button("booking.button.note", "answer", "note")]]
        text = turn.text("booking.confirm.ask", **{**known, **more, "minutes": max(1, minutes)})
        zone = words.zone_of(words.store_of(turn, row))
        if not deadlines.in_time(row.starts_at.astimezone(zone), row.ends_at.astimezone(zone), answers.get("ready", "")):
            text = f"{turn.text('booking.confirm.later', ready=known['ready'])}\n\n{text}"
        return Reply(text, rows)

    def _changes(self, turn: Turn, answers: Answers) -> list[list[Button]]:
        can = [name for name in CHANGES if name in answers and (name != "advisor" or len(advisors(turn, answers)) > 1)]
        buttons = [turn.button(f"booking.change.{name}", "answer", name) for name in can]
        return [*(buttons[start : start + 2] for start in range(0, len(buttons), 2))]

    def _change(self, value: str, answers: Answers) -> None:
        if value == "menu":
            answers["menu"] = True
        elif value == "note":
            answers["note+"] = True
        else:
            reopen(answers, value)

    def back(self, turn: Turn, answers: Answers) -> bool:
        """When nothing was asked before, because the words had said it all, back asks what to change."""
        if super().back(turn, answers):
            return True
        if turn.chat.asked != [self.name]:
            return False
        answers["menu"] = True
        return True


class Number(Phone, _Last):
    """The number of somebody new, asked for below what is said back: whoever gives it says yes to that."""

    def known(self, turn: Turn, answers: Answers) -> str | None:
        phone = super().known(turn, answers)
        if phone and turn.incoming.kind == "contact" and turn.chat.slot == self.name:
            self._given(phone, answers)
            # The customer that this number makes known may have this car on file.
            car = answers["car"]
            fitting = cars.meant(turn, vehicles.own(turn), car) if car.get("model") and "id" not in car else []
            answers["car"] = {**car, "id": fitting[0].id} if len(fitting) == 1 else car
        return phone

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        asked = super().ask(turn, answers)
        if "phone" in answers.get("undo", {}):
            return asked
        menu = "menu" in answers
        said = self._said_back(turn, answers, [], number=False)
        return said if menu else replace(said, share=asked.share)

    def read(self, turn: Turn, answers: Answers) -> str:
        if turn.incoming.kind == "text" and _WHY_A_NUMBER.search(spaced(turn.words)):
            raise Unclear("booking.phone_why", meant=True)
        return self._given(super().read(turn, answers), answers)

    def accept(self, turn: Turn, value: Any, answers: Answers) -> str | None:
        if value in ("day", "note", "menu", *CHANGES):
            self._change(value, answers)
            return None
        return self._given(value, answers)

    def _given(self, phone: str, answers: Answers) -> str:
        """All was said back above the question, unless the number is only being corrected."""
        if "undo" not in answers:
            answers["confirm"] = "yes"
        return phone


class Note(Words):
    """Something the workshop should know; only asked for when they want to tell it."""

    def wanted(self, turn: Turn, answers: Answers) -> bool:
        return "note+" in answers

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply(turn.text("booking.note.ask", limit=self.limit), [turn.button("booking.button.skip", "answer", "")])

    def read(self, turn: Turn, answers: Answers) -> str:
        if turn.incoming.kind != "text":
            raise Unclear("dialogue.words_wanted")
        skipped = fold(turn.words) in turn.texts.folded("dialogue.skip")
        try:
            said = "" if skipped else super().read(turn, answers)
        except Unclear as unclear:
            unclear.meant = True  # nothing else is looked for in a note that is too long
            raise
        return self.accept(turn, said, answers)

    def accept(self, turn: Turn, value: Any, answers: Answers) -> str:
        answers.pop("note+", None)
        return str(value)

    def back(self, turn: Turn, answers: Answers) -> bool:
        return answers.pop("note+", None) is not None


class Confirm(_Last):
    """Everything said back, and a yes to it."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return self._said_back(turn, answers, [[turn.button("booking.button.confirm", "answer", "yes")]], number=True)

    def read(self, turn: Turn, answers: Answers) -> str | None:
        typed, said = fold(turn.words), assent.said(turn)
        if said == "yes" or (typed and typed in _folded(turn, "booking.confirm.yes")):
            return "yes"
        if said == "no":
            answers["menu"] = True
            return None
        raise Unclear("booking.confirm.unclear")

    def accept(self, turn: Turn, value: Any, answers: Answers) -> str | None:
        if value != "yes":
            self._change(value, answers)
            return None
        return "yes"


def reopen(answers: Answers, name: str) -> None:
    """Asks this once more; back brings the answer that it had."""
    gone = ("day", "time") if name == "day" else (name,)
    answers["undo"] = {one: answers.pop(one) for one in gone if one in answers}
    if name == "car":
        answers["car+"] = {}


def _folded(turn: Turn, *keys: str) -> set[str]:
    return {fold(word) for key in keys for word in turn.texts.words(key)}
