"""Complaints clause by clause: what is said beside praise or a question is heard, and what is only praised or asked is none."""

import pytest

from handlers.contact.flow import wants_none
from handlers.tickets.rules import PERHAPS, Rules, shipped
from storage.tickets import Ticket
from tests.world import World

RULES = Rules(shipped())


@pytest.mark.parametrize(
    ("words", "tier"),
    [
        ("Lovely people on the desk, but you scratched my door", "serious"),
        ("Thank you for the great service. Your mechanic dented my wing though.", "serious"),
        ("thanks guys, quick as always, but my daughter was injured by your ramp", "critical"),
        ("Great job on the paint, shame your receptionist was so rude", "minor"),
        ("The noise is gone, but you scratched my bumper", "serious"),
        ("服务很好，但是你们把我的轮毂刮花了", "serious"),
        ("师傅辛苦了，可惜取车的时候等了两个小时", "minor"),
        ("态度不错，不过你们的地滑，我滑倒了", "critical"),
        ("服務很好，但你們把我的車門刮花了", "serious"),
        ("服务员很热情，但是把我轮毂刮花了", "serious"),
        ("前台很热心，可是将我的后视镜弄断了", "serious"),
        ("店員好熱情，不過將我架車整花咗", "serious"),
        ("師傅態度好好，不過你哋刮花我部車", "serious"),
    ],
)
def test_praise_hides_nothing_that_is_said_beside_it(words: str, tier: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, verdict.tier) == (True, tier)


@pytest.mark.parametrize(
    "words",
    [
        "Thanks, great service, the scratch is gone",
        "very happy with the repair, no more noise",
        "Thank you for the quick help, see you next year",
        "服务很好，谢谢师傅，划痕都处理掉了",
        "异响没了，修得很好",
        "服務很棒，態度很好，下次再來",
        "多謝晒，態度好好",
        "前台小姑娘很热情，还给我倒茶",
    ],
)
def test_praise_alone_is_no_complaint(words: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, PERHAPS in verdict.kinds) == (False, False)


@pytest.mark.parametrize(
    "words",
    [
        "you scratched my door, can you polish it out",
        "your mechanic broke my mirror, how much is a new one",
        "你们把我的门刮花了，能不能帮我抛光",
        "保养完你们忘了拧螺丝，地上一滩油，我想问问要不要紧",
        "你哋刮花我架車，係咪要補漆",
    ],
)
def test_what_complains_beside_a_question_is_asked_about(words: str) -> None:
    verdict = RULES.judge(words)
    assert verdict.complaint or PERHAPS in verdict.kinds


@pytest.mark.parametrize(
    "words",
    [
        "do you fix scratches, and how long does it take",
        "can you take my car on Friday, the brakes squeal",
        "how much for a polish, there are scratches on the door",
        "你们能补漆吗，车门有划痕",
        "你們洗車洗完會不會有太陽紋，多久洗一次比較好",
        "先做保養，再看煞車，週四可以嗎",
    ],
)
def test_a_mere_question_is_not_asked_about(words: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, PERHAPS in verdict.kinds) == (False, False)


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_the_second_ear_hears_what_is_said_beside_praise(world: World) -> None:
    world.customer().says("Great service last year. But your guy at the desk rolled his eyes when I asked about the bill").sees(
        "very sorry"
    )


