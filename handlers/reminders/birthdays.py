"""Whether somebody's birthday is greeted so soon that an offer now would take the greeting's place."""

from datetime import date

from handlers.contact.rules import MARKETING
from handlers.dialogue.shop import Shop
from handlers.reminders import audience, loading
from handlers.reminders.due import WEEK
from handlers.reminders.facts import Person
from handlers.reminders.rulebook import Rulebook
from handlers.reminders.triggers import OnDate, occasions
from storage.customers import Customer


def near(book: Rulebook, shop: Shop, customer: Customer, today: date) -> bool:
    """Whether a rule that is on greets them today or within the week, in which there is room for one offer only."""
    if not (customer.birthday or customer.lunar_birthday) or not shop.stores:
        return False
    store = loading.home(shop, customer.store_id)
    person = Person(
        customer.id, 0, customer.name, customer.birthday, customer.lunar_birthday, store, cars=(), visits=(), last_contact=None
    )
    greets = [
        rule.trigger
        for rule in book.on
        if isinstance(rule.trigger, OnDate) and rule.trigger.field == "birthday" and rule.purpose == MARKETING
        and audience.has_store(rule.audience, store)
    ]  # fmt: skip
    days = [one.day for trigger in greets for one in occasions(trigger, person, today, book.figures)]
    return any(0 <= (day - today).days <= WEEK for day in days)
