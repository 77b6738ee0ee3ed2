"""The web chat's protocol: greeting, resume, resending, buttons, long-poll. Visitors are programs, the rest is real."""

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.channels.webchat_rows import shown
from handlers.dialogue import Reply
from storage import erasing, messages
from storage.database import Database
from storage.messages import Message
from tests import postgres
from tests.bot.webchat_site import ECHO, NOW, Site, closing
from tests.conftest import Templates


@pytest.fixture
def url(templates: Templates, tmp_path: Path) -> str:
    return templates.copy("sqlite", False, tmp_path)


def post_from_elsewhere(database: Database, chat_id: int, text: str) -> None:
    """What another process does when an advisor answers."""
    row = messages.outgoing(chat_id, "web", pulls=True, text=text, data={}, now=NOW)
    with database.transaction() as session:
        messages.post(session, [row])


def chat_ids(database: Database) -> list[int]:
    with database.reading() as session:
        return [row[0] for row in session.connection().exec_driver_sql("SELECT id FROM chats ORDER BY id")]


def test_a_new_visitor_is_greeted_once_and_gets_a_token(database_url: str) -> None:
    """WB11: the token is 256 bits, and only its digest is kept."""

    async def go() -> None:
        async with Site(database_url) as site:
            async with site.visitor() as ann:
                assert len(ann.token) == 43
                assert [row["text"] for row in ann.rows] == ["Hello"]
                assert ann.rows[0]["entities"] == [["bold", 0, 5]]
            async with site.visitor(ann.token, ann.seen) as again:
                assert again.welcome["rows"] == []
                assert "token" not in again.welcome
                assert not again.welcome["reset"]
            async with site.visitor(ann.token) as reloaded:
                assert [row["text"] for row in reloaded.rows] == ["Hello"]
            with site.database.reading() as session:
                stored = session.connection().exec_driver_sql("SELECT address, key FROM chats, messages").all()
            assert stored[0][0] == hashlib.sha256(ann.token.encode()).hexdigest()
            assert ann.token not in str(stored)

    asyncio.run(go())


def test_ch19_words_sent_again_are_one_message(database_url: str) -> None:
    """CH19: the line drops before the acknowledgement; the page comes back and repeats itself with the same id."""

    async def go() -> None:
        async with Site(database_url) as site:
            ann = site.visitor()
            async with ann:
                await ann.sends(text="brakes", id="same-id-1")
                await ann.sends(text="and tyres", id="same-id-2")
            async with site.visitor(ann.token, ann.seen) as back:
                for client_id, text in (("same-id-1", "brakes"), ("same-id-2", "and tyres")):
                    await back.sends(text=text, id=client_id)
                    assert (await back.frame("ack"))["id"] == client_id
                await back.says("bye")
                texts = [(row.get("cid"), row["text"]) for row in back.rows]
                assert texts[0:4:2] == [("same-id-1", "brakes"), ("same-id-2", "and tyres")]
                assert texts[1:4:2] == [(None, "You said: brakes"), (None, "You said: and tyres")]
                ids = [row["id"] for row in back.rows]
                assert ids == sorted(set(ids))

    asyncio.run(go())


def test_ch19_what_was_missed_is_replayed_in_order(database_url: str) -> None:
    """CH19, and no history older than the page has already."""

    async def go() -> None:
        async with Site(database_url) as site:
            ann = site.visitor()
            async with ann:
                await ann.says("one")
            [chat_id] = chat_ids(site.database)
            for n in range(5):
                post_from_elsewhere(site.database, chat_id, f"advisor {n}")
            async with site.visitor(ann.token, ann.seen) as back:
                assert [row["text"] for row in back.rows] == [f"advisor {n}" for n in range(5)]
            for n in range(60):
                post_from_elsewhere(site.database, chat_id, f"more {n}")
            async with site.visitor(ann.token, back.seen) as late:
                assert late.welcome["reset"]
                assert [row["text"] for row in late.rows] == [f"more {n}" for n in range(10, 60)]

    asyncio.run(go())


