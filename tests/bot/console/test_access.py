"""Who may see and do what: the whole matrix, generated from the routes. A page that is new is in it at once."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from handlers.desk.desk import ROOT
from handlers.desk.page import EVERYBODY, Page
from handlers.dialogue.memo import Memo
from handlers.staff import actions
from storage import staff
from storage.database import Base, Database
from storage.stores import Store
from tests.bot.console.site import (
    BY_ROLE,
    Site,
    appointment_in,
    campaign_in,
    coupon_in,
    customer_of,
    lesson_in,
    mark_in,
    photo_of,
    segment_in,
    ticket_in,
)
from tests.world import START

# What the shell itself answers, beside the pages that features declare.
SHELL = {
    *((method, f"{ROOT}{path}") for path in ("/login", "/login/code", "/invite") for method in ("GET", "POST")),
    ("GET", ROOT), ("GET", f"{ROOT}/"), ("POST", f"{ROOT}/logout"), ("GET", f"{ROOT}/files/console.css"),
    ("GET", f"{ROOT}/files/console.js"), ("GET", f"{ROOT}/files/icon.svg"), ("GET", f"{ROOT}/files/inbox.css"),
    ("GET", f"{ROOT}/files/inbox.js"),
    # The line of a page that follows along: who may have one is tried in test_live.py.
    ("GET", f"{ROOT}/live"),
}  # fmt: skip
WALLED = (staff.ADVISOR, staff.MANAGER)


def _member(database: Database, store: str) -> int:
    with database.transaction() as session:
        place = session.scalars(select(Store).where(Store.code == store)).one()
        return actions.add(session, f"of-{store}", "Kim", staff.ADVISOR, place.id, "en", START).id


# One object of each thing in the east and one in the west. A feature with a new thing adds a line here, or this file fails.
OBJECTS: dict[str, Callable[[Database, str], int]] = {
    "customer": lambda database, store: customer_of(database, store).id,
    "ticket": lambda database, store: ticket_in(database, store).id,
    "member": _member,
    "appointment": lambda database, store: appointment_in(database, store).id,
    "offer": lambda database, store: coupon_in(database, store).offer_id,
    "coupon": lambda database, store: coupon_in(database, store).id,
    "lesson": lambda database, store: lesson_in(database, store).id,
    "mark": lambda database, store: mark_in(database, store).id,
    "segment": lambda database, store: segment_in(database, store).id,
    "campaign": lambda database, store: campaign_in(database, store).id,
}
# Parts of addresses that are no things, by the object whose page they are on.
WORDS: dict[str, Callable[[Database, dict[str, int]], str]] = {
    "photo": lambda database, ids: photo_of(database, _ticket(database, ids["ticket"])),
    "rule": lambda _database, _ids: "first_service",
    "tier_rule": lambda _database, _ids: "waiting",
    "cause": lambda _database, _ids: "long_wait",
    "promise": lambda _database, _ids: "serious",
    "place": lambda _database, _ids: "poster-page",
    "service": lambda _database, _ids: "oil_change",
    "version": lambda _database, _ids: "0",
}


def _ticket(database: Database, number: int) -> Any:
    from storage.tickets import Ticket

    with database.reading() as session:
        return session.get_one(Ticket, number)


class Addresses:
    """Every page's address about an object of one's own store, of a foreign one, and about none."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ids = {place: {kind: make(site.database, store) for kind, make in OBJECTS.items()}
                    for place, store in (("own", "east"), ("foreign", "west"))}  # fmt: skip

    def of(self, page: Page, place: str) -> str:
        def fill(found: re.Match[str]) -> str:
            name = found[1]
            if name in self.site.console.house.things:
                number = self.ids[place][name] if place in self.ids else 987_654_321
                return self.site.token(name, number)
            return WORDS[name](self.site.database, self.ids.get(place, self.ids["own"]))

        return re.sub(r"\{(\w+)\}", fill, page.path)


def walled(page: Page, site: Site) -> bool:
    return any(f"{{{thing}}}" in page.path for thing in site.console.house.things)


