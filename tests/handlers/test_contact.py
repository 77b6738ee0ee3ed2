"""The contact gate in conversation: yes and no, caps over all channels, one message instead of two, and why."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from handlers.contact import actions, rules, zones
from handlers.contact.rules import Decision, Wish
from handlers.dialogue import Button, Reply
from handlers.dialogue.shop import load
from handlers.reminders import figures, rulebook
from handlers.tickets import actions as tickets
from storage import chats, contact, messages
from storage.contact import Consent
from storage.customers import Customer as Person
from storage.messages import MESSAGES
from storage.tickets import Ticket
from tests.marks import SHOP_ON_SQLITE
from tests.world import START, Customer, World


def _post(
    world: World, who: Customer, key: str, *, purpose: str = "marketing", kind: str = "season",
    text: str = "A free check for you.", due: datetime | None = None, priority: int = 5,
) -> Decision:  # fmt: skip
    assert who.outcome
    with world.database.transaction() as session:
        chat = chats.lock(session, who.outcome.chat_id)
        wish = Wish(purpose, kind, due or world.now, priority)
        reply = Reply(text, [Button("Book", "booking.start")])
        return actions.post(
            session, world.engine.memo.get(session, load), chat, wish, reply, world.now, key=key, feature="contact"
        )


def _offers(world: World, status: str | None = None) -> list[str]:
    with world.database.reading() as session:
        query = select(MESSAGES.c.text).where(MESSAGES.c.purpose == "marketing").order_by(MESSAGES.c.id)
        return list(session.scalars(query.where(MESSAGES.c.status == status) if status else query))


def _same_person(world: World, *people: Customer) -> None:
    with world.database.transaction() as session:
        customer = session.scalars(select(Person).limit(1)).one()
        for who in people:
            assert who.outcome
            session.execute(update(chats.CHATS).where(chats.CHATS.c.id == who.outcome.chat_id).values(customer_id=customer.id))


@SHOP_ON_SQLITE
def test_pv8_a_yes_keeps_the_words_that_it_was_said_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """PV8: when the words change, what was agreed to before still points at the old ones, in each language apart."""
    ann = world.customer().starts().says("/settings").presses("✗ Offers")
    world.customer(language="zh-CN").starts().says("/settings").presses("✗ 优惠")
    sources = world.engine.texts.keys("en")
    monkeypatch.setitem(sources, "contact.settings", sources["contact.settings"] + " Now and then.")
    world.customer().starts().says("/settings").presses("✗ Offers")
    ann.says("/settings")
    with world.database.reading() as session:
        old, chinese, new = (proof.version for proof in session.scalars(select(Consent).order_by(Consent.id)))
    assert (old[:3], chinese[:8], new[:3]) == ("en:", "zh-Hans:", "en:")
    assert old != new
    # And a yes to one purpose is none to another: that one is asked for by itself.
    bob = world.customer().starts()
    assert bob.outcome
    with world.database.transaction() as session:
        contact.say(session, chats.lock(session, bob.outcome.chat_id), "feedback", given=True, version="en:1", now=world.now)
    assert (_post(world, ann, "a").reason, _post(world, bob, "b").reason) == ("due", "no_consent")


def test_pv5_nobody_gets_an_offer_without_a_yes_and_the_yes_is_kept_as_proof(world: World) -> None:
    ann = world.customer().starts()
    assert _post(world, ann, "a").reason == "no_consent"
    ann.says("/settings").sees("What may we write to you about?").presses("✗ Offers")
    assert "✓ Offers" in ann.labels
    assert _post(world, ann, "b").reason == "due"
    assert _offers(world) == ["A free check for you."]
    ann.says("stop").sees("no offers")
    assert _post(world, ann, "c", due=world.now + timedelta(days=40)).reason == "no_consent"
    with world.database.reading() as session:
        proofs = session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(proof.purpose, proof.given, proof.channel) for proof in proofs] == [
        ("marketing", True, "web"),
        ("marketing", False, "web"),
    ]
    assert all(proof.version.startswith("en:") for proof in proofs)


@SHOP_ON_SQLITE
@pytest.mark.parametrize(("language", "word"), [("en", "unsubscribe"), ("zh-Hans", "退订"), ("zh-Hant", "退訂")])
def test_pv4_stop_works_in_any_language_and_in_the_middle_of_anything(world: World, language: str, word: str) -> None:
    """PV4, CC10: also for what waits already."""
    ann = world.customer("telegram", language).starts()
    ann.says("/settings")
    ann.presses(ann.labels[0])
    assert _post(world, ann, "a", due=world.now + timedelta(days=2)).reason == "due"
    assert len(_offers(world, "queued")) == 1
    ann.says(word)
    assert _offers(world, "queued") == []
    assert len(_offers(world, "cancelled")) == 1


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("stop sending me the offers", "no offers"), ("stop sending your deals please", "no offers"),
        ("stop sending me so many offers, once a month is enough", "What may we write to you about?"),
        ("别老给我推广告，偶尔发发就行", "您愿意收到哪些消息"), ("別再發廣告給我了", "不會再"),
    ],
)  # fmt: skip
def test_none_of_it_or_only_less(world: World, words: str, seen: str) -> None:
    language = "en" if words.isascii() else "zh-Hans" if "给" in words else "zh-Hant"
    world.customer(language=language).says(words).sees(seen)


@SHOP_ON_SQLITE
def test_pv5_a_minor_gets_no_offer_whatever_they_agreed_to(world: World) -> None:
    """PV5: by the birthday on file, and from the day on which they come of age in their own zone; the age is the shop's."""
    ann = world.customer().starts()
    _same_person(world, ann)
    ann.says("/settings").presses("✗ Offers")
    today = world.now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    with world.database.transaction() as session:
        session.scalars(select(Person).limit(1)).one().birthday = today.replace(year=today.year - 18) + timedelta(days=1)
    assert _post(world, ann, "a").reason == "minor"
    assert _post(world, ann, "b", purpose="service").reason == "due"
    ann.says("/why").sees("Offers are for adults.")
    world.passes(days=1)
    assert _post(world, ann, "c").reason == "due"
    with world.database.transaction() as session:
        rulebook.put_figures(session, figures.read({"adult_from": 21}), world.now)
    assert _post(world, ann, "d").reason == "minor"


