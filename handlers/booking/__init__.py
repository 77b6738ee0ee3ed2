"""Booking: a visit is booked, moved and cancelled in words or taps, on a bay that nobody else gets; and the reminders of it."""

from handlers.booking import calendar, flow, hearing, mine, pages
from handlers.dialogue import Feature

FEATURE = Feature(
    "booking",
    forms=[flow.BOOK, mine.MOVE, mine.CANCEL],
    actions={
        "book": flow.book, "mine": mine.mine, "show": mine.show, "move": mine.move, "cancel": mine.cancel, "way": mine.way,
        "calendar": mine.calendar_file, "qr": mine.code, "leave": mine.left, "coming": mine.coming_for_sure,
    },
    commands={"book": flow.book, "mine": mine.mine},
    trigger=flow.asked_for,
    keeps=[hearing.store_names],
    files={calendar.NAME: calendar.fetched},
    pages=pages.PAGES,
    things=[pages.APPOINTMENT],
    panels=[pages.PANEL],
)  # fmt: skip
