"""What people say and see on the ways of booking, in three languages; for the engine, for Telegram and for the browser."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tongue:
    """`asks`: a whole wish but for the store; `whole`: one with everything. What stands in `sees_…` is said by us."""

    tag: str
    language: str
    asks: str
    whole: str
    store: str
    other_store: str
    phone: str
    hours: str
    sees_hours: str
    price: str
    other_price: str
    note: str
    move: str
    cancel: str
    mine: str
    yes: str
    no: str
    back: str
    stop: str
    sees_store: str
    sees_phone: str
    sees_done: str
    sees_moved: str
    sees_cancelled: str
    sees_tomorrow: str
    # Words that are no time, and what is said of them.
    wrong: tuple[tuple[str, str], ...]
    tuesday: str
    friday: str


ENGLISH = Tongue(
    tag="en", language="en",
    asks="oil change on Tuesday at ten for my A4",
    whole="oil change on Tuesday at ten for my A4 at East Harbour, I'll wait",
    store="Lanwan Auto East Harbour", other_store="Lanwan Auto Pine Hill", phone="13800138000",
    hours="what are your opening hours?", sees_hours="Mon–Sat", price="how much is it?", other_price="how much is a hand wash?",
    note="the left wiper squeaks", move="move my appointment to Friday at ten", cancel="cancel my appointment",
    mine="my appointments", yes="yes", no="no", back="back", stop="cancel",
    sees_store="At which store?", sees_phone="On which number", sees_done="You're booked!", sees_moved="Moved.",
    sees_cancelled="Cancelled:", sees_tomorrow="See you tomorrow!",
    wrong=(
        ("30 February", "doesn't have that day"), ("31 April", "doesn't have that day"), ("yesterday", "over already"),
        ("25:00", "doesn't have that time"), ("when the moon is full", "couldn't read a day"),
        ("Tuesday at 23:00", "closed at that time"), ("1 January at ten", "We are closed on"), ("in 200 days", "90 days ahead"),
    ),
    tuesday="Tue 24 Nov", friday="Fri 27 Nov",
)  # fmt: skip
SIMPLIFIED = Tongue(
    tag="zh-CN", language="zh-Hans",
    asks="周二上午十点换机油，我的A4",
    whole="周二上午十点换机油，A4，东港店，在店等",
    store="澜湾汽车东港店", other_store="澜湾汽车松岭店", phone="13800138001",
    hours="你们几点开门", sees_hours="周一至周六", price="一共多少钱", other_price="手工洗车多少钱",
    note="左边雨刮有异响", move="把预约改到周五上午十点", cancel="取消我的预约",
    mine="我的预约", yes="是", no="不", back="返回", stop="取消",
    sees_store="您想去哪家店", sees_phone="联系电话", sees_done="预约成功", sees_moved="已改期",
    sees_cancelled="已取消：", sees_tomorrow="明天见",
    wrong=(
        ("2月30号", "没有这一天"), ("4月31号", "没有这一天"), ("昨天", "已经过去"), ("25点", "没有这个钟点"),
        ("月圆的时候", "没看出日期"), ("周二晚上十一点", "那个时间不营业"), ("元旦上午十点", "休息"), ("200天后", "90天"),
    ),
    tuesday="11月24日 周二", friday="11月27日 周五",
)  # fmt: skip
TRADITIONAL = Tongue(
    tag="zh-TW", language="zh-Hant",
    asks="週二上午十點換機油，我的A4",
    whole="週二上午十點換機油，A4，東港店，在店等",
    store="瀾灣汽車東港店", other_store="瀾灣汽車松嶺店", phone="+886 912 345 678",
    hours="你們幾點開門", sees_hours="週一至週六", price="總共多少錢", other_price="手工洗車多少錢",
    note="左邊雨刷有異音", move="把預約改到週五上午十點", cancel="取消我的預約",
    mine="我的預約", yes="是", no="不", back="返回", stop="取消",
    sees_store="您想到哪一家店", sees_phone="聯絡電話", sees_done="預約完成", sees_moved="已改期",
    sees_cancelled="已取消：", sees_tomorrow="明天見",
    wrong=(
        ("2月30號", "沒有這一天"), ("4月31號", "沒有這一天"), ("昨天", "已經過"), ("25點", "沒有這個時間"),
        ("月圓的時候", "看不出日期"), ("週二晚上十一點", "沒有營業"), ("元旦上午十點", "公休"), ("200天後", "90天"),
    ),
    tuesday="11月24日 週二", friday="11月27日 週五",
)  # fmt: skip
TONGUES = (ENGLISH, SIMPLIFIED, TRADITIONAL)