def test_db12_a_page_that_has_seen_more_than_the_database_holds_begins_anew(url: str) -> None:
    """DB12: after a fail-over to a copy that lacks the last seconds, ids begin again lower; nobody waits for later ones."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.visitor()
            async with ann:
                await ann.says("one")
            async with site.visitor(ann.token, 10**9) as back:
                assert back.welcome["reset"]
                assert [row["text"] for row in back.rows] == ["Hello", "one", "You said: one"]
                assert (await back.says("two"))["text"] == "You said: two"

    asyncio.run(go())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_db12_open_pages_that_have_seen_more_than_a_new_server_holds_begin_anew(database_url: str) -> None:
    """DB12: the line of the page stays up; without this it would wait in silence until the numbers have caught up."""

    def fail_over(keep: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as server:
            server.execute("DELETE FROM messages WHERE id > %s", [keep])
            server.execute("SELECT setval(pg_get_serial_sequence('messages', 'id'), %s)", [keep])
            postgres.cut(server)

    async def go() -> None:
        async with Site(database_url) as site, site.visitor() as ann, site.visitor() as bob:
            await ann.says("one")
            await bob.says("one")
            keep = bob.seen
            await ann.says("two")
            await bob.says("two")
            ask = {"json": {"seen": bob.seen, "language": "en"}, "headers": {**bob.auth, "Origin": site.url}}
            waiting = asyncio.create_task(site.http.post("/chat/poll", **ask))
            await ann.says("three")
            await asyncio.to_thread(fail_over, keep)
            assert await closing(ann.ws) == await closing(bob.ws) == 1013
            async with site.visitor(ann.token, ann.seen) as back:
                assert back.welcome["reset"]
                assert back.rows[-1]["text"] == "You said: one"
                assert (await back.says("again"))["text"] == "You said: again"
                assert back.seen <= ann.seen
            assert not (await (await waiting).json())["rows"]
            async with site.http.post("/chat/poll", **ask) as again:
                assert (await again.json())["reset"]

    asyncio.run(go())


def test_a_page_is_about_the_store_that_its_tag_names(templates: Templates, tmp_path: Path) -> None:
    """`data-store`; a code that nobody knows is as if it were not there, and a choice that was made stays."""

    def stores_of(site: Site) -> list[str | None]:
        with site.database.reading() as session:
            query = "SELECT stores.code FROM chats LEFT JOIN stores ON stores.id = chats.store_id ORDER BY chats.id"
            return [row[0] for row in session.connection().exec_driver_sql(query)]

    async def go() -> None:
        async with Site(templates.copy("sqlite", True, tmp_path)) as site:
            async with site.visitor(store="west") as ann, site.visitor(store="nowhere"), site.visitor():
                assert stores_of(site) == ["west", None, None]
            async with site.visitor(ann.token, ann.seen, store="east") as back:
                await back.says("hello")
                assert stores_of(site)[0] == "west"

    asyncio.run(go())


def test_a_link_leads_strangers_and_whoever_was_here_before(url: str) -> None:
    """Once a day, however often the page connects anew; what is no payload of ours is as if it were not there."""
    led = replace(ECHO, words={**ECHO.words, "start": lambda turn: Reply(f"led by {turn.incoming.payload or 'nothing'}")})

    async def go() -> None:
        async with Site(url, [led]) as site:
            async with site.visitor(start="s_K7QM3XWP-poster") as ann:
                assert [row["text"] for row in ann.answers()] == ["led by s_K7QM3XWP-poster"]
            for start, wanted in (("b_wash", 2), ("b_wash", 2), ("../evil?", 2), ("", 2), ("store-west", 3)):
                async with site.visitor(ann.token, start=start) as back:
                    assert len(back.answers()) == wanted, start
            assert [row["text"] for row in back.rows] == ["led by s_K7QM3XWP-poster", "led by b_wash", "led by store-west"]
            async with site.visitor(start="<script>") as stranger:
                assert [row["text"] for row in stranger.answers()] == ["led by nothing"]

    asyncio.run(go())


def test_an_advisor_in_another_process_is_heard_within_two_seconds(database_url: str) -> None:
    async def go() -> None:
        async with Site(database_url) as site, site.visitor() as ann, site.visitor() as bob:
            other = Database(database_url)
            first, second = chat_ids(other)
            post_from_elsewhere(other, first, "for Ann")
            post_from_elsewhere(other, second, "for Bob")
            assert (await ann.frame("rows", within=2))["rows"][0]["text"] == "for Ann"
            assert (await bob.frame("rows", within=2))["rows"][0]["text"] == "for Bob"
            other.close()

    asyncio.run(go())


def test_whoever_was_forgotten_goes_on_as_a_stranger_in_the_open_page(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            [before] = chat_ids(site.database)
            with site.database.transaction() as session:
                erasing.erase(session, erasing.scope_of(session, chat_id=before))
            assert (await ann.says("hello again"))["text"].endswith("hello again")
            assert len(chat_ids(site.database)) == 2

    asyncio.run(go())


def test_both_tabs_of_a_visitor_see_everything(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site, site.visitor() as one, site.visitor(one.token) as two:
            await one.says("hello")
            while not two.answers(1):
                await two.frame("rows")
            assert two.answers()[-1]["text"] == "You said: hello"

    asyncio.run(go())


def test_a_token_that_nobody_knows_starts_a_new_chat(url: str) -> None:
    """WB11: the page's own idea of a token is never taken over."""

    async def go() -> None:
        async with Site(url) as site:
            for guess in ("A" * 43, "short", "B" * 500, 7, None, {"a": 1}):
                ws = await site.http.ws_connect("/chat/ws")
                await ws.send_json({"t": "hello", "token": guess, "seen": 0})
                welcome = json.loads(await ws.receive_str(timeout=5))
                assert welcome["reset"]
                assert welcome["token"] != guess
                await ws.close()

    asyncio.run(go())


