"""The second step of a staff login: set up in the console, asked at the door, used once; and a way back without the phone."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from typer.testing import CliRunner

from bot.cli import app
from handlers.desk.desk import ROOT
from handlers.staff import second_step
from storage import audit, factors
from tests.bot.console.site import PASSWORD, Browser, Seen, Site

PLACE = "/account/second-step"


def code(site: Site, login: str = "eva", later: int = 0) -> str:
    """What the app on their phone shows, `later` seconds from now."""
    with site.database.reading() as session:
        factor = factors.of(session, site.member(login).id)
        assert factor
        return pyotp.TOTP(factor.secret).at(int(site.now.timestamp()) + later)


async def set_up(site: Site, person: Browser, login: str = "eva") -> list[str]:
    """Their recovery codes."""
    assert (await person.post(f"{PLACE}/begin", password=PASSWORD)).location == ROOT + PLACE
    page = await person.get(PLACE)
    assert "<svg" in page.text
    done = await person.post(f"{PLACE}/confirm", code=code(site, login))
    codes = re.findall(r"<li><code>([A-Z2-9-]{19})</code>", done.text)
    assert len(codes) == second_step.CODES
    site.now += timedelta(seconds=60)
    return codes


async def password(person: Browser, login: str = "eva", **more: str) -> dict[str, str]:
    """The first step; gives the hidden fields of the page that asks for the second."""
    page = await person.enters("/login", login=login, password=PASSWORD, **more)
    assert page.status == 200, page.location
    assert person.secret == ""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


async def says(person: Browser, hidden: dict[str, str], typed: str) -> Seen:
    return await person._ask("POST", "/login/code", data={**hidden, "code": typed}, headers={"Origin": person.site.url})


def test_au6_a_password_alone_does_not_open_the_door(url: str) -> None:
    """AU6, AU7: and a code opens it once: whoever looked over the shoulder comes too late."""

    async def go() -> None:
        async with Site(url) as site:
            eva, elsewhere = site.staff("eva"), site.staff("eva")
            await set_up(site, eva)
            assert (await eva.get("/account")).status == 200
            assert (await elsewhere.get("/account")).status == 303, "who is logged in with a password alone is out"
            new, thief = site.somebody(), site.somebody()
            hidden = await password(new, next="/console/tickets")
            for wrong in ("", "000000", code(site, later=-120), code(site, later=120)):
                assert (await says(new, hidden, wrong)).status == 401
            shown = code(site)
            seen = await says(new, hidden, " ".join((shown[:3], shown[3:])))
            assert (seen.status, seen.location) == (303, "/console/tickets")
            assert (await new.get("/staff")).status == 200
            again = await says(thief, await password(thief), shown)
            assert again.status == 401
            assert "has been used already" in again.text
            assert (await says(thief, await password(thief), code(site, later=-30))).status == 401, "nor one before it"

    asyncio.run(go())


def test_au7_the_way_from_the_password_to_the_code_is_short_and_ones_own(url: str) -> None:
    """AU7: the proof of the first step is of this person, this browser, this password, and of five minutes."""

    async def go() -> None:
        async with Site(url) as site:
            eva = site.staff("eva")
            await set_up(site, eva)
            await set_up(site, site.staff("max"), "max")
            person, other = site.somebody(), site.somebody()
            hidden, theirs = await password(person), await password(other)
            for wrong in (
                {"half": ""}, {"half": "9" * 12 + "." + hidden["half"].partition(".")[2]}, {"half": "x.y"},
                {"half": theirs["half"]}, {"login": "max"}, {"login": "ann"}, {"login": "nobody"},
            ):  # fmt: skip
                seen = await says(person, {**hidden, **wrong}, code(site))
                assert (seen.status, person.secret) == (401, ""), wrong
            assert (await says(person, {**hidden, "csrf": ""}, code(site))).status == 403
            site.now += timedelta(minutes=5)
            late = await says(person, hidden, code(site))
            assert late.status == 401
            assert "log in once more" in late.text
            assert (await person.get("/login/code")).location == f"{ROOT}/login"
            hidden = await password(person)
            await eva.post("/account/password", old=PASSWORD, new="another set of words")
            assert (await says(person, hidden, code(site))).status == 401, "the password is not theirs any more"

    asyncio.run(go())


def test_au6_guessing_codes_is_slow(url: str) -> None:
    """AU6: five wrong ones, then a quarter of an hour even for the right one; each is in the log."""

    async def go() -> None:
        async with Site(url) as site:
            await set_up(site, site.staff("eva"))
            guesser = site.somebody()
            hidden = await password(guesser)
            for _ in range(second_step.MOST_FAILURES):
                assert "not right" in (await says(guesser, hidden, "000000")).text
            assert "too often" in (await says(guesser, hidden, code(site))).text
            with site.database.reading() as session:
                rows = [row for row in audit.newest(session, 50) if row.action == "staff.code_failed"]
            assert len(rows) == second_step.MOST_FAILURES
            site.now += second_step.WITHIN
            assert (await says(guesser, await password(guesser), code(site))).status == 303

    asyncio.run(go())


def test_a_recovery_code_opens_the_door_once(url: str) -> None:
    """AU7: without the phone; new ones make the old ones worthless. None of them, nor the secret, is in the log."""

    async def go() -> None:
        async with Site(url) as site:
            eva = site.staff("eva")
            codes = await set_up(site, eva)
            for typed, status in ((codes[0].lower().replace("-", " "), 303), (codes[0], 401), (codes[1], 303)):
                person = site.somebody()
                assert (await says(person, await password(person), typed)).status == status
            assert "Recovery codes left: 8." in (await eva.get(PLACE)).text
            made = await eva.post(f"{PLACE}/codes", code=code(site))
            assert codes[2] not in made.text
            person = site.somebody()
            assert (await says(person, await password(person), codes[2])).status == 401
            with site.database.reading() as session:
                log = str([(row.action, row.details) for row in audit.newest(session, 100)])
                factor = factors.of(session, site.member("eva").id)
                assert factor
                assert factor.secret not in log
            assert not any(one in log or one.replace("-", "") in log for one in codes)

    asyncio.run(go())


def test_who_switches_it_on_or_off_shows_password_and_code(url: str) -> None:
    """AU9: a desk that was left open is not enough for either, nor does a wrong code switch it on."""

    async def go() -> None:
        async with Site(url) as site:
            eva = site.staff("eva")
            await eva.post(f"{PLACE}/begin", password="wrong")
            assert "<svg" not in (await eva.get(PLACE)).text
            await eva.post(f"{PLACE}/begin", password=PASSWORD)
            assert "not right" in (await eva.post(f"{PLACE}/confirm", code="000000")).text
            assert (await site.somebody().enters("/login", login="eva", password=PASSWORD)).status == 303
            await set_up(site, eva)
            for path in ("begin", "confirm"):
                await eva.post(f"{PLACE}/{path}", password=PASSWORD, code=code(site))
            assert "not right" in (await eva.post(f"{PLACE}/off", code="")).text
            await password(site.somebody())
            assert (await eva.post(f"{PLACE}/off", code=code(site, later=30))).location == ROOT + PLACE
            assert (await site.somebody().enters("/login", login="eva", password=PASSWORD)).status == 303

    asyncio.run(go())


def test_an_administrator_helps_who_has_lost_the_phone(url: str) -> None:
    """AU10: only a colleague, only as administrator; a one-time code for a new password is not a way around it."""

    async def go() -> None:
        async with Site(url) as site:
            ann, eva = site.staff("ann"), site.staff("eva")
            await set_up(site, ann, "ann")
            await set_up(site, eva)
            place = {login: site.token("member", site.member(login).id) for login in ("ann", "eva")}
            page = await eva.post(f"/staff/{place['ann']}/invite")
            invited = re.search(r'<code class="big">([^<]+)</code>', page.text)
            assert invited
            new = site.somebody()
            seen = await new.enters("/invite", code=invited[1], password=PASSWORD)
            assert (seen.status, new.secret) == (200, "")
            assert 'name="half"' in seen.text
            await eva.post(f"/staff/{place['eva']}/second-step")
            await password(site.somebody())
            assert (await site.staff("max").post(f"/staff/{place['ann']}/second-step")).status == 403
            done = await eva.post(f"/staff/{place['ann']}/second-step")
            assert done.location == f"{ROOT}/staff"
            assert (await site.somebody().enters("/login", login="ann", password=PASSWORD)).status == 303

    asyncio.run(go())


def test_a_shop_may_want_it_of_some_roles(url: str) -> None:
    """AU1: until it is set up they see their account and nothing else, neither pages nor the line of news."""

    async def go() -> None:
        async with Site(url, second_step=("administrator",)) as site:
            eva, max_ = site.staff("eva"), site.staff("max")
            assert (await max_.get("/tickets")).status == 200
            for path in ("/tickets", "/staff", "/audit"):
                assert (await eva.get(path)).location == ROOT + PLACE
            before = site.member("ann")
            token = site.token("member", before.id)
            assert (await eva.post(f"/staff/{token}/dismiss")).location == ROOT + PLACE
            assert site.member("ann").dismissed_at is None
            assert (await eva.get("/live")).status == 404
            assert "Your shop asks for" in (await eva.get(PLACE)).text
            assert (await eva.get("/account")).status == 200
            await set_up(site, eva)
            assert (await eva.get("/staff")).status == 200
            await eva.post(f"{PLACE}/off", code=code(site))
            assert (await eva.get("/staff")).status == 200
            await password(site.somebody())

    asyncio.run(go())


def test_bayline_lets_in_whoever_is_locked_out(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def go(then: Callable[[], None]) -> None:
        async with Site(url) as site:
            await set_up(site, site.staff("eva"))
            then()
            assert (await site.somebody().enters("/login", login="eva", password=PASSWORD)).status == 303

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)

    def then() -> None:
        assert "second step" in CliRunner().invoke(app, ["staff", "list"]).output
        assert "password alone now" in CliRunner().invoke(app, ["staff", "second-step-off", "eva"]).output
        again = CliRunner().invoke(app, ["staff", "second-step-off", "eva"])
        assert (again.exit_code, "already" in again.output) == (2, True)

    asyncio.run(go(then))


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_au7_of_two_with_one_code_one_gets_in(url: str) -> None:
    """AU7: the same six digits from two browsers at once."""

    async def go() -> None:
        async with Site(url) as site:
            await set_up(site, site.staff("eva"))
            people = [site.somebody() for _ in range(4)]
            ways = [await password(person) for person in people]
            shown = code(site)
            seen = await asyncio.gather(*(says(person, way, shown) for person, way in zip(people, ways, strict=True)))
            assert sorted(one.status for one in seen) == [303, 401, 401, 401]

    asyncio.run(go())
