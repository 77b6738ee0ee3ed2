"""The engine in conversation: universal words, forms, questions in between, buttons that are gone, and what breaks."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from handlers.dialogue import Incoming, flood
from storage import chats, messages
from storage.entries import Gap
from storage.tickets import Ticket
from tests.marks import SHOP_ON_SQLITE
from tests.world import Customer, World


@SHOP_ON_SQLITE
def test_a_newcomer_is_greeted_in_the_language_of_the_channel(world: World) -> None:
    world.customer(language="zh-TW").starts().sees("您好！我是", "儘管問")
    world.customer(language="fr").starts().sees("Hello!")


@SHOP_ON_SQLITE
def test_the_words_typed_decide_when_they_are_clearly_another_language(world: World) -> None:
    ann = world.customer(language="en").starts()
    ann.says("你们几点开门").sees("今天：")
    ann.says("菜单").sees("有什么可以帮您")


@SHOP_ON_SQLITE
def test_the_language_chosen_is_remembered(world: World) -> None:
    ann = world.customer(language="en").starts()
    ann.says("language").presses("繁體中文").sees("好的，我會說繁體中文")
    world.passes(days=30)
    ann.says("menu").sees("有什麼可以幫您")
    ann.says("简体中文").sees("好的，我会说简体中文")


@SHOP_ON_SQLITE
@pytest.mark.parametrize("word", ["menu", "MENU!", "菜单", "選單", "/menu", "/menu@bay_bot", "main mneu", "ｍｅｎｕ"])
def test_menu_in_any_spelling(world: World, word: str) -> None:
    ann = world.customer().starts()
    ann.says(word)
    assert ann.last.data["passing"]


@SHOP_ON_SQLITE
@pytest.mark.parametrize("word", ["advisor", "human", "人工", "轉人工", "真人服務", "adviser", "a person please", "personn"])
def test_a_person_can_be_asked_for_at_any_point(world: World, word: str) -> None:
    ann = world.customer().starts()
    ann.presses("Prices").sees("price of")
    ann.says(word)
    with world.database.reading() as session:
        [ticket] = session.query(Ticket).all()
    assert (ticket.kind, ticket.status) == ("question", "open")
    assert "ask" not in ann.last.data


@SHOP_ON_SQLITE
def test_a_question_in_the_middle_of_a_form_is_answered_and_the_form_asks_again(world: World) -> None:
    ann = world.customer().starts()
    ann.says("how much is a minor service").sees("for which car?")
    ann.says("when are you open on saturday?").sees("Sat 28 Nov", "for which car?")
    ann.says("A4").sees("Minor service", "A4", "¥")


@SHOP_ON_SQLITE
def test_back_asks_the_question_before_and_cancel_ends_it(world: World) -> None:
    ann = world.customer().starts()
    ann.presses("Prices").says("minor service").sees("for which car?")
    ann.says("back").sees("price of")
    ann.says("major service").sees("for which car?")
    ann.presses("Cancel").sees("cancelled")
    ann.says("cancel").sees("nothing to cancel")


@SHOP_ON_SQLITE
def test_language_help_and_stop_leave_the_form_where_it_is(world: World) -> None:
    ann = world.customer().starts()
    ann.says("how much is a minor service").sees("for which car?")
    ann.says("help").sees("These words always work", "for which car?")
    ann.says("stop").sees("no offers", "for which car?")
    ann.says("language").presses("简体中文").sees("简体中文", "您的车是哪一款")
    ann.says("A4").sees("小保养", "¥")


@SHOP_ON_SQLITE
def test_a_stale_button_does_nothing_and_says_so(world: World) -> None:
    """AU2, CC7, IN16."""
    ann = world.customer().starts()
    ann.presses("Prices")
    old = ann.button("Minor service")
    ann.does("press", press=old).sees("for which car?")
    before = len(ann.received)
    ann.does("press", press=old)
    assert "no longer in use" in ann.toast
    assert len(ann.received) == before


@pytest.mark.parametrize(
    "forged", ["", "x", "AAAAAAAAAAAA.0", "AAAAAAAAAAAA.999", "'; DROP TABLE chats;--", "\x00" * 64, "a" * 64, "９９.９"]
)
def test_a_forged_button_does_nothing_and_says_so(world: World, forged: str) -> None:
    """IN16."""
    ann = world.customer().starts()
    before = len(ann.received)
    ann.does("press", press=forged)
    assert "no longer in use" in ann.toast
    assert len(ann.received) == before


@SHOP_ON_SQLITE
def test_what_an_older_release_left_behind_is_met_politely(world: World) -> None:
    """PR11: a button whose feature is gone, and a chat in the middle of a form that there is no more."""
    ann = world.customer().starts()
    assert ann.outcome
    with world.database.transaction() as session:
        chat = chats.lock(session, ann.outcome.chat_id)
        buttons = [[{"label": "Old", "do": "gone.thing", "value": 1}, {"label": "Older", "do": "answer", "value": 2}]]
        row = messages.outgoing(
            chat.id, "web", pulls=True, text="From before", data={"buttons": buttons}, now=world.now, token="oldrelease12"
        )
        messages.post(session, [row])
        chat.form, chat.slot, chat.answers = "gone.form", "size", {"size": "xl"}
        chats.save(session, chat)
    for button in ("oldrelease12.0", "oldrelease12.1"):
        ann.does("press", press=button)
        assert "no longer in use" in ann.toast
    ann.says("how much is a minor service for my A4?").sees("¥899")


@SHOP_ON_SQLITE
def test_another_persons_button_does_nothing(world: World) -> None:
    """AU2."""
    ann, bob = world.customer().starts(), world.customer().starts()
    bob.does("press", press=ann.button("Prices"))
    assert "no longer in use" in bob.toast


def test_the_same_update_twice_has_its_effect_once(world: World) -> None:
    """CH13."""
    ann = world.customer().starts()
    for _ in range(5):
        ann.says("human", key="one-update")
    assert ann.outcome is not None
    assert ann.outcome.duplicate
    assert [text for text in ann.received if "called a colleague" in text] == [ann.last.text]


@SHOP_ON_SQLITE
def test_a_form_idle_for_a_day_is_left_with_a_kind_word(world: World) -> None:
    ann = world.customer().starts()
    ann.says("how much is a minor service").sees("for which car?")
    world.passes(hours=25)
    ann.says("when are you open?").sees("put our last question aside", "Today:")
    assert "for which car" not in ann.last.text


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_a_button_of_a_form_that_was_idle_for_a_day_brings_the_kind_word(world: World) -> None:
    """It is the newest message: "please use the newest message" would lead nowhere."""
    ann = world.customer().starts()
    ann.says("how much is a minor service").sees("for which car?")
    world.passes(hours=25)
    ann.presses("Audi A4").sees("put our last question aside")
    assert ann.toast == ""
    ann.presses("Menu").sees("What can I do")


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "menu: What can I do; back: price of; cancel: cancelled; help: always work; language: Which language; "
               "stop: no offers; advisor: a colleague"),
        ("zh-CN", "菜单: 有什么可以帮您; 返回: 哪一项; 取消: 已经取消; 帮助: 随时; 语言: 哪种语言; "
                  "退订: 优惠; 人工: 同事"),
        ("zh-TW", "選單: 有什麼可以幫您; 上一步: 哪一項; 取消: 已經取消; 說明: 隨時; 語言: 哪種語言; "
                  "退訂: 優惠; 人工: 同事"),
    ],
)  # fmt: skip
def test_every_universal_word_works_at_the_second_question_of_a_form(world: World, language: str, said: str) -> None:
    for word, seen in (pair.split(": ") for pair in said.split("; ")):
        ann = world.customer(language=language).starts()
        ann.presses({"en": "Prices", "zh-CN": "价格查询", "zh-TW": "查詢價格"}[language])
        ann.presses({"en": "Minor", "zh-CN": "小保养", "zh-TW": "小保養"}[language])
        ann.says(word).sees(seen)


@SHOP_ON_SQLITE
def test_after_two_answers_that_fit_nothing_a_person_is_offered(world: World) -> None:
    ann = world.customer().starts()
    ann.says("how much is a minor service")
    ann.says("qqqq").sees("I don't find that car")
    assert "Talk to a person" not in ann.labels
    ann.says("zzzz")
    assert "Talk to a person" in ann.labels


def test_what_nobody_can_answer_is_said_and_filed(world: World) -> None:
    ann = world.customer().starts()
    ann.says("what is the capital of mongolia").sees("I won't guess")
    with world.database.reading() as session:
        [gap] = session.query(Gap).all()
    assert (gap.text, gap.kind) == ("what is the capital of mongolia", "question")
    ann.presses("Talk to a person").sees("called a colleague")


def test_a_crash_is_apologised_for_with_a_number_and_handed_to_a_person(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """PR6: rolled back, logged, said, handed over; and the chat goes on."""
    ann = world.customer().starts()
    world.engine.conversation.words["menu"] = ("welcome", lambda turn: 1 / 0)  # type: ignore[arg-type,return-value]
    ann.says("menu").sees("something went wrong", "number E")
    number = ann.last.text.split("number ")[1].split(")")[0]
    assert number in caplog.text
    with world.database.reading() as session:
        [ticket] = session.query(Ticket).all()
    assert (ticket.kind, ticket.error) == ("error", number)
    ann.says("help").sees("These words always work")


@SHOP_ON_SQLITE
@pytest.mark.parametrize("broken", ["returns nothing", "calls itself", "never ends"])
def test_a_feature_that_misbehaves_is_apologised_for(world: World, broken: str) -> None:
    """PR6: returns None, recurses, hangs; the chat is not stuck."""

    def recurse(turn: object) -> object:
        return recurse(turn)

    def hang(_turn: object) -> object:
        while True:
            pass

    world.engine.conversation.words["menu"] = (
        "welcome",
        {"returns nothing": lambda turn: None, "calls itself": recurse, "never ends": hang}[broken],
    )  # type: ignore[assignment]
    world.engine.watch.limit = 0.2
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.05):
            world.engine.watch.look()

    looking = threading.Thread(target=look)
    looking.start()
    ann = world.customer().says("menu").sees("something went wrong")
    ended.set()
    looking.join()
    ann.says("help").sees("These words always work")


def test_a_button_pressed_twenty_times_at_once_has_one_effect(world: World) -> None:
    """CC7, on several threads as several workers would."""
    ann = world.customer().starts().presses("Prices")
    press = ann.button("Minor service")
    arrivals = [Incoming("web", ann.address, f"press:{n}", "press", press=press, pulls=True) for n in range(20)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda incoming: world.engine.take([incoming], world.now)[0], arrivals))
    assert sum(outcome.spoke for outcome in outcomes) <= 2  # the effect, and perhaps one word that it was a lot at once
    assert [text for text in ann.received if "for which car?" in text] == [ann.received[2]]


def test_messages_of_one_chat_keep_their_order_whoever_handles_them(world: World) -> None:
    """CC8: ids of a chat rise with the order in which its turns were committed."""
    ann = world.customer("terminal").starts()
    arrivals = [Incoming("terminal", ann.address, f"order:{n}", "text", text="help", pulls=True) for n in range(30)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda incoming: world.engine.take([incoming], world.now), arrivals))
    kinds = [message.incoming for message in ann.transcript]
    assert kinds == [True, False] * 31


def test_in_a_batch_a_crash_hurts_nobody_else(world: World) -> None:
    """PR6: what came in together is taken one by one when one of it breaks."""
    world.engine.conversation.words["menu"] = ("welcome", lambda turn: 1 / 0)  # type: ignore[arg-type,return-value]
    arrivals = [Incoming("web", f"p{n}", f"batch:{n}", "text", text="menu" if n == 1 else "help", pulls=True) for n in range(3)]
    outcomes = world.engine.take(arrivals, world.now)
    with world.database.reading() as session:
        said = [messages.latest(session, outcome.chat_id)[-1].text for outcome in outcomes]
    assert ["something went wrong" in text for text in said] == [False, True, False]


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_a_flood_gets_a_few_replies_and_slows_nobody(world: World) -> None:
    """AB1: a message each hundredth of a second gets three replies at most, and a bounded number of them is kept."""
    ann, bob = world.customer().starts(), world.customer().starts()
    before = len(ann.received)
    for number in range(500):
        world.passes(milliseconds=10)
        ann.says("menu", at_once=True)
        if number == 400:
            _has_sent(world, ann, flood.MOST_AN_HOUR - 50)
    assert len(ann.received) - before <= 3
    assert _kept(world) == 401 + 50
    bob.says("menu", at_once=True).sees("What can I do")
    world.passes(hours=1)
    ann.says("menu").sees("49 messages of the hour before were not written down", "What can I do")
    ann.says("menu").sees("What can I do")
    assert "not written down" not in ann.last.text


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_who_sends_too_much_slowly_is_told_that_it_is_not_kept(world: World) -> None:
    ann = world.customer().starts()
    _has_sent(world, ann, flood.MOST_AN_HOUR)
    before = len(ann.received)
    for _ in range(5):
        ann.says("menu")
    ann.sees("2000 messages within an hour", "next 60 min")
    assert len(ann.received) == before + 1
    assert ann.outcome
    assert ann.outcome.dropped


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_who_wants_no_more_offers_is_heard_in_any_flood(world: World) -> None:
    ann = world.customer().starts()
    for _ in range(20):
        ann.says("menu", at_once=True)
    ann.says("/stop", at_once=True).sees("you will get no offers")
    bob = world.customer().starts()
    _has_sent(world, bob, flood.MOST_AN_HOUR)
    bob.says("menu").says("unsubscribe").sees("you will get no offers")
    before = len(bob.received)
    bob.says("unsubscribe")
    assert len(bob.received) == before


def _has_sent(world: World, person: Customer, count: int) -> None:
    with world.database.transaction() as session:
        assert person.outcome
        session.execute(
            update(chats.CHATS).where(chats.CHATS.c.id == person.outcome.chat_id).values(hour=count, hour_at=world.now)
        )


def _kept(world: World) -> int:
    with world.database.reading() as session:
        return session.query(messages.MESSAGES).filter_by(status="received", kind="text").count()


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "\ud83d", "a\ufffe\u202e\u200b", "🙂" * 4096, "x" * 100_000, "é" * 10_000, "{{7*7}}", "%s%n{0}", "<b>"],
)
def test_text_of_any_kind_is_answered(world: World, text: str) -> None:
    """IN2, IN3, IN17, WB7."""
    ann = world.customer().starts()
    before = len(ann.received)
    ann.says(text)
    assert len(ann.received) == before + 1


@SHOP_ON_SQLITE
def test_photos_and_other_things_get_a_plain_word(world: World) -> None:
    ann = world.customer().starts()
    ann.does("photo", media=("abc",)).sees("kept the photo")
    ann.does("other").sees("words and photos")
    ann.does("other", extra={"refusal": "dialogue.photo.too_big"}).sees("larger than 10 MB")
    ann.says("how much is a minor service").does("photo", media=("abc",)).sees("kept the photo", "for which car?")
    ann.does("other", extra={"refusal": "dialogue.photo.empty"}).sees("arrived empty", "for which car?")


@SHOP_ON_SQLITE
def test_a_deep_link_names_a_store_or_a_question(world: World) -> None:
    """AU14: it carries no privilege; what it does not know it ignores."""
    ann = world.customer().starts("faq-opening_hours")
    ann.sees("Today:")
    for payload in ("admin_1", "x" * 64, "store-nowhere", "faq-", "店"):
        ann.starts(payload).sees("Hello!")


@SHOP_ON_SQLITE
def test_in_an_advisors_hands_the_bot_is_silent_until_the_ticket_is_closed(world: World) -> None:
    from handlers.tickets import actions

    ann = world.customer().starts().says("advisor")
    with world.database.transaction() as session:
        actions.reply(world.work(session), session.query(Ticket).one(), "Hello, this is Li. <b>What</b> happened?")
    ann.sees("this is Li. <b>What</b> happened?")
    ann.says("how much is a minor service").sees("this is Li")
    ann.says("語言").sees("哪種語言").presses("English").sees("I'll speak English")
    with world.database.transaction() as session:
        actions.close(world.work(session), session.query(Ticket).one())
    ann.sees("answering again")
    ann.says("menu").sees("What can I do")
