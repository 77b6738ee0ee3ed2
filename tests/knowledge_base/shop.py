"""A small shop's base to test the matcher on: a dozen entries, in English and Chinese."""

from knowledge_base import Entry

_TEXTS: dict[str, tuple[list[str], list[str]]] = {
    "oil_change_price": (
        [
            "How much is an oil change?",
            "oil change price",
            "what do you charge to change the oil and filter",
            "cost of an oil service",
        ],
        ["换机油多少钱", "机油更换的价格", "换一次机油加机滤要多少", "更换机油怎么收费"],
    ),
    "oil_change_interval": (
        ["How often should I change the engine oil?", "oil change interval in miles", "when is my next oil change due"],
        ["机油多久换一次", "多少公里需要换机油", "机油更换周期是多长"],
    ),
    "oil_type": (
        ["What type of engine oil should I use?", "which oil grade does my car take", "synthetic or conventional oil"],
        ["应该用什么型号的机油", "我的车用哪种机油好", "全合成和半合成机油怎么选"],
    ),
    "brake_pad_price": (
        ["How much does it cost to replace brake pads?", "brake pad replacement price", "cost of new brakes"],
        ["换刹车片多少钱", "刹车片的价格", "更换前刹车片要花多少"],
    ),
    "brake_noise": (
        ["My brakes squeal, what should I do?", "strange noise when braking", "grinding sound when I brake"],
        ["刹车有异响怎么办", "踩刹车的时候吱吱响", "刹车声音很大是什么原因"],
    ),
    "tyre_repair": (
        ["Can you repair a punctured tyre?", "I have a nail in my tire", "flat tire repair"],
        ["轮胎扎钉了能补吗", "补胎怎么收费", "车胎漏气了怎么办"],
    ),
    "opening_hours": (
        ["What are your opening hours?", "when do you open on Saturday", "are you open on weekends", "closing time"],
        ["你们几点开门", "营业时间是什么时候", "周末上班吗", "几点关门"],
    ),
    "location": (
        ["Where is the dealership?", "what is your address", "directions to your shop", "is there parking at your store"],
        ["你们店在哪里", "地址是什么", "怎么去你们那里", "店里有停车位吗"],
    ),
    "book_service": (
        ["How do I book a service appointment?", "I want to schedule maintenance", "make a booking for a service"],
        ["怎么预约保养", "我想约个时间做保养", "保养需要提前预约吗"],
    ),
    "cancel_booking": (
        ["How do I cancel my appointment?", "I cannot make it, please call off my booking", "reschedule my visit"],
        ["怎么取消预约", "我来不了了想改时间", "预约可以改期吗"],
    ),
    "loaner_car": (
        ["Do you offer a loaner car during repairs?", "courtesy car", "replacement vehicle while mine is fixed"],
        ["维修期间有代步车吗", "能借一辆备用车吗", "修车的时候提供代步车吗"],
    ),
    "warranty": (
        ["How long is the new car warranty?", "warranty period in years", "is my car still under warranty"],
        ["新车质保多久", "保修期是几年", "我的车还在质保期吗"],
    ),
    "coating_price": (
        ["How much is ceramic coating?", "ceramic coating price", "what does a paint coating cost"],
        ["做镀晶多少钱", "汽车镀晶的价格", "漆面镀膜怎么收费"],
    ),
    "test_drive": (
        ["How do I book a test drive?", "can I try the new model", "schedule a test drive"],
        ["怎么预约试驾", "我想试驾新车", "可以试驾吗"],
    ),
}


def entries() -> list[Entry]:
    found = []
    for entry_id, (english, chinese) in _TEXTS.items():
        found.append(Entry(entry_id, "en", english[0], tuple(english[1:]), f"About {entry_id}."))
        found.append(Entry(entry_id, "zh", chinese[0], tuple(chinese[1:]), f"关于{entry_id}。"))
    return found
