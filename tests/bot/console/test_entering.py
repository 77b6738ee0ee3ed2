"""The door of the console: passwords, sessions that end when they should, one-time codes."""

import asyncio
import itertools
import re
import statistics
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.console.gate import mac
from handlers import FEATURES
from handlers.desk.desk import ROOT
from handlers.dialogue.engine import Engine
from handlers.dialogue.incoming import Incoming
from handlers.staff import actions, passwords
from storage import audit, chats, messages, staff, staff_links
from tests.bot.console.site import PASSWORD, Browser, Site, hashed, hire
from tests.conftest import Templates
from tests.world import START


@pytest.fixture
def url(templates: Templates, tmp_path: Path) -> str:
    return templates.copy("sqlite", True, tmp_path, hire)


async def logs_in(person: Browser, login: str = "ann", password: str = PASSWORD, **more: str) -> int:
    return (await person.enters("/login", login=login, password=password, **more)).status


def test_somebody_logs_in_and_out(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann = site.somebody()
            assert (await ann.get("/tickets")).location == f"{ROOT}/login?next=/console/tickets"
            wanted = "/console/bookings?store=east&day=2026-11-24"
            at_door = (await ann.get((await ann.get(wanted)).location)).text
            assert f'name="next" value="{wanted.replace("&", "&amp;")}"' in at_door
            seen = await ann.enters("/login", login=" ANN ", password=PASSWORD, next=wanted)
            assert (seen.status, seen.location) == (303, wanted)
            cookie = next(line for line in seen.headers.getall("Set-Cookie") if "bayline-session" in line)
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert "Max-Age" not in cookie
            assert (await ann.get("/account")).status == 200
            secret = ann.secret
            with site.database.reading() as session:
                stored = session.query(staff.StaffSession).all()
            assert [one.digest for one in stored] == [actions.digest_of(secret)]
            assert (await ann.post("/logout")).location == f"{ROOT}/login"
            ann.secret = secret
            assert (await ann.get("/account")).status == 303
            assert [row.action for row in _log(site)] == ["staff.login", "staff.logout"]

    asyncio.run(go())


def _log(site: Site) -> list[audit.Audit]:
    with site.database.reading() as session:
        return [row for row in reversed(audit.newest(session, 100)) if row.action != "staff.add"]


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "/console/../x", "/console/%0d%0aX:1"]
)
def test_wb10_the_way_back_after_the_login_is_ours(url: str, to: str) -> None:
    """WB10: no open redirect, neither at the door nor after a form."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.somebody()
            assert (await ann.enters("/login", login="ann", password=PASSWORD, next=to)).location == ROOT
            assert (await ann.post("/account/look", theme="dark", back=to)).location == f"{ROOT}/account"

    asyncio.run(go())


def test_au7_a_session_dies_when_it_should(url: str) -> None:
    """AU7: after logout, idle, at the end of the day, a new password, and dismissal; a stolen cookie with it."""

    async def go() -> None:
        async with Site(url) as site:
            eva, ann = site.staff("eva"), site.staff("ann")
            thief = site.somebody()

            async def stolen() -> int:
                return (await thief.get("/account")).status

            thief.secret = ann.secret
            assert await stolen() == 200
            refused = await ann.post("/account/password", old="wrong", new="another set of words")
            assert "/console" in refused.location
            assert await stolen() == 200
            assert (await ann.post("/account/password", old=PASSWORD, new="another set of words")).location.endswith("?changed=1")
            assert await stolen() == 303
            assert await logs_in(ann) == 401
            assert await logs_in(ann, password="another set of words") == 303

            thief.secret = ann.secret
            member = site.member("ann")
            assert await stolen() == 200
            done = await eva.post(f"/staff/{site.token('member', member.id)}/dismiss")
            assert done.location == "/console/staff"
            assert await stolen() == 303
            assert await logs_in(ann, password="another set of words") == 401

            max_ = site.staff("max")
            site.now += timedelta(minutes=119)
            assert (await max_.get("/account")).status == 200
            site.now += timedelta(minutes=119)
            assert (await max_.get("/account")).status == 200, "looking at pages is work"
            site.now += timedelta(minutes=121)
            assert (await max_.get("/account")).status == 303
            busy = site.staff("max")
            for _ in range(8):
                site.now += timedelta(minutes=89)
                assert (await busy.get("/account")).status == 200
            site.now += timedelta(minutes=89)
            assert (await busy.get("/account")).status == 303, "after twelve hours however busy"

    asyncio.run(go())


@pytest.mark.parametrize("page", ["/account/password", "/account/second-step/begin"])
def test_au6_a_password_is_not_guessed_from_inside(url: str, page: str) -> None:
    """AU6: a desk that somebody has left is no place to try one password after the other: after five the session is over."""

    async def go() -> None:
        async with Site(url) as site:
            ann, elsewhere = site.staff("ann"), site.staff("ann")
            for number in range(4):
                seen = await ann.post(page, old=f"guess {number}", password=f"guess {number}", new="another set of words")
                assert "not right" in (await ann.get(seen.location)).text
            assert (await ann.get("/account")).status == 200
            seen = await ann.post(page, old="guess 5", password="guess 5", new="another set of words")
            assert seen.location == f"{ROOT}/login?many=1"
            assert "too many tries" in (await ann.get(seen.location)).text
            assert (await ann.get("/account")).status == 303
            assert (await elsewhere.get("/account")).status == 200
            assert [row.action for row in _log(site)].count("staff.password_failed") == 5
            back = site.staff("ann")
            assert (await back.post(page, old="guess", password="guess", new="another set of words")).location != seen.location

    asyncio.run(go())


def test_au7_the_session_of_before_the_login_is_not_taken_over(url: str) -> None:
    """AU7: fixation. And a form filled in with another session's proof is worth nothing."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.somebody()
            ann.secret = planted = "planted-by-somebody-else-0123456789abcdefgh"
            assert await logs_in(ann) == 303
            assert ann.secret != planted
            thief = site.somebody()
            thief.secret = planted
            assert (await thief.get("/account")).status == 303
            assert (await ann.post("/account/look", csrf=mac(planted, "csrf"), theme="dark")).status == 403

    asyncio.run(go())


