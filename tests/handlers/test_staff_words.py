"""What staff write: everything that begins with a slash stays with staff, whatever is done to it; the rest arrives once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.tickets import aims
from handlers.tickets.aims import Aim
from storage import messages
from storage.tickets import Ticket
from tests.handlers.staff_room import Room
from tests.world import Customer, World

SQLITE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
SECRET = "chrysanthemum"

blanks = st.text(st.sampled_from(" \t\n\u3000\u00a0\u200b\ufeff\u2060\u3164\u202e\u0301"), max_size=4)
slash = st.sampled_from("/／⁄∕、")
marks = st.one_of(
    st.tuples(blanks, slash, blanks, slash).map("".join),
    st.tuples(blanks, slash, st.sampled_from(["note", "NOTE", "Note@bayline_bot", "ｎｏｔｅ", "备注", "備註"])).map("".join),
)
rest = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
notes = st.tuples(marks, st.sampled_from([" ", "\n", "\u3000", ": "]), rest).map(lambda parts: "".join(parts) + SECRET)
plain = st.from_regex(r"[A-Za-z客户您好][ A-Za-z0-9客户您好.,/:]{0,20}", fullmatch=True)


@settings(max_examples=60)
@given(notes)
def test_a_marked_text_is_a_note(text: str) -> None:
    read = aims.read(text)
    assert read.aim is Aim.NOTE
    assert SECRET in read.words


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_nothing_that_begins_with_a_slash_is_a_reply(text: str) -> None:
    assert aims.read("/" + text).aim in (Aim.NOTE, Aim.COMMAND)
    assert aims.read("\u3000／" + text).aim in (Aim.NOTE, Aim.COMMAND)


@settings(max_examples=40)
@given(plain)
def test_everything_else_is_a_reply(text: str) -> None:
    assert aims.read(text).aim is Aim.REPLY
    assert aims.read(text + "\n// " + SECRET).aim is Aim.MIXED


@pytest.mark.parametrize(
    "text", ["and/or", "see https://example.org//x", "1/2 price", "您好，周一/周二都可以", "3//4", "note: call us"]
)
def test_slashes_further_on_are_words(text: str) -> None:
    assert aims.read(text).aim is Aim.REPLY


deeds = st.lists(
    st.one_of(
        st.tuples(st.just("writes"), st.one_of(notes, plain)),
        st.tuples(st.just("sends"), st.one_of(notes, plain, st.just(""))),
        st.tuples(st.just("album"), st.lists(st.one_of(notes, st.just("")), min_size=2, max_size=3)),
        st.tuples(st.just("edits"), st.one_of(notes, plain, st.just(SECRET))),
        st.tuples(st.just("arrives"), st.just("")),
    ),
    min_size=1,
    max_size=6,
)


@SQLITE
def test_no_word_of_a_note_ever_reaches_the_customer(world: World) -> None:
    """Texts, captions, albums, and edits that make a note of a reply and the other way round."""
    ann, room = world.customer("telegram", address="7"), Room(world)
    ann.says("you scratched my door")
    room.hires("Li", address="71")
    room.tells()

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(deeds)
    def never(story: list[tuple[str, object]]) -> None:
        last = None
        for deed, what in story:
            if deed == "writes":
                last = room.writes("71", str(what))
            elif deed == "sends":
                last = room.writes("71", str(what), kind="copy")
            elif deed == "album":
                album = world.key()
                assert isinstance(what, list)
                # One that is marked makes all of them notes, wherever in the album it stands.
                words = [*what, f"// {SECRET}"] if not any(what) else what
                told = len(to(ann))
                parts = [room.writes("71", text, kind="copy", album=album) for text in words]
                room.arrives()
                assert [row for row in to(ann)[told:] if row.kind in ("album", "copy")] == []
                last = parts[0]
            elif deed == "edits" and last is not None and "edited" not in last.key:
                if str(what) != SECRET or (last.text and aims.read(last.text).aim is Aim.NOTE):
                    again = {name: getattr(last, name) for name in ("ref", "thread", "address", "person", "kind", "album")}
                    room.hears(type(last)(key=world.key(), text=str(what), edited=True, **again))
            elif deed == "arrives":
                room.arrives()
        assert not [row.text for row in to(ann) if SECRET in row.text]

    never()


def to(customer: Customer) -> list[messages.Message]:
    return [message for message in customer.transcript if not message.incoming]


@SQLITE
def test_a_reply_becomes_a_note_and_a_note_stays_one(world: World) -> None:
    ann, room = world.customer("telegram", address="7"), Room(world)
    ann.says("you scratched my door")
    room.hires("Li", address="71")
    room.tells()
    first = room.writes("71", "He is a friend of the boss")
    again = {"address": first.address, "person": "71", "ref": first.ref, "thread": first.thread, "edited": True}
    room.hears(type(first)(key=world.key(), text="// He is a friend of the boss", **again))  # type: ignore[arg-type]
    ann.sees("A colleague is with you")  # it had not left: nobody has seen it
    assert room.notes == ["He is a friend of the boss"]
    room.hears(type(first)(key=world.key(), text="He is a good friend", **again))  # type: ignore[arg-type]
    assert room.notes == ["He is a good friend"]
    assert "stays a note" in room.rows[-1].text
    second = room.writes("71", "Come by at 3")
    room.arrives()
    again["ref"] = second.ref
    room.hears(type(first)(key=world.key(), text="／／Come by at 3", **again))  # type: ignore[arg-type]
    assert (ann.last.kind, ann.last.edits) == ("delete", next(m.id for m in ann.transcript if m.text == "Come by at 3"))
    assert "may have read it" in room.rows[-1].text


@SQLITE
def test_an_answer_to_a_question_whose_number_was_never_written_down_stays_with_staff(world: World) -> None:
    """PR1: the worker dies when it has asked for cause and remedy, before it knows under which number. They are for staff."""
    ann, room = world.customer("telegram", address="7"), Room(world)
    ann.says("you scratched my door")
    room.hires("Li", role="manager", address="71")
    room.tells()
    room.presses("71", room.button("claim"))
    room.presses("71", room.button("resolve"))
    asked = next(row for row in reversed(room.rows) if row.data.get("asks"))
    assert asked.channel_ref is None
    room.writes("71", "Our dryer\nPolished\nNew brushes", reply_to="4711", replied=asked.text)
    assert room.ticket().status == "resolved"
    assert [row.text for row in to(ann) if "Our dryer" in row.text and "New brushes" not in row.text] == []
    assert [row.kind for row in to(ann) if row.text == "Our dryer\nPolished\nNew brushes"] == []


@SQLITE
def test_an_update_has_its_effect_once(world: World) -> None:
    """Killed before the confirmation, Telegram delivers it again: words, notes and presses."""
    ann, room = world.customer("telegram", address="7"), Room(world)
    ann.says("you scratched my door")
    room.hires("Li", address="71")
    room.tells()
    for text in ("Come by at 3", "// a note"):
        word = room.writes("71", text)
        assert room.hears(word).duplicate
    room.arrives()
    assert (ann.received.count("Come by at 3"), room.notes) == (1, ["a note"])


@SQLITE
def test_whoever_is_dismissed_or_unknown_is_told_so_and_nothing_happens(world: World) -> None:
    """AU8: in mid-chat; an anonymous administrator and somebody of another store likewise. Strangers are told once an hour."""
    ann, room = world.customer("telegram", address="7"), Room(world)
    ann.says("you scratched my door")
    li = room.hires("Li", address="71")
    with world.database.transaction() as session:
        session.get_one(Ticket, 1).store_id = 1
    room.hires("Wang", "manager", address="73", store_id=2)
    room.tells()
    room.writes("71", "Come by at 3")
    room.dismisses(li)
    before = len(ann.transcript)
    for person in ("71", "71", "72", "", "73"):
        room.writes(person, "and bring the keys")
        room.writes(person, "// a note", kind="copy")
    assert len(ann.transcript) == before
    assert room.notes == []
    said = [row.text for row in room.rows if "Nothing was sent or done" in row.text or "没有发出，也没有执行" in row.text]
    assert len(said) == 3
    assert sum("another store" in row.text for row in room.rows) == 2


@SQLITE
def test_an_album_is_one_message_and_a_mark_in_it_makes_it_a_note(world: World) -> None:
    ann, room = world.customer("telegram", address="7"), Room(world)
    ann.says("you scratched my door")
    room.hires("Li", address="71")
    room.tells()
    for index in range(3):
        room.writes("71", "" if index else "the offer", kind="copy", album="A")
    assert (ann.last.kind, ann.last.text, len(ann.last.data["copy"]["refs"])) == ("album", "the offer", 3)
    room.writes("71", "", kind="copy", album="B")
    room.writes("71", "// internal", kind="copy", album="B")
    room.writes("71", "", kind="copy", album="B")
    assert len(ann.last.data["copy"]["refs"]) == 3
    assert room.notes == ["[附有文件] internal"] or room.notes == ["[with an attachment] internal"]


@SQLITE
def test_what_a_web_page_cannot_show_is_refused_in_words(world: World) -> None:
    ann, room = world.customer("web"), Room(world)
    ann.says("you scratched my door")
    room.hires("Li", address="71")
    room.tells()
    room.writes("71", "the offer", kind="copy")
    assert "takes words and photos only" in room.rows[-1].text
    first = room.writes("71", "Come by at 3")
    ann.sees("Come by at 3")
    again = {"address": first.address, "person": "71", "ref": first.ref, "thread": first.thread, "edited": True}
    room.hears(type(first)(key=world.key(), text="Come by at 4", **again))  # type: ignore[arg-type]
    assert (ann.last.text, ann.last.edits is not None) == ("Come by at 4", True)
    room.hears(type(first)(key=world.key(), text="// Come by at 4", **again))  # type: ignore[arg-type]
    ann.sees("This message was taken back.")