def test_the_cap_holds_over_all_channels_of_a_person(world: World) -> None:
    ann, phone = world.customer("web").starts(), world.customer("telegram").starts()
    _same_person(world, ann, phone)
    ann.says("/settings").presses("✗ Offers")
    assert _post(world, ann, "a").reason == "due"
    assert _post(world, phone, "b").reason == "cap_week"
    world.passes(days=7)
    assert _post(world, phone, "c").reason == "due"
    world.passes(days=7)
    assert _post(world, phone, "d").reason == "due"
    world.passes(days=7)
    assert _post(world, phone, "e").reason == "cap_month"


def test_the_same_push_is_decided_once(world: World) -> None:
    ann = world.customer().starts().says("/settings").presses("✗ Offers")
    first = _post(world, ann, "a")
    assert [_post(world, ann, "a") for _ in range(3)] == [first] * 3
    assert len(_offers(world)) == 1


def test_what_matters_more_takes_the_place_of_what_has_not_left(world: World) -> None:
    ann = world.customer("telegram").starts().says("/settings").presses("✗ Offers")
    later = world.now + timedelta(days=2)
    assert _post(world, ann, "tip", text="A tip.", due=later, priority=9).send_at
    assert _post(world, ann, "gift", text="A gift.", due=later, priority=2).send_at
    assert _offers(world, "queued") == ["A gift."]
    assert _post(world, ann, "other", text="Another.", due=later, priority=5).reason == "cap_week"


def test_several_of_one_day_are_one_message(world: World) -> None:
    ann = world.customer("telegram").starts()
    day = world.now + timedelta(days=1)
    _post(world, ann, "a", purpose="service", kind="maintenance", text="<b>Oil</b> is due.", due=day)
    _post(world, ann, "b", purpose="service", kind="papers", text="Your <b>insurance</b> ends.", due=day + timedelta(hours=3))
    with world.database.reading() as session:
        [row] = session.execute(select(MESSAGES).where(MESSAGES.c.status == "queued", MESSAGES.c.purpose == "service")).all()
    assert row.text == "Oil is due.\n\nYour insurance ends."
    assert [row.text[start:end] for _, start, end in row.data["entities"]] == ["Oil", "insurance"]
    assert len(row.data["buttons"]) == 2