@pytest.mark.parametrize(
    ("words", "tier"),
    [
        # bills
        ("The quote said 640, the invoice says 915. Nobody rang me about the difference.", "minor"),
        ("报价八百，结账变成一千三，没人跟我说过", "minor"),
        ("結帳2650，當初說1800，差的錢怎麼回事", "minor"),
        ("報價$1800，埋單變$2650，無人通知過我", "minor"),
        ("沒問過我就換了四顆火星塞", "minor"),
        ("一个灯泡收我两百工时费，凭什么", "minor"),
        # appointments and promises
        ("This is the second time you cancel my appointment on the day itself", "minor"),
        ("预约了九点，到了说没有我的记录", "minor"),
        ("取消了我的预约连个通知都没有", "minor"),
        ("師傅成日遲到，約咗十點佢十一點先嚟", "minor"),
        ("話好三點交車，而家六點都未得", "minor"),
        ("訂金付了三個月，車在哪", "minor"),
        ("I put in a complaint two weeks ago, got an automatic reply and then silence", "serious"),
        # work, damage, data
        ("There's a scratch on the bumper that was NOT there when I handed over the keys", "serious"),
        ("攞返架車發現門邊多咗條花", "serious"),
        ("补漆补得像狗啃的", "serious"),
        ("車交返嚟有花痕，點解冇人講", "serious"),
        ("还车的时候后保险杠有个坑，没人说一声", "serious"),
        ("把我车门蹭了一大块就当没事", "serious"),
        ("部車攞返嚟個尾門凹咗", "serious"),
        ("My new tint is full of bubbles", "serious"),
        ("the new wrap is peeling at the edges", "serious"),
        ("架車整咗三次都未搞掂", "serious"),
        ("换完大灯灯泡一边高一边低", "serious"),
        ("一直收到別人的帳單，你們個資怎麼管的", "serious"),
        # manners
        ("Please stop fobbing me off and get me someone who can actually answer", "minor"),
        ("你们那个前台态度能不能改改，我问句话跟欠她钱一样", "minor"),
        ("你們打電話推銷，我說了不要三次還一直講", "minor"),
        # people hurt, and the law
        ("someone at your place hit me with the door of a car and walked off", "critical"),
        ("I was assaulted by one of your drivers", "critical"),
        ("在你們廠裡跌倒，手腕扭到", "critical"),
        ("我喺你哋度跌親，隻腳腫晒", "critical"),
        ("被你们的升降机夹了手", "critical"),
        ("再不處理我就提告", "critical"),
        ("再不解决我就去消费者协会告你们", "critical"),
        ("我找12315了", "critical"),
        # brakes, fuel and wheels after our work
        ("Brakes have been soft ever since your service on Friday", "critical"),
        ("修完刹车踩下去软绵绵的，跟以前不一样", "critical"),
        ("煞車修完變得很軟，踩到底才有", "critical"),
        ("啱啱喺你哋度換完迫力皮，腳掣淋晒", "critical"),
    ],
)
def test_what_people_are_angry_about_is_a_complaint(words: str, tier: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, verdict.tier) == (True, tier)


