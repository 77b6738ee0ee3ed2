"""Files that are no photos: taken for what they are, named harmlessly, passed on both ways, given to nobody else."""

import asyncio
import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.attachments import clean_file, saved_as
from bot.photos import MAX_BYTES, PhotoRefused
from handlers import FEATURES
from storage import media, messages
from tests.bot.floor import Floor, tell
from tests.bot.webchat_site import Site
from tests.world import World

SQLITE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
PDF = b"%PDF-1.7 the estimate"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"), ("a.jpg\0.html", "a.jpg.pdf"), ("CON", "file.pdf"), ("lpt1.txt", "file.pdf"),
        ("x" * 300, "x" * 80 + ".pdf"), ("a\r\nSet-Cookie: b.pdf", "a Set-Cookie b.pdf"), ("gpj\u202efdp.exe", "gpj fdp.pdf"),
        ("", "file.pdf"), ("估价单 (2).pdf", "估价单 (2).pdf"), ("C:\\Users\\me\\bill.pdf", "bill.pdf"), ("...", "file.pdf"),
    ],
)  # fmt: skip
def test_in10_a_name_becomes_harmless(name: str, kept: str) -> None:
    """IN10: folders, NUL, line ends, what turns the writing, names that Windows keeps; the ending says what it is."""
    assert clean_file(PDF, name).name == kept


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=200))
def test_in10_no_name_leaves_its_header(name: str) -> None:
    """IN10."""
    clean = clean_file(PDF, name).name
    assert re.fullmatch(r"[\w .()+-]{1,80}\.pdf", clean)
    assert re.fullmatch(r"attachment; filename=\"[^\"\r\n\\]+\"; filename\*=UTF-8''[A-Za-z0-9%._~-]+", saved_as(clean))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"), (b"%PDF-" + b"x" * MAX_BYTES, "too_big"), (b"<html><script>", "not_taken"), (b"<svg on=x>", "not_taken"),
        (b"MZ\x90", "not_taken"), (b"PK\x03\x04", "not_taken"), (b"GIF89a", "not_taken"), (b"\xff\xd8\xff", "not_taken"),
    ],
)  # fmt: skip
def test_in9_what_could_run_is_not_taken(data: bytes, why: str) -> None:
    """IN9, WB5: whatever its name says."""
    with pytest.raises(PhotoRefused) as no:
        clean_file(data, "harmless.pdf")
    assert no.value.key == f"dialogue.file.{why}"


@SQLITE
def test_a_file_from_the_web_page_reaches_staff_and_one_of_theirs_the_page(world: World) -> None:
    """A voice note and a PDF belong to the complaint; the topic gets them; the advisor's file is on the page, and only there."""

    async def story(floor: Floor) -> None:
        ann = floor.world.customer("web")
        await floor.says(ann, "you scratched my door")
        with floor.world.database.transaction() as session:
            assert ann.outcome
            kept = [
                media.keep(session, chat_id=ann.outcome.chat_id, now=floor.world.now, **_row(clean_file(data, name)))
                for data, name in ((PDF, "estimate.pdf"), (b"OggS it squeaks", "note.ogg"))
            ]
        for number, name in zip(kept, ("estimate.pdf", "note.ogg"), strict=True):
            await asyncio.to_thread(ann.does, "file", extra={"files": [{"id": number, "name": name}]})
            assert "the file is with your case" in ann.last.text
        floor.hires("Li", "advisor", address=71)
        await floor.until(lambda: [m.document for m in floor.group.received if m.document] == [PDF, b"OggS it squeaks"])
        li, thread = floor.fake.user(71), max(floor.group.topics)
        offer = {"file_id": floor.fake.file(PDF + b"!"), "file_name": "../our offer.exe", "file_size": 22}
        floor.group.message(li, thread, document=offer, caption="our offer")
        await floor.until(lambda: ann.last.text == "our offer")
        (file,) = ann.last.data["files"]
        assert file["name"] == "our offer.pdf"
        with floor.world.database.reading() as session:
            assert media.find(session, file["id"], ann.last.chat_id) == ("application/pdf", PDF + b"!", "our offer.pdf")
            assert media.find(session, file["id"], ann.last.chat_id + 1) is None
        floor.group.message(li, thread, document={"file_id": floor.fake.file(b"MZ"), "file_name": "x.pdf", "file_size": 2})
        await floor.sees("PDF")
        assert ann.last.text == "our offer"

    tell(world, story)


def _row(file: object) -> dict[str, object]:
    return {name: getattr(file, name) for name in ("sha256", "mime", "width", "height", "content", "name")}


@SQLITE
def test_a_visitor_sends_a_file_and_only_they_get_it_back(sample_url: str) -> None:
    """IN9, WB5, WB11: with a token, as an attachment, never shown in the page; another visitor gets nothing."""

    async def go() -> None:
        async with Site(sample_url, FEATURES) as site, site.visitor() as ann, site.visitor() as bob:
            await ann.says("you scratched my door")
            about = {**ann.auth, "Content-Type": "application/pdf", "X-Name": quote("../估价\r\n.exe")}
            path = "/chat/file?id=file-id-0001"
            for _ in range(2):  # the page sends it again when the answer was lost
                async with site.http.post(path, data=PDF, headers=about) as answer:
                    assert (await answer.json())["t"] == "ack"
            while not any(row.get("files") for row in ann.rows):
                await ann.frame()
            (row,) = [row for row in ann.rows if row.get("files")]
            ((file,), mine) = row["files"], row["mine"]
            assert (file["name"], mine) == ("估价.pdf", True)
            async with site.http.get(f"/chat/media/{file['id']}", headers=ann.auth) as answer:
                assert await answer.read() == PDF
                assert answer.headers["Content-Disposition"].startswith("attachment;")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
            async with site.http.get(f"/chat/media/{file['id']}", headers=bob.auth) as answer:
                assert answer.status == 404
            async with site.http.post("/chat/file?id=file-id-0002", data=b"<svg>", headers=about) as answer:
                assert "PDF" in (await answer.json())["why"]
            with site.database.reading() as session:
                chat = messages.after(session, 1, 0)
            assert sum(bool(message.data.get("files")) for message in chat) == 1

    asyncio.run(go())