@SHOP_ON_SQLITE
@pytest.mark.parametrize("gone", ["a", "b"])
def test_a_part_of_a_message_is_taken_back(world: World, gone: str) -> None:
    """Whichever came first; and what is left is said when the first of them was due."""
    ann = world.customer("telegram").starts()
    day = world.now + timedelta(days=1)
    _post(world, ann, "a", purpose="service", kind="maintenance", text="<b>Oil</b> is due.", due=day + timedelta(hours=3))
    _post(world, ann, "b", purpose="service", kind="papers", text="Your <b>insurance</b> ends.", due=day)
    with world.database.transaction() as session:
        actions.withdraw(session, [gone])
    rest = "Your insurance ends." if gone == "a" else "Oil is due."
    with world.database.reading() as session:
        [row] = session.execute(select(MESSAGES).where(MESSAGES.c.status == "queued", MESSAGES.c.purpose == "service")).all()
    assert (row.text, row.due_at, len(row.data["buttons"])) == (rest, day, 1)
    [[_, start, end]] = row.data["entities"]
    assert rest[start:end] in ("Oil", "insurance")
    with world.database.transaction() as session:
        actions.withdraw(session, ["a", "b"])
    assert _offers(world, "queued") == []


@SHOP_ON_SQLITE
def test_no_offer_while_a_complaint_is_open(world: World) -> None:
    ann = world.customer().starts().says("/settings").presses("✗ Offers")
    ann.says("human")
    with world.database.transaction() as session:
        session.execute(update(Ticket).values(kind="complaint"))
    assert _post(world, ann, "a").reason == "complaint_open"
    assert _post(world, ann, "b", purpose="service").reason == "due"


@SHOP_ON_SQLITE
def test_a_page_shows_at_nine_what_was_decided_at_night(world: World) -> None:
    """What is for the morning is not in the chat before, and is the newest when it comes."""
    ann = world.customer().starts()
    world.now = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    assert _post(world, ann, "a", purpose="service", text="Your car.").reason == "quiet_hours"
    ann.says("help")
    assert "Your car." not in ann.received
    world.passes(hours=9)
    with world.database.transaction() as session:
        assert messages.release(session, world.now) == 1
        assert messages.release(session, world.now) == 0
    ann.sees("Your car.")