@pytest.mark.parametrize(
    "words",
    [
        # other shops, their own doing, what a car does
        "Another shop quoted me 1900 for a clutch, is that a rip off?",
        "Brake fluid. Every two years. Scam or real?",
        "My previous garage charged me twice for the same job, are you any better?",
        "My old dealer never called back so I'm trying you",
        "原来那家4S态度太差，想换到你们这",
        "外面車房整壞咗，你哋可以執返好嗎",
        "軚盤震，係咪上次換呔嗰間冇做平衡呢",
        "My aircon smells sour, I changed the cabin filter last month",
        "Charged my car to 100 every night because nobody told me not to. How screwed am I",
        "對方撞到我停在路邊的車，你們可以先估價嗎",
        "個車窗跌咗落去升唔返，可唔可以俾你哋整",
        # bookings, prices, waiting for others
        "先做保养再看刹车，周四行吗",
        "先洗車再做內裝可以嗎",
        "约了周四九点，才想起来要改期",
        "报价满意再结账",
        "Do you charge for a diagnosis if I don't go ahead?",
        "12伏电瓶什么价",
        "I've been waiting for the tow truck for an hour, can you come?",
        "do you guys have anything open on Friday",
        # who did it is somebody else, or they themselves
        "邻居把我的车门刮花了，补一下要多久",
        "我把我老婆的车刮花了",
        "外卖小哥把我后视镜撞坏了",
        "倒车时把我轮毂磕了",
        "有个电动车把我保险杠蹭了",
        "細路仔將我部車整花咗",
        # film that is wanted new
        "I want a new tint, the old film is bubbling",
        "need a new wrap, this one is peeling",
        # what somebody has spilt
        "the dog threw up on the back seat",
        "my daughter spilt milk all over the carpet",
        "娃把酸奶洒在后座了",
        "隻貓喺座位屙咗尿",
        # money back that is only asked about
        "退钱一般几天到账",
        "退款流程",
        "退定金怎么退",
        "退錢要多久",
        "Do I get a refund if I cancel?",
        # thanks, opt-outs, no hurry
        "Couldn't be happier, you even cleaned the wheels",
        "你們服務真的很棒，都不用等",
        "没什么不满意的，谢谢",
        "stop messaging me",
        "不要再传广告，很烦",
        "唔好再send嘢畀我",
        "個銀包好似跌咗喺休息室",
        "我打了電話給你們",
    ],
)
def test_what_only_sounds_like_it_is_none(words: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, PERHAPS in verdict.kinds) == (False, False)


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You said it would be ready by noon!!"),
        ("en", "Is it normal that you return a car with the wheel bolts loose?"),
        ("zh-TW", "我要退費"),
        ("zh-HK", "換個燈泡工資收八百，搶錢嗎"),
        ("zh-CN", "退钱"),
        ("zh-TW", "退錢啦"),
        ("en", "refund me please"),
        ("en", "give me my money back"),
        ("en", "you never told me about the extra charge"),
    ],
)
def test_in_doubt_it_is_asked_and_a_typed_yes_is_heard_below_an_answer(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says(words)
    assert ann.labels[0] in ("Yes, pass it on", "是的，转给同事", "是的，轉給同事")
    with world.database.reading() as session:
        assert session.query(Ticket).count() == 0
    ann.says("yes" if language == "en" else "是")
    with world.database.reading() as session:
        assert [(ticket.kind, ticket.summary) for ticket in session.query(Ticket)] == [("complaint", words)]


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-TW", "冷氣出風口一直有酸味，濾網上個月才換"),
        ("zh-CN", "洗车+打蜡，明早八点半前能弄完不，我要去接亲"),
        ("en", "coolant flush and new thermostat on a 2014 1 series, roughly? had it gargling behind the dash all winter"),
    ],
)
def test_what_a_car_does_opens_nothing(world: World, language: str, words: str) -> None:
    world.customer(language=language).says(words)
    with world.database.reading() as session:
        assert session.query(Ticket).count() == 0


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_who_wants_to_talk_to_the_manager_gets_a_person(world: World) -> None:
    world.customer(language="zh-CN").says("我要跟你们店长说话，别的人不好使")
    with world.database.reading() as session:
        assert [ticket.kind for ticket in session.query(Ticket)] == ["question"]