def test_buttons_reach_the_page_as_labels_only(url: str) -> None:
    """What a button does, and with which value, stays on the server."""

    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            [hello] = ann.rows
            assert hello["once"]
            assert [[set(button) for button in line] for line in hello["buttons"]] == [[{"label", "press"}], [{"label", "press"}]]
            assert "secret" not in json.dumps(ann.frames)
            prices, menu = (line[0] for line in hello["buttons"])
            assert (prices["label"], menu["press"][-2:]) == ("Prices", ".1")
            await ann.sends(press=prices["press"])
            await ann.frame("ack")
            while not ann.answers(1):
                await ann.frame("rows")
            assert ann.rows[1]["mine"]
            assert ann.rows[1]["text"] == "Prices"
            assert ann.rows[2]["text"] == "Prices {'secret': 7}"
            assert ann.rows[2]["spent"] == hello["id"]
            menu_row = await ann.says("menu")
            assert [[b["press"].split(".")[1] for b in line] for line in menu_row["buttons"]] == [["0", "1"], ["2"]]

    asyncio.run(go())


def test_wb11_the_button_of_another_visitor_does_nothing(url: str) -> None:
    """WB11: a token of a message is worth nothing outside its chat; the presser is told, and no row is shown."""

    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann, site.visitor() as eve:
            await eve.sends(press=ann.rows[0]["buttons"][0][0]["press"])
            ack = await eve.frame("ack")
            assert "no longer in use" in ack["toast"]
            await eve.says("hello")
            assert [row["text"] for row in eve.rows] == ["Hello", "hello", "You said: hello"]

    asyncio.run(go())