def test_another_chat_of_the_person_takes_over(world: World) -> None:
    phone, web = world.customer("telegram").starts(), world.customer("web").starts()
    _same_person(world, phone, web)
    with world.database.transaction() as session:
        assert phone.outcome
        chats.mark_unreachable(session, phone.outcome.chat_id)
    assert _post(world, phone, "a", purpose="service", text="Your car.").reason == "due"
    web.sees("Your car.")


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words", "until"),
    [
        ("en", "stop sending me ads for a month", "until Mon 21 Dec"),
        ("en", "pause offers for 2 weeks please", "until Sat 5 Dec"),
        ("en", "no more promotions this month please", "until Tue 1 Dec"),
        ("zh-Hans", "先别给我发广告了，停两个星期吧", "12月5日"),
        ("zh-Hans", "暂停推送三个月", "2月19日"),
        ("zh-Hant", "這個月別再傳廣告", "12月1日"),
        ("zh-Hant", "唔好再send廣告俾我住，停一個月", "12月21日"),
    ],
)
def test_for_some_time_is_not_for_good(world: World, language: str, words: str, until: str) -> None:
    ann = world.customer(language=language).starts().says("notification settings")
    ann.presses(ann.labels[0]).says(words).sees(until)
    assert _post(world, ann, "a").reason == "paused"
    world.passes(days=100)
    assert _post(world, ann, "b").reason == "due"


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        ("en", "please text me only in the morning", "between 09:00 and 21:00"),
        ("en", "don't text me at night", "between 09:00 and 21:00"),
        ("zh-Hans", "晚上别给我发消息", "09:00到21:00"),
        ("zh-Hant", "只可以朝早send訊息俾我", "09:00到21:00"),
    ],
)
def test_hours_of_ones_own_are_not_promised(world: World, language: str, words: str, said: str) -> None:
    world.customer(language=language).says(words).sees(said)


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    "words",
    [
        "stop sending me ads, you have been at it for 3 weeks",
        "stop spamming me with promotions, I got five for this month already",
        "你们一天发三条 别再给我发广告了",
        "已经发了两个月了，别再给我发广告",
        "这个月都收到五条了，不要再给我发广告",
        "一天到晚发广告，别再给我发广告了",
        "發了兩個月別再傳廣告",
        "近期天天收到，唔好再send廣告俾我",
    ],
)
def test_how_long_they_have_borne_it_is_no_pause(world: World, words: str) -> None:
    """A stop is for good, whatever time is named beside it."""
    ann = world.customer(language="en" if words.isascii() else "zh-Hans").starts().says("notification settings")
    ann.presses(ann.labels[0]).says(words)
    assert _post(world, ann, "a").reason == "no_consent"


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", [
            "please don't text me anymore", "don't contact me again", "stop messaging me!!", "Do not message me.",
            "take me off your list", "remove my number from your database", "no more messages please", "can u not spam me",
            "I don't want to receive any more texts", "could you please stop texting me?", "leave me alone",
            "dont want any notifications from you",
        ]),
        ("zh-Hans", [
            "别再给我发消息了", "不要给我发短信", "请不要再联系我", "不想再收到你们的信息了", "别烦我了", "可以不要再发广告吗",
            "把我从名单里删掉", "能不能别再发微信给我了，谢谢", "不要再打扰我",
        ]),
        ("zh-Hant", [
            "不要再傳訊息給我了", "唔好再send message俾我", "可以不要再發廣告嗎", "不想再收到你們的簡訊", "咪再煩我啦",
            "請勿再打擾", "唔好再傳訊息畀我，唔該",
        ]),
    ],
)  # fmt: skip
def test_who_wants_no_more_messages_is_not_told_how_to_say_so(world: World, language: str, words: list[str]) -> None:
    """Not an offer from then on; in the middle of a booking, too."""
    ann = world.customer(language=language).starts().says("oil change" if language == "en" else "换机油")
    for said in words:
        ann.says("/settings").presses("✗").says(said)
        assert _post(world, ann, f"a{said}").reason == "no_consent", said


NO_STOP = [
    "don't text me, just call me", "you never text me back", "why don't you message me", "don't message me until it is done",
    "I don't want to wait", "please don't call me before 9", "no messages about my car yet?", "did you get my messages",
    "don't contact me about the red one, I sold it", "how do I stop the messages", "take me off the waiting list for friday",
    "不要发短信，打电话给我", "你们怎么没给我发消息", "车没好之前别联系我老公", "怎么没收到你们的短信", "别发给我太太",
    "不要再换机油了", "怎樣可以不要收到廣告", "沒收到簡訊", "点解唔联络我",
]  # fmt: skip


@SHOP_ON_SQLITE
def test_how_one_wants_to_be_reached_is_no_stop(world: World) -> None:
    for words in NO_STOP:
        ann = world.customer(language="en" if words.isascii() else "zh-Hans").starts().says("/settings")
        ann.presses(ann.labels[0]).says(words)
        assert _post(world, ann, f"a{words}").reason != "no_consent", words


@SHOP_ON_SQLITE
@pytest.mark.parametrize("words", ["pause my booking", "not for a week", "我的车停两天"])
def test_below_the_menu_a_pause_is_none_of_offers(world: World, words: str) -> None:
    ann = world.customer().says("menu").says(words)
    assert not any(label in ("Allow offers", "接收优惠", "接收優惠") for label in ann.labels)


@SHOP_ON_SQLITE
def test_below_what_we_wrote_a_pause_needs_no_other_word(world: World) -> None:
    ann = (
        world.customer()
        .starts()
        .says("notification settings")
        .presses("✗ Offers")
        .says("pause for a month")
        .sees("until Mon 21 Dec")
    )
    ann.says("why did you send me that").sees("We have not written")
    world.customer(language="zh-Hant").says("別再發廣告給我了，這個月先停").sees("不會再")  # who never agreed gets none, for good