def _kinds(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return [(ticket.kind, ticket.tier) for ticket in session.query(Ticket)]


STOPPED = {"en": "no offers from us", "zh-CN": "不会再给您发优惠", "zh-TW": "不會再傳優惠"}


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Please stop sending me these texts, it's getting annoying"),
        ("en", "Stop texting me every week, it's ridiculous"),
        ("en", "unsubscribe, you send way too many messages"),
        ("zh-CN", "别再给我发消息了，烦死了"),
        ("zh-CN", "以后别推送了"),
        ("zh-TW", "不要再傳廣告，天天傳，很煩"),
        ("zh-TW", "唔好再send廣告，好煩，次次都係咁"),
    ],
)
def test_an_opt_out_is_honoured_and_is_no_case(world: World, language: str, words: str) -> None:
    world.customer(language=language).says(words).sees(STOPPED[language])
    assert _kinds(world) == []


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words", "tier"),
    [
        ("en", "You scratched my door. And stop sending me ads!", "serious"),
        ("en", "Stop messaging me. My lawyer will be in touch.", "critical"),
        ("en", "Your receptionist was rude to me. Stop sending me offers.", "minor"),
        ("zh-CN", "你们把我的门刮花了，别再给我发广告了", "serious"),
        ("zh-TW", "不要再傳廣告了，還有你們師傅弄傷我的手", "critical"),
    ],
)
def test_an_opt_out_beside_a_complaint_is_both(world: World, language: str, words: str, tier: str) -> None:
    world.customer(language=language).says(words).sees(STOPPED[language])
    assert _kinds(world) == [("complaint", tier)]


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_an_opt_out_in_the_middle_of_a_complaint_is_none_of_it(world: World) -> None:
    world.customer().says("You scratched my door").says("please stop sending me ads").sees(STOPPED["en"])


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "stop texting me, just tell me when my car is ready"),
        ("en", "no more messages about the old car, thanks"),
        ("zh-CN", "别发错了，是周四"),
        ("zh-TW", "別再傳錯照片喔"),
    ],
)
def test_what_is_no_opt_out_stops_nothing(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says(words)
    assert STOPPED[language] not in ann.last.text


def test_a_call_is_no_scratch() -> None:
    """话了我 sounds like 划了我."""
    assert not RULES.judge("别给我打电话了，我不买延保").complaint


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        ("en", "Brakes have been soft ever since your service on Friday", "don't drive the car"),
        ("en", "Wheel nuts weren't tightened after your tyre change, I could undo them by hand", "don't drive the car"),
        ("en", "The car smells of petrol ever since you did the fuel filter yesterday", "leave the engine off"),
        ("zh-CN", "修完刹车踩下去软绵绵的，跟以前不一样", "请别再开"),
        ("zh-CN", "换完油管车里一直有汽油味", "请熄火"),
        ("zh-TW", "煞車修完變得很軟，踩到底才有", "請不要再開"),
        ("zh-TW", "換完汽油濾清器之後車內都是汽油味", "請熄火"),
        ("zh-HK", "啱啱喺你哋度換完迫力皮，腳掣淋晒", "請不要再開"),
    ],
)
def test_a_danger_after_our_work_is_a_case_and_has_advice(world: World, language: str, words: str, said: str) -> None:
    ann = world.customer(language=language).says(words).sees(said)
    assert [kind for kind, _ in _kinds(world)] == ["complaint"]
    assert ann.last.text.index(said) < 80


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_the_advice_comes_once_and_also_when_the_danger_is_told_later(world: World) -> None:
    ann = world.customer().says("Your receptionist was rude to me")
    assert "drive the car" not in ann.last.text
    ann.says("and the brakes are soft since your service").sees("don't drive the car")
    ann.says("they really are soft, the brakes")
    assert "drive the car" not in ann.last.text


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("words", ["The brakes squeal louder since your service", "You scratched my door"])
def test_what_is_no_danger_has_no_such_advice(world: World, words: str) -> None:
    ann = world.customer().says(words)
    assert [kind for kind, _ in _kinds(world)] == ["complaint"]
    assert "drive the car" not in ann.last.text


@pytest.mark.parametrize(
    "words",
    [
        "Why is there a scratch on my door after your wash?",
        "换完大灯灯泡一边高一边低，晚上开对面全闪我，我是不是还得再交一次调光钱？",
        "多謝幫手，不過部車俾你哋刮花咗，點算？",
        "服务挺热情的，就是修完比没修还响",
        "昨天刚洗的，车门缝里全是泥",
        "你们修完刹车失灵了",
    ],
)
def test_what_reproaches_us_is_a_complaint_or_asked_about(words: str) -> None:
    verdict = RULES.judge(words)
    assert verdict.complaint or PERHAPS in verdict.kinds


