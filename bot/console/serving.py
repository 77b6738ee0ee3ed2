"""One page for one request, in a thread: who is it, may they, run the page in a transaction, render."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.console.gate import mac, notice, read_notice, same
from bot.console.rendering import proof_fields, render
from handlers.desk import ADMINISTRATORS, Desk, Go, House, Missing, Page, Photo, Picture
from handlers.desk.desk import ROOT, is_ours
from handlers.dialogue import Refusal, Unclear
from handlers.staff import actions, second_step
from handlers.staff.second_step_pages import PLACE
from storage import alarms, staff
from storage.database import Database, passes
from storage.staff import StaffSession

# When somebody was seen last is written down this often only: looking at pages costs no writing.
SEEN_EVERY = timedelta(minutes=1)
DATABASE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as plain values. `secret`: of the session's cookie; `path`: with its query.

    `live`: a page looks what is new by itself, which keeps nobody logged in. `site`: our address as the browser has it.
    """

    path: str
    secret: str = ""
    notice: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    photos: Sequence[Photo] = ()
    trouble: str = ""
    live: bool = False
    site: str = ""

    def field(self, name: str) -> str:
        return next(iter(self.form.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `go`: on to another page, which says `notice`. `noticed`: the notice of before was shown."""

    status: int = 200
    html: str = ""
    picture: Picture | None = None
    go: str = ""
    notice: str = ""
    noticed: bool = False


class Serving:
    def __init__(self, database: Database, clock: Clock, house: House) -> None:
        self.database, self.clock, self.house = database, clock, house

    def get(self, page: Page, asked: Asked) -> Answer:
        now = self.clock()
        with self.database.reading() as session:
            found = self._who(session, asked, now)
            if found is None:
                after = f"?next={quote(asked.path, safe='/')}" if is_ours(asked.path) else ""
                return Answer(303, go=f"{ROOT}/login{after}")
            answer = self._get(session, found, page, asked, now)
        if not asked.live:
            self._seen(found, now)
        return answer

    def post(self, page: Page, asked: Asked) -> Answer:
        """Everything the page does is one transaction. What passes (a deadlock, a busy file) is tried again."""
        for attempt in range(1, DATABASE_TRIES + 1):
            try:
                return self._post(page, asked, self.clock())
            except DBAPIError as trouble:
                if attempt == DATABASE_TRIES or not passes(trouble):
                    raise
        raise AssertionError("unreachable")

    def logout(self, asked: Asked) -> Answer:
        now = self.clock()
        with self.database.transaction() as session:
            if (found := self._who(session, asked, now)) and self._proven(asked):
                actions.end_session(session, asked.secret, now)
            elif found:
                return self._problem(self._desk(session, found, asked, now), 403, "desk.stale", asked)
        return Answer(303, go=f"{ROOT}/login")

    def home(self, asked: Asked) -> Answer:
        """On to the first page of the navigation that is theirs."""
        with self.database.reading() as session:
            found = self._who(session, asked, self.clock())
            if found is None:
                return Answer(303, go=f"{ROOT}/login")
            theirs = [page.path for page in self.house.pages if page.menu and found.staff.role in page.roles]
            return Answer(303, go=ROOT + (theirs[0] if theirs else "/account"))

    # -- inside --------------------------------------------------------------------------------------------------------

    def _get(self, session: Session, found: StaffSession, page: Page, asked: Asked, now: datetime) -> Answer:
        if self._barred(session, found, page):
            return Answer(303, go=ROOT + PLACE)
        desk = self._desk(session, found, asked, now)
        if found.staff.role not in page.roles:
            return self._problem(desk, 403, "desk.not_yours", asked)
        if page.get is None:
            return self._problem(desk, 404, "desk.missing", asked)
        try:
            self._name_things(desk, page)
            shown = page.get(desk)
            # A template may ask for the store of the address, which nobody looked at before.
            return Answer(picture=shown) if isinstance(shown, Picture) else self._page(desk, page, shown, asked)
        except Missing:
            return self._problem(desk, 404, "desk.missing", asked)

    def _post(self, page: Page, asked: Asked, now: datetime) -> Answer:
        try:
            return self._change(page, asked, now)
        # Behind the transaction, so that nothing of it is kept.
        except (Refusal, Unclear, Missing) as no:
            return self._after(page, asked, now, no)

    def _change(self, page: Page, asked: Asked, now: datetime) -> Answer:
        with self.database.transaction() as session:
            found = self._who(session, asked, now)
            if found is None:
                return Answer(303, go=f"{ROOT}/login")
            if self._barred(session, found, page):
                return Answer(303, go=ROOT + PLACE)
            desk = self._desk(session, found, asked, now)
            if found.staff.role not in page.roles:
                return self._problem(desk, 403, "desk.not_yours", asked)
            if not self._proven(asked):
                return self._problem(desk, 403, "desk.stale", asked)
            assert page.post is not None, "the route is only there when it is"
            self._name_things(desk, page)
            if asked.trouble:
                raise Refusal(asked.trouble)
            done = page.post(desk)
            staff.touch(session, found.digest, now)
            if isinstance(done, Go):
                said = notice(asked.secret, done.said, refused=done.refused) if done.said else ""
                return Answer(303, go=done.path if is_ours(done.path) else ROOT, notice=said)
            session.flush()
            return self._page(desk, page, done, asked)

    def _after(self, page: Page, asked: Asked, now: datetime, no: Refusal | Unclear | Missing) -> Answer:
        """The form again as it was filled in, with the reason; or the page where the form stood, which says it."""
        with self.database.reading() as session:
            found = self._who(session, asked, now)
            if found is None:
                return Answer(303, go=f"{ROOT}/login")
            desk = self._desk(session, found, asked, now)
            try:
                if isinstance(no, Missing):
                    raise no
                said = desk.plain(no.key, **no.values)
                if page.get is None:
                    return Answer(303, go=desk.back(""), notice=notice(asked.secret, said, refused=True))
                self._name_things(desk, page)
                desk.refused = no
                shown = page.get(desk)
                assert not isinstance(shown, Picture), "a picture has no form"
                return self._page(desk, page, shown, asked, refusal=said)
            except Missing:
                return self._problem(desk, 404, "desk.missing", asked)

    def _who(self, session: Session, asked: Asked, now: datetime) -> StaffSession | None:
        return actions.session_of(session, asked.secret, now) if asked.secret else None

    def _barred(self, session: Session, found: StaffSession, page: Page) -> bool:
        """Who must have a second step and has none yet sees their own account, where it is set up, and nothing else."""
        ours = page.path == "/account" or page.path.startswith("/account/")
        return not ours and second_step.missing(session, found.staff, self.house.second_step)

    def _proven(self, asked: Asked) -> bool:
        return same(asked.field("csrf"), mac(asked.secret, "csrf"))

    def _desk(self, session: Session, found: StaffSession, asked: Asked, now: datetime) -> Desk:
        return Desk(
            session,
            found.staff,
            now,
            self.house,
            where=asked.where,
            query=asked.query,
            form=asked.form,
            photos=asked.photos,
            digest=found.digest,
            site=asked.site,
        )

    def _name_things(self, desk: Desk, page: Page) -> None:
        """Loads what the address names. What is not there and what is behind the wall are the same to whoever asks."""
        desk.things = {name: desk.find(name, token) for name, token in desk.where.items() if name in self.house.things}

    def _seen(self, found: StaffSession, now: datetime) -> None:
        if now - found.seen_at >= SEEN_EVERY:
            with self.database.transaction() as session:
                staff.touch(session, found.digest, now)

    # -- rendering -----------------------------------------------------------------------------------------------------

    def _page(self, desk: Desk, page: Page, shown: Mapping[str, Any], asked: Asked, refusal: str = "") -> Answer:
        noticed = read_notice(asked.secret, asked.notice)
        said = (refusal, True) if refusal else noticed
        # A page that answers a post cannot be come back to by its address; the form's page can.
        here = asked.path if not asked.form or page.get else desk.back("")
        html = render(page.template, {**self._shell(desk, page, asked, here), "notice": said, **shown})
        return Answer(422 if refusal else 200, html, noticed=noticed is not None)

    def _problem(self, desk: Desk, status: int, key: str, asked: Asked) -> Answer:
        html = render("console/problem.html", {**self._shell(desk, None, asked, ROOT), "notice": None, "words": desk.text(key)})
        return Answer(status, html)

    def _shell(self, desk: Desk, page: Page | None, asked: Asked, here: str) -> dict[str, Any]:
        section = page.path.split("/")[1] if page else ""
        menu = [
            (ROOT + one.path, desk.text(one.menu), one.path.split("/")[1] == section)
            for one in self.house.pages
            if one.menu and desk.may(one.roles)
        ]
        proof = proof_fields(mac(asked.secret, "csrf"), here)

        def csrf() -> Markup:
            return proof

        return {
            "desk": desk,
            "t": desk.text,
            "staff": desk.staff,
            "menu": menu,
            "csrf": csrf,
            "here": here,
            "language": desk.language,
            "theme": desk.staff.theme,
            "q": desk.asked("q"),
            "unseen_alarms": alarms.unseen(desk.session) if desk.may(ADMINISTRATORS) else 0,
        }