@SHOP_ON_SQLITE
def test_people_say_how_they_want_it_and_see_why(world: World) -> None:
    ann = world.customer().starts().says("notification settings").presses("✗ Offers")
    ann.presses("✓ Seasonal tips")
    assert "✗ Seasonal tips" in ann.labels
    assert _post(world, ann, "a").reason == "switched_off"
    ann.says("/settings").presses("✗ Seasonal tips").presses("Offers: once a month")
    ann.presses("No offers for 30 days").sees("No offers until")
    assert _post(world, ann, "b").reason == "paused"
    ann.says("/settings").presses("End the pause")
    assert _post(world, ann, "c").reason == "due"
    ann.says("/settings").presses("Why did I get this?")
    ann.sees("Seasonal tips: sent. It was the time for it.", "not sent. You asked for a pause.", "You switched this off.")
    ann.says("/why").sees("The last times")


@SHOP_ON_SQLITE
def test_quiet_hours_and_caps_are_the_shops_own(world: World) -> None:
    ann = world.customer().starts().says("/settings").presses("✗ Offers")
    with world.database.transaction() as session:
        own = {"quiet_from": "10:00", "quiet_until": "14:30", "per_week": 2, "per_month": 2}
        rulebook.put_figures(session, figures.read(own), world.now)
    world.passes(hours=2)  # eleven in Shanghai
    first = _post(world, ann, "a")
    assert (first.reason, first.send_at and f"{first.send_at:%d %H:%M}") == ("quiet_hours", "21 06:30")
    world.passes(days=1)
    assert _post(world, ann, "b").reason == "quiet_hours"
    assert _post(world, ann, "c").reason == "cap_week"
    assert _post(world, ann, "d", due=world.now + timedelta(days=8)).reason == "cap_month"


@SHOP_ON_SQLITE
def test_pv5_an_offer_that_took_the_place_of_another_in_one_message_counts(world: World) -> None:
    """PV5: two offers in one message are one; if the first of them is taken back, the message still counts."""
    ann = world.customer("telegram").starts().says("/settings").presses("✗ Offers")
    with world.database.transaction() as session:
        rulebook.put_figures(session, figures.read({"per_week": 2}), world.now)
    day = world.now + timedelta(days=1)
    assert _post(world, ann, "a", due=day).send_at
    assert _post(world, ann, "b", due=day).send_at
    with world.database.transaction() as session:
        actions.withdraw(session, ["a"])
        contact.hold_back(session, ["a"], "moved")
    assert _post(world, ann, "c", due=day + timedelta(days=2)).send_at
    assert _post(world, ann, "d", due=day + timedelta(days=4)).reason == "cap_week"


@SHOP_ON_SQLITE
def test_what_somebody_wants_holds_in_all_their_chats(world: World) -> None:
    """A pause that was asked for on the page is one on Telegram, too."""
    web, phone = world.customer("web").starts(), world.customer("telegram").starts()
    _same_person(world, web, phone)
    phone.says("/settings").presses("✗ Offers")
    web.says("/settings").presses("No offers for 30 days")
    web.presses("✓ Insurance and inspection")
    assert _post(world, phone, "a").reason == "paused"
    assert _post(world, phone, "b", purpose="service", kind="papers").reason == "switched_off"
    phone.says("/settings").presses("End the pause")
    phone.presses("✗ Insurance and inspection").presses("Offers: once a month")
    assert _post(world, web, "c").reason == "due"
    world.passes(days=10)
    assert _post(world, web, "d").reason == "cap_month"


@SHOP_ON_SQLITE
def test_what_is_switched_off_is_not_said_though_it_was_decided(world: World) -> None:
    ann = world.customer("telegram").starts()
    day = world.now + timedelta(days=1)
    assert _post(world, ann, "a", purpose="service", kind="papers", text="Your insurance ends.", due=day).send_at
    assert _post(world, ann, "b", purpose="service", kind="maintenance", text="Oil is due.", due=day).send_at
    ann.says("/settings").presses("✓ Insurance and inspection")
    with world.database.reading() as session:
        [row] = session.execute(select(MESSAGES).where(MESSAGES.c.status == "queued", MESSAGES.c.purpose == "service")).all()
    assert row.text == "Oil is due."
    ann.says("/why").sees("You switched this off.")


