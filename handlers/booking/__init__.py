"""Booking: a visit is booked, moved and cancelled in words or taps, on a bay that nobody else gets."""

from handlers.booking import calendar, clock_rules, flow, hearing, mine, more, noting, pages, papers, pushes, standby, theirs
from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep

FEATURE = Feature(
    "booking",
    forms=[flow.BOOK, mine.MOVE, mine.CANCEL, more.ALTER, standby.WAIT],
    actions={
        "book": flow.book, "mine": mine.mine, "show": mine.show, "move": mine.move, "cancel": mine.cancel, "way": papers.way,
        "calendar": papers.calendar_file, "qr": papers.code, "coming": papers.coming_for_sure, "wait": standby.ask,
        "accept": standby.accept, "decline": standby.decline, "leave": standby.left,
    },
    words={"cancel": theirs.nothing_open},
    commands={"book": flow.book, "mine": mine.mine},
    trigger=flow.asked_for,
    aside=noting.noted,
    keeps=[hearing.store_names],
    pushes=[pushes.sweep, pushes.offer],
    sweeps=[Sweep(clock_rules.to_look_at, clock_rules.keep_promises)],
    files={calendar.NAME: calendar.fetched},
    pages=pages.PAGES,
    things=[pages.APPOINTMENT],
    panels=[pages.PANEL],
)  # fmt: skip