def test_au7_all_other_browsers_can_be_logged_out(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            here, there = site.staff("ann"), site.staff("ann")
            await here.post("/account/others")
            assert (await here.get("/account")).status == 200
            assert (await there.get("/account")).status == 303

    asyncio.run(go())


def test_au6_strangers_are_slowed_down_and_lock_nobody_out(url: str) -> None:
    """AU6: whoever has logged in with this browser before still gets in while strangers guess."""

    async def go() -> None:
        async with Site(url) as site:
            ann, guesser, owner_elsewhere = site.somebody(), site.somebody(), site.somebody()
            assert await logs_in(ann) == 303
            await ann.post("/logout")
            statuses = [await logs_in(guesser, password=f"guess number {n}") for n in range(14)]
            # The login of ann herself was a stranger's try as well.
            assert statuses == [401] * 9 + [429] * 5
            assert await logs_in(owner_elsewhere) == 429
            assert await logs_in(ann) == 303
            # One address does not go on with other accounts for ever; unknown ones count the same.
            statuses = [await logs_in(guesser, login=f"nobody{n}", password="x" * 12) for n in range(20)]
            assert statuses[-1] == 429
            with site.database.reading() as session:
                assert len(audit.newest(session, 1000)) < 60, "what was stopped is not written down again and again"

    asyncio.run(go())


def test_au6_an_unknown_login_takes_as_long_and_says_the_same(url: str) -> None:
    """AU6: neither words nor time tell who works here."""

    async def go() -> list[str]:
        async with Site(url) as site:
            pages = [await site.somebody().enters("/login", login=login, password="not right") for login in ("ann", "nox")]
            return [re.sub(r'value="(?:ann|nox|[0-9a-f]{40})"', "", page.text) for page in pages]

    one, other = asyncio.run(go())
    assert one == other

    def seconds(hashed: str | None) -> float:
        start = time.thread_time()
        assert not passwords.matches(hashed, "not right")
        return time.thread_time() - start

    known = hashed()
    passwords.matches(None, "")
    pairs = [(seconds(known), seconds(None)) for _ in range(9)]
    ratio = statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
    assert 0.8 < ratio < 1.25


def test_au12_the_first_administrator_comes_by_a_code_and_only_once(templates: Templates, tmp_path: Path) -> None:
    """AU12: no default password, no first come first served; the code is void once somebody administers."""
    url = templates.copy("sqlite", True, tmp_path)

    async def go() -> None:
        async with Site(url) as site:
            with site.database.transaction() as session:
                code, other = (actions.invite(session, None, site.now) for _ in range(2))
            new = {"login": "boss", "name": "The Boss", "password": "words that i like"}
            stranger, boss = site.somebody(), site.somebody()
            assert (await stranger.enters("/invite", code="x" * 32, **new)).status == 422
            assert (await boss.enters("/invite", code=code, **{**new, "password": "short"})).status == 422
            seen = await boss.enters("/invite", code=code, **new)
            assert (seen.status, seen.location) == (303, ROOT)
            assert (await boss.get("/staff")).status == 200
            for spent in (code, other):
                assert (await stranger.enters("/invite", code=spent, **{**new, "login": "two"})).status == 422
            with site.database.reading() as session:
                assert [member.login for member in staff.everybody(session)] == ["boss"]

    asyncio.run(go())


def test_somebody_new_chooses_a_password_by_code(url: str) -> None:
    """AU9: what a form must not say (role in one's own account, id) is not listened to."""

    async def go() -> None:
        async with Site(url) as site:
            eva = site.staff("eva")
            page = await eva.post("/staff", login="Zoe", name="Zoë", role="advisor", store="east", language="zh-Hant", id="1")
            found = re.search(r'<code class="big">([^<]+)</code>', page.text)
            assert found
            assert found[1] not in (await eva.get("/staff")).text
            zoe = site.somebody()
            assert (await zoe.enters("/invite", code=found[1], password="zoe-123456")).status == 422
            assert (
                await zoe.enters("/invite", code=found[1], password="鳳梨酥配烏龍茶真的很好吃", login="eva", role="administrator")
            ).status == 303
            assert "我的帳號" in (await zoe.get("/account")).text
            await zoe.post("/account/look", theme="dark", role="administrator", store_id="", login="eva")
            member = site.member("zoe")
            assert (member.role, member.theme, member.store_id is None) == ("advisor", "dark", False)
            assert (await zoe.get("/staff")).status == 403
            for wrong in (
                {"login": "zoe", "role": "advisor", "store": "east"}, {"login": "a b", "role": "advisor", "store": "east"},
                {"login": "ok", "role": "advisor", "store": ""}, {"login": "ok", "role": "region", "store": "east"},
                {"login": "ok", "role": "owner", "store": ""}, {"login": "ok", "role": "advisor", "store": "nowhere"},
            ):  # fmt: skip
                assert (await eva.post("/staff", name="X", language="en", **wrong)).status in (404, 422), wrong
            token = site.token("member", site.member("eva").id)
            await eva.post(f"/staff/{token}/dismiss")
            assert site.member("eva").dismissed_at is None, "nobody dismisses themselves"

    asyncio.run(go())


def test_cookies_are_for_https_only_where_there_is_https(url: str) -> None:
    """AU13: that it is https is believed from our own proxy only."""

    async def go() -> None:
        for proxies, prefix in ((("127.0.0.1",), "__Host-bayline-door"), ((), "bayline-door")):
            async with Site(url, proxies=proxies) as site:
                seen = await site.somebody().get("/login", headers={"X-Forwarded-Proto": "https"})
                cookie = seen.headers["Set-Cookie"]
                assert cookie.startswith(prefix + "=")
                assert ("Secure" in cookie) == bool(proxies)

    asyncio.run(go())


def test_the_door_speaks_three_languages(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            for tag, word in (("en-GB", "Log in"), ("zh-CN,zh;q=0.9", "登录"), ("zh-TW", "登入"), ("fr", "Log in")):
                assert word in (await site.somebody().get("/login", headers={"Accept-Language": tag})).text
            assert "登入" in (await site.somebody().get("/login?lang=zh-Hant")).text

    asyncio.run(go())


def test_staff_link_their_telegram_account_by_a_code_from_the_console(url: str) -> None:
    """AU11: for who knows the password, shown once and good once; unlinked at once, and all of it in the log."""

    async def go() -> None:
        async with Site(url) as site:
            ann, numbers = site.staff("ann"), itertools.count()
            engine = Engine(site.database, FEATURES)

            def writes(words: str) -> str:
                engine.take([Incoming("telegram", "71", f"telegram:1:{next(numbers)}", "text", words)], START)
                with site.database.reading() as session:
                    chat = chats.find(session, "telegram", "71")
                    assert chat
                    return messages.latest(session, chat.id, 1)[-1].text

            assert "/link " not in (await ann.post("/account/telegram", password="not hers")).text
            shown = (await ann.post("/account/telegram", password=PASSWORD)).text
            code = re.search(r"/link ([0-9A-Z]{4}-[0-9A-Z]{4})", shown)
            assert code
            assert code[1] not in (await ann.get("/account")).text
            assert "is yours now, Ann" in writes(f"/link {code[1]}")
            assert "not right" in writes(f"/link {code[1]}")
            assert ">Linked<" in (await ann.get("/account")).text
            await ann.post("/account/telegram/off")
            assert ">Not linked<" in (await ann.get("/account")).text
            with site.database.reading() as session:
                assert staff_links.person(session, "71") is None
                done = [row.action for row in audit.newest(session, 9)]
            assert done[:4] == ["staff.unlink", "staff.link", "staff.link_code", "staff.password_failed"]

    asyncio.run(go())