@pytest.mark.parametrize(
    "words",
    [
        "Why is there a noise when I brake?",
        "为什么洗完车玻璃会起雾",
        "my lawyer needs a copy of the invoice",
        "律师函要寄到哪个地址",
        "约了周六十点，前面还有多少台",
        "約了週六十點，前面還有幾台",
        "后备箱全是沙，想做个内饰清洗",
        "座椅縫裡都是狗毛，想做內裝清潔",
        "里程多了，想卖车",
        "My car smells of mould after I left the window open",
        "You guys are the best, never had to wait more than ten minutes",
        "先做煞車，其他下次",
        "等足一個星期先有位，咁我約下星期三",
    ],
)
def test_what_stands_near_a_reproach_is_none(words: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, PERHAPS in verdict.kinds) == (False, False)


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "180 an hour labour? is that right or did i misread"),
        ("zh-CN", "三包是怎么算的，从开票那天还是上牌那天？我这车刚提一个月就异响"),
        ("zh-HK", "我老婆話水箱水成三年冇換過，係咪要換㗎，我自己睇落仲係粉紅色喎"),
        ("zh-HK", "驗車續牌你哋有冇得代做"),
    ],
)
def test_what_is_only_asked_is_not_asked_back(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says(words)
    assert not {"Yes, pass it on", "是的，转给同事", "是的，轉給同事"} & set(ann.labels)
    assert _kinds(world) == []


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "first", "words", "label"),
    [
        ("zh-CN", "我想预约保养", "你们上次把我的轮毂刮花了", "是的，转给同事"),
        ("en", "book an oil change", "your mechanic dented my wing last time, my Audi A4", "Yes, pass it on"),
    ],
)
def test_what_a_booking_takes_for_an_answer_and_complains_is_asked_about(
    world: World, language: str, first: str, words: str, label: str
) -> None:
    ann = world.customer(language=language).says(first).says(words)
    if not _kinds(world):
        assert ann.labels.count(label) == 1
        ann.presses(label)
    assert [kind for kind, _ in _kinds(world)] == ["complaint"]


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "words", ["my Audi A4, the brakes squeal", "a polish too, there is a scratch on the door", "Thursday at ten"]
)
def test_a_fault_told_in_a_booking_is_not_asked_about(world: World, words: str) -> None:
    ann = world.customer().says("book an oil change").says(words)
    assert "Yes, pass it on" not in ann.labels


@pytest.mark.parametrize(
    "words",
    [
        "打唔着火",
        "brake light not working",
        "排气管冒烟怎么回事？",
        "东北冬天电车续航打骨折",
        "雨里插枪会触电吗",
        "胎壁割伤能修吗",
        "加完油後引擎燈亮",
        "rip off compared to the others",
        "in and out in an hour for a service?",
        "我老公昨天来修车花了多少",
        "派人来开我的车去保养",
    ],
)
def test_what_a_rule_took_for_a_complaint_by_a_word_is_none(words: str) -> None:
    assert not RULES.judge(words).complaint


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_a_tale_of_praise_opens_nothing_and_what_is_lost_does(world: World) -> None:
    for words in (
        "my neighbour had his oil change at yours, he said it was great", "your mechanic was lovely, never waited",
    ):  # fmt: skip
        world.customer().says(words)
        assert _kinds(world) == [], words
    for words in ("you lost my key", "your mechanic was lovely until he scratched my door"):
        assert RULES.judge(words).complaint, words
    assert not RULES.judge("I lost my key, can you make another").complaint
    world.customer().says("you scratched my car and please stop texting me").sees(STOPPED["en"])
    assert _kinds(world) == [("complaint", "serious")]


def test_words_about_messages_and_lists_are_no_opt_out() -> None:
    for words in (
        "I get no texts from you", "I don't get your messages", "take my name off the list for the loaner", "别再找了",
        "唔使send俾我啦，我自己睇",
        "不用发给我了，我自己看", "不用发了", "stop it with the jokes", "以后不用等了",
        "please don't stop the texts", "did you stop the texts", "my infotainment won't stop the messages", "stop the reminders",
        "I never asked you to stop the texts", "别再推了，车推不动",
    ):  # fmt: skip
        assert not wants_none(words), words
    for words in (
        "I no longer wish to receive messages", "take me off your list for good", "唔好再搵我", "別再傳了，謝謝",
        "I don't want to get any texts", "no more texts", "stop it with the texts", "enough with the messages already",
        "停止发送", "以后不用发了", "之後都唔使再send喇", "不用再發了，謝謝", "不用再发给我了", "停止推送", "别再发了烦死",
        "I told you to stop the texts",
    ):  # fmt: skip
        assert wants_none(words), words