def test_somebody_is_typing_when_a_turn_takes_long(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            await ann.says("quick")
            assert not [frame for frame in ann.frames if frame["t"] == "typing"]
            await ann.says("think")
            assert [frame["t"] for frame in ann.frames][-3:] == ["typing", "ack", "rows"]

    asyncio.run(go())


def test_the_chosen_language_comes_with_the_rows(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            with site.database.transaction() as session:
                session.connection().exec_driver_sql("UPDATE chats SET language_chosen = true, language = 'zh-Hant'")
            await ann.says("hello")
            assert next(frame for frame in reversed(ann.frames) if frame["t"] == "rows")["language"] == "zh-Hant"
            async with site.visitor(ann.token) as again:
                assert again.welcome["language"] == "zh-Hant"

    asyncio.run(go())


def test_a_database_that_does_not_answer_is_tried_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page keeps its words until they are acknowledged."""

    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            take, fails = site.turns.engine.take_with_care, [True]

            def sometimes(*arguments: Any) -> Any:
                if fails.pop() if fails else False:
                    raise OSError("no database")
                return take(*arguments)

            monkeypatch.setattr(site.turns.engine, "take_with_care", sometimes)
            client_id = await ann.sends(text="hello")
            assert await ann.frame() == {"t": "later", "id": client_id}
            await ann.sends(text="hello", id=client_id)
            assert (await ann.frame("ack"))["id"] == client_id

    asyncio.run(go())


def test_a_crash_in_a_feature_is_apologised_for(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """PV11: nobody's words are in the log."""

    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            assert "something went wrong on our side (number E" in (await ann.says("crash of Mrs Wu"))["text"]
            assert ann.token not in caplog.text

    asyncio.run(go())
    assert "RuntimeError" in caplog.text
    assert "Mrs Wu" not in caplog.text


def test_long_poll_does_all_that_a_socket_does(database_url: str) -> None:
    async def go() -> None:
        async with Site(database_url) as site:
            poll = await site.http.post("/chat/poll", json={"seen": 0, "language": "zh-CN"})
            welcome = await poll.json()
            auth = {"Authorization": f"Bearer {welcome['token']}"}
            assert [row["text"] for row in welcome["rows"]] == ["Hello"]
            waiting = asyncio.create_task(site.http.post("/chat/poll", json={"seen": welcome["seen"]}, headers=auth))
            said = {"t": "text", "id": "client-id-1", "text": "brakes"}
            for _ in range(2):
                ack = await (await site.http.post("/chat/send", json=said, headers=auth)).json()
                assert (ack["t"], ack["id"]) == ("ack", "client-id-1")
            rows = (await (await waiting).json())["rows"]
            assert [row["text"] for row in rows] == ["brakes", "You said: brakes"]
            assert rows[0]["cid"] == "client-id-1"

    asyncio.run(go())


def test_a_poll_without_news_ends_by_itself(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.webchat.POLL_FOR", 0.1)

    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            answer = await (await site.http.post("/chat/poll", json={"seen": ann.seen}, headers=ann.auth)).json()
            assert answer == {"t": "welcome", "reset": False, "rows": [], "seen": ann.seen}

    asyncio.run(go())


def test_stopping_tells_the_pages_to_come_back(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            reading = asyncio.create_task(closing(ann.ws))
            await site.chat.stop()
            assert await reading == 1001
            await site.chat.start()

    asyncio.run(go())


def test_the_shop_is_named_in_the_page_s_language(templates: Templates, tmp_path: Path) -> None:
    sample = templates.copy("sqlite", True, tmp_path)

    async def go() -> None:
        async with Site(sample) as site:
            for hint, language in (
                ("zh-TW", "zh-Hant"),
                ("zh-CN", "zh-Hans"),
                ("de", "en"),
                ("\x00", "en"),
                ("zh-HK", "zh-Hant"),
            ):
                config = await (await site.http.get("/chat/config", params={"lang": hint})).json()
                assert config["language"] == language
                assert config["name"]
            accepted = {"Accept-Language": "de;q=0.9,zh-MO;q=0.8"}
            assert (await (await site.http.get("/chat/config", headers=accepted)).json())["language"] == "zh-Hant"

    asyncio.run(go())


def test_the_page_says_when_people_answer(templates: Templates, tmp_path: Path) -> None:
    """The bot answers at any hour; whoever wants a person sees from when one is there. In the store's own time."""
    sample = templates.copy("sqlite", True, tmp_path)

    async def go() -> None:
        async with Site(sample) as site:

            async def said(moment: str, language: str) -> str:
                site.now = datetime.fromisoformat(moment)
                config = await (await site.http.get("/chat/config", params={"lang": language, "store": "east"})).json()
                return str(config["texts"]["online"])

            assert await said("2026-11-24T10:00+08:00", "en") == "We answer at once"
            assert await said("2026-11-24T06:00+08:00", "en") == "We answer at once, people from 08:30"
            assert await said("2026-11-24T22:00+08:00", "en") == "We answer at once, people from Wed 08:30"
            assert await said("2026-11-24T22:00+08:00", "zh-CN") == "随问随答，人工周三 08:30起"
            assert await said("2026-11-24T22:00+08:00", "zh-TW") == "隨問隨答，真人客服週三 08:30起"
        (empty := tmp_path / "empty").mkdir()
        async with Site(templates.copy("sqlite", False, empty)) as site:
            assert (await (await site.http.get("/chat/config")).json())["texts"]["online"]

    asyncio.run(go())


def test_the_page_s_words_are_the_same_in_all_languages() -> None:
    from bot.channels.webchat_pages import texts_of

    english = texts_of("en")
    for language in ("zh-Hans", "zh-Hant"):
        assert texts_of(language).keys() == english.keys()
        assert all(len(texts_of(language)[name]) for name in english)


def test_the_widget_is_small() -> None:
    """Less than 30 KB packed, all together."""
    import gzip
    from importlib import resources

    folder = resources.files("bot.channels") / "web"
    packed = [gzip.compress((folder / name).read_bytes(), 9) for name in ("chat.js", "chat.css", "texts/zh-Hant.json")]
    assert sum(map(len, packed)) < 30_000


def test_a_card_is_shown_in_the_place_of_its_older_self() -> None:
    """The promise of a ticket: one message that changes. Any other row that takes a place only spends its buttons."""
    card = Message(9, 1, "web", "sent", "text", "Answered", {"card": True}, edits=4)
    assert shown(card, "person") == {"id": 9, "text": "Answered", "instead": 4}
    assert shown(replace(card, data={}), "person") == {"id": 9, "text": "Answered", "spent": 4}