@pytest.mark.parametrize("roles", [WALLED, (staff.REGION, staff.ADMINISTRATOR)], ids=["walled", "everywhere"])
def test_au1_every_page_for_every_role_about_own_foreign_and_absent_objects(
    url: str, sample_memo: Memo, roles: tuple[str, ...]
) -> None:
    """AU1, AU3, AU10: exactly the declared policy; foreign and absent are the same in every byte."""

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            addresses = Addresses(site)
            asked = 0
            for role in roles:
                person = site.staff(BY_ROLE[role])
                for page in site.console.house.pages:
                    for method in ("GET", "POST") if page.post else ("GET",):
                        ask = person.get if method == "GET" else person.post
                        where = f"{method} {page.path} as {role}"
                        if not walled(page, site):
                            # Nothing stands in the address: own, foreign and absent are one.
                            answer = await ask(addresses.of(page, "own"))
                            asked += 1
                            seen = (404,) if method == "GET" and page.get is None else (200, 303, 422)
                            assert answer.status in (seen if role in page.roles else (403,)), where
                            continue
                        # What is not theirs first: a post about their own may change what is there.
                        absent, foreign, own = [await ask(addresses.of(page, place)) for place in ("absent", "foreign", "own")]
                        asked += 3
                        if role not in page.roles:
                            assert (absent.status, foreign.status, own.status) == (403, 403, 403), where
                            assert absent.text == foreign.text == own.text, where
                            continue
                        seen = (404,) if method == "GET" and page.get is None else (200, 303, 422)
                        assert own.status in seen, where
                        assert absent.status == 404, where
                        if role in WALLED:
                            assert foreign.status == 404, where
                            assert foreign.text == absent.text, where
                        else:
                            assert foreign.status in seen, where
            assert asked > 200
            assert {*WALLED, staff.REGION, staff.ADMINISTRATOR} == set(staff.ROLES)

    asyncio.run(go())


def test_au1_no_route_is_undeclared(url: str, sample_memo: Memo) -> None:
    """AU1: whatever the console answers is a page with roles, or on the shell's short list."""

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            pages = site.console.house.pages
            declared = {(method, ROOT + page.path) for page in pages for method in (("GET", "POST") if page.post else ("GET",))}
            routes = {(r.method, r.resource.canonical) for r in site.app.router.routes() if r.resource and r.method != "HEAD"}
            assert {route for route in routes if route[1].startswith(ROOT)} == declared | SHELL
            for page in pages:
                assert page.roles, page.path
                assert set(page.roles) <= EVERYBODY, page.path
                assert page.get or page.post, page.path
                parts = set(re.findall(r"\{(\w+)\}", page.path))
                assert parts <= {*OBJECTS, *WORDS}, f"{page.path}: say in this file what the matrix may put there"

    asyncio.run(go())


def test_au1_strangers_are_led_to_the_door(url: str, sample_memo: Memo) -> None:
    """AU1: without a session there is nothing, whatever the address; a forged one is none."""

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            addresses = Addresses(site)
            stranger, forger = site.somebody(), site.somebody()
            forger.secret = "x" * 43
            for page in site.console.house.pages:
                for person in (stranger, forger):
                    seen = await person.get(addresses.of(page, "own"))
                    assert (seen.status, seen.location.split("?")[0]) == (303, f"{ROOT}/login"), page.path
                    if page.post:
                        seen = await person.post(addresses.of(page, "own"))
                        assert (seen.status, seen.location) == (303, f"{ROOT}/login"), page.path

    asyncio.run(go())