@SHOP_ON_SQLITE
def test_quiet_hours_are_those_of_the_customers_own_clock(world: World) -> None:
    ann = world.customer("telegram").starts().says("/settings").presses("✗ Offers")
    ann.presses("My time zone: Shanghai").sees("Which city")
    ann.says("hm").sees("larger city")
    ann.says("I live in New York").sees("it is 20:00")
    first = _post(world, ann, "a", due=world.now + timedelta(hours=2))
    assert (first.reason, first.send_at and f"{first.send_at:%H:%M}") == ("quiet_hours", "14:00")
    ann.says("/settings").presses("My time zone: New York").presses("The shop's time").sees("it is 09:00")


@pytest.mark.parametrize(
    ("words", "zone"),
    [("伦敦", "Europe/London"), ("在東京", "Asia/Tokyo"), ("9:02", "Asia/Shanghai"),
     ("8 pm", "America/New_York"), ("上午9点", "Asia/Shanghai"), ("06:31", "Asia/Kolkata"),
     ("99", None), ("soon", None), ("paris", "Europe/Paris")],
)  # fmt: skip
def test_a_city_or_a_time_of_day_is_a_time_zone(words: str, zone: str | None) -> None:
    assert zones.find(words, START, "Asia/Shanghai") == zone


_WHAT = ("offer", "yes", "no", "pause", "complain", "settle", "carry")


@SHOP_ON_SQLITE
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cc10_pv5_whatever_happens_in_whatever_order_no_offer_slips_through(world: World, seed: int) -> None:
    """CC10, PV5: two chats of one person, a courier that is away for days, changes of mind, complaints, offers that push others
    out: whatever left had a yes, was by day, and was within the caps; nothing left in a pause, or while a complaint was open."""
    order = random.Random(seed)
    people = [world.customer("telegram").starts(), world.customer("telegram").starts()]
    _same_person(world, *people)
    numbers = [who.outcome.chat_id for who in people if who.outcome]
    agreed, complaint, paused, left = False, False, world.now, []

    def ticket(opens: bool) -> None:
        with world.database.transaction() as session:
            if opens:
                chat = chats.lock(session, order.choice(numbers))
                tickets.open_ticket(world.work(session), chat, "complaint", "The door is scratched.")
            else:
                session.execute(update(Ticket).values(status="closed"))

    for step in range(140):
        world.passes(hours=order.choice((0, 1, 3, 9, 26)))
        who, what = (
            order.choice(people),
            order.choices(_WHAT, (9, 3, 1, 0.1, 1, 3, 9))[0],
        )
        if what == "offer":
            due = world.now + timedelta(hours=order.choice((0, 2, 30, 100)))
            _post(world, who, f"k{step}", due=due, priority=order.randint(1, 9), text=f"Offer {step}.")
        elif what in ("yes", "no"):
            with world.database.transaction() as session:
                chat = chats.lock(session, numbers[people.index(who)])
                (actions.agree if what == "yes" else actions.stop)(session, chat, "v", world.now)
                chats.save(session, chat)
            agreed = what == "yes"
        elif what == "pause":
            who.says("/settings")
            if any(label.startswith("No offers for 30") for label in who.labels):
                who.presses("No offers for 30 days")
                paused = world.now + timedelta(days=30)
        elif what in ("complain", "settle"):
            complaint = what == "complain"
            ticket(complaint)
        else:
            with world.database.transaction() as session:
                due_now = MESSAGES.c.purpose == "marketing", MESSAGES.c.status == "queued", MESSAGES.c.due_at <= world.now
                for row in session.execute(select(MESSAGES).where(*due_now)).all():
                    if later := rules.morning(row.data, world.now):
                        session.execute(update(MESSAGES).where(MESSAGES.c.id == row.id).values(due_at=later))
                        continue
                    session.execute(update(MESSAGES).where(MESSAGES.c.id == row.id).values(status="sent", sent_at=world.now))
                    left.append((world.now, agreed, complaint, world.now < paused, row.due_at))
    assert left
    for at, said_yes, _, _, _ in left:
        assert said_yes
        assert 9 <= at.astimezone(ZoneInfo("Asia/Shanghai")).hour < 21
    dues = sorted(due for *_, due in left)
    for length, most in ((timedelta(days=7), 1), (timedelta(days=30), 3)):
        assert all(sum(first <= other < first + length for other in dues) <= most for first in dues)
    assert not [at for at, _, open_, _, _ in left if open_]
    assert not [at for at, _, _, pause, _ in left if pause]