def test_wb3_no_form_of_another_site_is_taken(url: str, sample_memo: Memo) -> None:
    """WB3: every page that changes something, with each proof missing or wrong in turn; nothing changes."""

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            addresses = Addresses(site)
            eva, max_ = site.staff("eva"), site.staff("max")
            other = {"csrf": (await _csrf(max_))}
            before = _digest(site.database)
            pages = [page for page in site.console.house.pages if page.post]
            assert len(pages) > 6
            home = {"Origin": site.url}
            for number, path in enumerate(["/logout", *(addresses.of(page, "own") for page in pages)]):
                # All pages have the same door: each kind of sender is tried at one of them, the plainest at every one.
                for headers in ({"Origin": "https://evil.example"},) if number else (
                    {}, {"Origin": "null"}, {"Origin": "https://evil.example"}, {"Origin": f"{site.url}.evil.example"},
                    {**home, "Sec-Fetch-Site": "cross-site"}, {**home, "Sec-Fetch-Site": "same-site"},
                ):  # fmt: skip
                    assert (await eva.post(path, headers=headers)).status == 403, (path, headers)
                assert (await eva.post(path, csrf="")).status == 403, path
                assert (await eva.post(path, **other)).status == 403, path
                plain = await eva._ask("POST", path, data='{"a":"=b"}', headers={**home, "Content-Type": "text/plain"})
                assert plain.status == 415, path
                forged = await eva.get(path + "?_method=POST", headers={"X-HTTP-Method-Override": "POST"})
                assert forged.status in (200, 404, 405), path
            assert _digest(site.database) == before

    asyncio.run(go())


def test_wb3_looking_changes_nothing(url: str, sample_memo: Memo) -> None:
    """WB3: every GET, of every page there is, with things in the query that a form would send."""

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            addresses = Addresses(site)
            eva = site.staff("eva")
            before = _digest(site.database)
            for page in site.console.house.pages:
                for place in ("own", "absent"):
                    await eva.get(addresses.of(page, place) + "?words=hello&role=administrator&confirm=1&language=zh-Hans&q=A4")
            assert _digest(site.database) == before

    asyncio.run(go())


def test_wb3_wb10_every_page_has_the_right_headers_and_every_form_its_proof(url: str, sample_memo: Memo) -> None:
    """WB10: not framed, not kept, not sniffed, no script but our own; a picture is a picture only.
    WB3: no form and no link leads elsewhere, and nothing on a page needs an inline script or style."""

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            addresses = Addresses(site)
            eva, stranger = site.staff("eva"), site.somebody()
            for page in site.console.house.pages:
                own, absent = addresses.of(page, "own"), addresses.of(page, "absent")
                seen = await eva.get(own)
                _headed(seen.headers, own)
                if page.get and "text/html" in seen.headers["Content-Type"]:
                    _proven(seen.text, page.path)
                _headed((await eva.get(absent)).headers, absent)
                for path in (own, absent):
                    _headed((await stranger.get(path)).headers, path)
            for path in ("/login", "/invite", "", "/nowhere"):
                for person in (eva, stranger):
                    _headed((await person.get(path)).headers, path)

    asyncio.run(go())


def _proven(page: str, path: str) -> None:
    forms = re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page, re.S)
    assert len(forms) == page.count('method="post"'), path
    for action, inside in forms:
        assert action.startswith(f"{ROOT}/"), (path, action)
        assert 'name="csrf" value="' in inside, (path, action)
    assert not re.search(r"<script(?! src=\"/console/files/)|<style|\sstyle=|\son\w+=|javascript:", page), path
    assert not re.search(r'(?:href|src|action)="(?!/|\?|#|tel:)', page), path


def _headed(headers: Any, path: str) -> None:
    assert headers["X-Frame-Options"] == "DENY", path
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Cache-Control"] == "no-store", path
    csp = headers["Content-Security-Policy"]
    assert "default-src 'none'" in csp, path
    assert "frame-ancestors 'none'" in csp, path
    assert "unsafe" not in csp, path
    assert "*" not in csp, path
    assert "http" not in csp, path
    assert "Access-Control-Allow-Origin" not in headers, path


async def _csrf(person: Any) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await person.get("/account")).text)
    assert found
    return found[1]


def _digest(database: Database) -> str:
    """Of everything that is kept."""
    digest = hashlib.sha256()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = sorted(map(repr, session.execute(text(f'SELECT * FROM "{table.name}"'))))
            digest.update(f"{table.name}{rows}".encode())
    return digest.hexdigest()
