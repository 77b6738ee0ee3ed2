"""What is said beside the wish: a second car with its work, a person to call, "add it" below a price."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers.booking import deadlines, driving, hearing, meant, naming, phrases, shifting, slots_when, times, wishes, words
from handlers.booking.slots_what import heard, stores_doing
from handlers.dialogue import Answers, Turn, lately
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import ends_as_question, is_question
from handlers.prices import ends, finding, known
from handlers.profile import names
from handlers.vehicles import actions as vehicles
from handlers.vehicles import cars
from handlers.vehicles.hearing import hear
from knowledge_base.names import tokens
from storage import appointments

# Where one car's part of a message ends.
_JOINTS = re.compile(
    r"[,.;!?，。；！？、\n]+|\band\b|\bplus\b|\bwhile\b|(?:还有|還有|另外|然后|然後|同埋|顺便|順便|以及|再加|而|和|跟)",
    re.IGNORECASE,
)
_PERSON = (
    r"(?:wife|husband|partner|son|daughter|mum|mom|mother|dad|father|brother|sister|driver|colleague|friend|boss|assistant|secretary"
    r"|neighbou?r|girlfriend|boyfriend|nephew|niece|uncle|aunt)"
)
_OTHER_PERSON = re.compile(
    rf"\bmy {_PERSON} (?:will|'ll|is (?:going to|gonna|coming|bringing)|can|would|brings|drops|comes)\b"
    rf"|\b(?:call|ring|text|phone|contact|whatsapp|message|ask for|reach) (?:my {_PERSON}|him|her|them)\b"
    r"|\b(?:his|her|their) (?:number|phone|mobile|cell)\b|[他她佢](?:的|嘅)?(?:电话|電話|手机|手機|号码|號碼)"
    r"|(?:老婆|老公|太太|先生|爱人|愛人|媳妇|媳婦|儿子|兒子|女儿|女兒|爸爸?|妈妈?|媽媽?|弟弟|哥哥|姐姐|妹妹|朋友|同事|司机|司機|助理|秘书|秘書|家人)"
    r"(?:会|會|来|來|去|开|開|送|揸|帮我|幫我|到时|到時)+(?:送|开|開|过|過|去|来|來|揸|嚟|车|車)"
    r"|(?:打|联系|聯繫|聯絡|联络|搵|致电|致電)(?:电话|電話)?(?:给|給|畀|俾)?(?:他|她|佢|我(?:老婆|老公|太太|先生|儿子|兒子|女儿|女兒|爸|妈|媽|朋友|同事|司机|司機))",
    re.IGNORECASE,
)
_CLAUSES, _NUMBER = re.compile(r"[,.;!?，。；！？\n]+"), re.compile(r"\d(?:[ -]?\d){5,}")
_THEIR_NAME = re.compile(
    r"\b(?:his|her|their|the) name\b|\b(?:s?he is|s?he's|is) called\b|[他她佢](?:叫|姓|名)|姓名", re.IGNORECASE
)
_MOST = 200
_HOW_MANY = re.compile(
    r"(?:all |just |only )?(?:\d{1,2}|one|two|three|four|[一二两三四]) ?"
    r"(?:of (?:them|em|those)|ty[ry]es?|tires?|pcs|pieces|条|個|个|只|副|套|对)"
    r"(?:呀|啊|吧|都要|都换|都|please|pls)?"
)
_NOT_THEN = re.compile(
    r"\b(?:no|nope|wait|sorry|oops|actually)\b[ ,.]*|\bnot (?:on |this |the )?"
    r"|\b(?:can'?t|cannot) (?:do|make|come)(?: it)?(?: on)?"
    r"|\bno good\b|不(?:要|行|能|方便|可以)|唔(?:要|得闲|得閒|得|好)|别|改天",
    re.IGNORECASE,
)
_BUSY = re.compile(
    r"\b(?:i am|im|i'm|we are|we're) (?:busy|away|working|not free|not available|out)(?: on)?\b"
    r"|\bi have (?:something|plans|work)(?: on)?\b"
    r"|等[等一下]{1,2}|我?(?:那天|嗰日)?(?:有事|没空|沒空|没时间|沒時間|冇空|冇時間|不在|唔喺度|要上班|要返工|不方便)",
    re.IGNORECASE,
)
_NO_COUPON = re.compile(
    r"\b(?:no|without|forget|skip|not use|dont use|do not use|remove)(?: the| my| a| any)? (?:coupon|voucher)\b"
    r"|(?:不用|不使用|别用|不要用|唔用|唔使用|取消)(?:这张|这个|那张|嗰张|我的)?(?:优惠)?券"
)
_WHAT_ABOUT = re.compile(
    r"\b(?:what|how) about\b|\b(?:at|in|the|store|branch|one|then|and|or|maybe)\b"
    r"|[在到去那店呢吗嘛吧啊呀好行得喺间]|可以|唔得|怎么样"
)
_FEW, _LONG = 2, 40
# So few words say nothing else than that it shall be at another time.
_SHORT = 6
_LATE = timedelta(minutes=30)
_THAT_ONE = re.compile(
    r"(?:(?:yes|yeah|ok|okay|great|perfect|fine|then|so) ){0,2}(?:ill |i will |lets )?(?:take |have |book |do )?"
    r"(?:that|this|the last|the latest|it)(?: one| time| slot)?(?: then| please| pls| works| is fine| is good| thanks)*"
    r"|(?:好|行|可以|得|ok|嗯|那|咁)*(?:就|要|约)*(?:这个|那个|嗰个|呢个|最后一?个|最晚|最后)(?:那个|嗰个)?(?:时间|时段|点)?(?:吧|啦|喇|好了|可以|就行|就得|得){0,2}"
)
_KIND_AROUND = re.compile(
    r"\b(?:the|my|its|and|also|too|as well|please|pls|plz|check|look|at|do|need|needs|want|new|for|of|on|some|with|add|then|ok"
    r"|yes|while|you|are|doing|it|is|i|to|work|job|thanks|have|a|can|could|oh)\b|[看下检查一做换整弄修也和跟还有再加埋同仲要想需我的请麻烦吧啊呀啦顺便帮个把嘅了那哦]"
)
_LATEST = re.compile(r"\b(?:latest|last|late)\b", re.IGNORECASE)
_SOONER = re.compile(r"\b(?:earlier|sooner)\b|早一?(?:点|啲|些|少少)(?!知|说|讲|告)")
_LATER = re.compile(
    r"\b(?:bit|little|slightly|any|something|anything|it|time|slot) later\b|[晚迟]一?(?:点|啲|些|少少)(?!再|先|到)"
)
_HURRY = re.compile(
    r"(?:please |pls |can you )?(?:hurry(?: up)?|quick(?:ly)?|be quick|faster|asap)?(?: ?(?:im|i am) in a (?:rush|hurry))?"
    r"(?: please| pls| man| mate)?"
    r"|(?:能不能|麻烦|请|可以)?(?:快[点啲些]|赶时间|趕時間|好急|很急|急)(?:啊|呀|吧|啦|好吗|行吗|得唔得)?"
)
_CORRECTS = re.compile(
    r"\b(?:no|nope|sorry|oops|wait|actually|i mean|i meant|not that)\b|不对|不是|唔系|错了|错咗|搞错|说错|等等|应该是"
)
_AROUND = re.compile(
    r"\b(?:it'?s|its|it is|for|the|my|our|a|an|one|is|car|please|pls)\b|[是系架部台辆的嘅啊呀,，]|我的?|这|那|嗰"
)
# When to call is no time to come.
CALL_ME = re.compile(
    r"\b(?:(?:please|pls|just) )?(?:call|ring|phone|text) me(?: back)?"
    r"(?: (?:on|at|after|before|by|from|around|about|in the) [\w:]{1,10}(?: ?[ap]m)?)?\b"
    r"|(?:请|麻烦|唔该)?(?:[^,，。;；\s]{1,8}(?:之?后|以后|前))?(?:打|致)(?:电话|電話)(?:给|給|畀|俾)我",
    re.IGNORECASE,
)
# Where a car stands that we fetch.
_FROM = re.compile(
    r"\b(?:from|at) (?!\d{1,2}(?::\d\d)? ?(?:[ap]m\b|o'?clock|tom|on |next|this))"
    r"(?:my |our |the )?(?:\d{1,5}[a-z]? )?(?:[a-z]{2,15} ){0,3}?"
    r"(?:street|st|road|rd|avenue|ave|lane|drive|close|court|place|office|home|house|work|flat|apartment|building|tower|station|airport|hotel)\b"
    r"|(?:到|去|在|喺|从|從|来|來|地址(?:是|係|:|：)?)[^,，。;；!！?？\s]{0,14}?"
    r"(?:\d{1,5}[号號](?:院|楼|樓|大厦|大廈)?|公司|家里?|屋企|小区|小區|花园|花園|大厦|大廈|写字楼|酒店|机场|機場|学校|學校|医院|醫院)",
    re.IGNORECASE,
)
_POLITELY = re.compile(r" (?:too|as well|please|pls|for|at|on|in)\b.*$", re.IGNORECASE)
# Work that somebody names, whether we do it or not.
_WORK = re.compile(
    r"(?:also |please |to )?(?:an? |the |my )?(?:[a-z'’-]{2,15} ){1,3}"
    r"(?:repairs?|replacement|fix(?:ed)?|installation|install(?:ed)?|upgrade|tuning|swap)"
    r"|(?:also |please |to )?(?:fix|repair|replace|install|upgrade|tune|weld) "
    r"(?:the |my |an? )?[a-z'’-]{2,15}(?: [a-z'’-]{2,15}){0,2}"
    r"|(?:再|也|还要|還要|要|帮我|幫我|把|想){0,2}"
    r"(?:修|换|換|装|裝|改|补|補|加装|加裝|安装|安裝|维修|維修|更换|更換|整)(?:一?[下个個])?[㐀-鿿]{1,8}"
    r"|[㐀-鿿]{2,6}(?:维修|維修|安装|安裝|改装|改裝|更换|更換)(?![㐀-鿿])",
    re.IGNORECASE,
)


def person_to_call(text: str) -> str:
    """The clauses that say who else brings the car or whom to call, with the number: the advisor reads them; else ""."""
    clauses = [" ".join(clause.split()) for clause in _CLAUSES.split(text)]
    told = [clause for clause in clauses if any(one.search(clause) for one in (_OTHER_PERSON, _NUMBER, _THEIR_NAME))]
    named = _THEIR_NAME.search(text) is not None and _NUMBER.search(text) is not None
    return ", ".join(told)[:_MOST] if named or _OTHER_PERSON.search(text) else ""


def for_advisor(turn: Turn) -> str:
    """What the advisor must know of these words beside the visit itself: who else brings the car, by when it must be ready."""
    _, deadline = deadlines.taken(turn, turn.words, turn.store)
    called = CALL_ME.search(turn.words)
    told = [person_to_call(turn.words), deadline.said if deadline else "", fetched_from(turn), called[0] if called else ""]
    return ", ".join(part for part in told if part)


def fetched_from(turn: Turn) -> str:
    """Where the car is to be fetched, in their words; "" where it is not fetched, or not said from where."""
    found = _FROM.search(turn.words) if hearing.transport(turn, turn.words) == "pickup" else None
    return " ".join(found[0].split()) if found else ""


def own_name(turn: Turn) -> str:
    """The name that they say is theirs; "" without one, and of what is a car."""
    name = names.told(turn.words) if turn.incoming.kind == "text" else ""
    return "" if name and (turn.memoised(finding.load).model_in(name) or known.named(name, asked=True)) else name


def plate(turn: Turn, known_: Answers) -> Answers:
    """A plate that is told before anybody knows of which car: of their only one if it has none, else it waits for the model."""
    facts = {name: value for name, value in hear(turn).items() if name in ("plate", "vin")}
    if not facts or {"car", "car+"} & known_.keys():
        return {}
    own = vehicles.own(turn)
    if len(own) == 1 and own[0].plate is None and "plate" in facts:
        return {"car": {"id": own[0].id, "plate": facts["plate"]}}
    return {} if any(car.plate is None for car in own) else {"car+": facts}


def how_many(turn: Turn, answers: Answers) -> bool:
    """ "4 of them" where tyres are meant: the advisor reads it."""
    if _HOW_MANY.fullmatch(fold(turn.words)) is None or not {*answers.get("service", ()), *answers.get("service+", ())}:
        return False
    with_note(answers, turn.words.strip())
    return True


def hurries(turn: Turn) -> bool:
    """ "Hurry up please": nothing that we could do, and no thanks."""
    text = fold(turn.words).strip(" .!。！")
    return bool(text) and _HURRY.fullmatch(text) is not None


def not_on_file(turn: Turn, known_: Answers) -> str:
    """What shall be done beside work that we have, and is not among our work, in their words: "a sunroof repair"."""
    if not known_.get("service") or ends_as_question(turn.words):
        return ""
    finder = turn.memoised(finding.load)
    named = [_WORK.match(part.strip()) for part in _JOINTS.split(turn.words) if part]
    found = [_POLITELY.sub("", hearing.without_times(turn, one[0], turn.store)) for one in named if one]
    return ", ".join(
        one for one in found if len(one) <= _LONG and not naming.services(turn, one).sure and not finder.services_in(one)
    )


def apart(turn: Turn, known_: Answers) -> list[str]:
    """Codes of work that no store does together with what is named before it: a visit of its own."""
    codes, place = known_.get("service", []), known_.get("store")

    def together(some: list[str]) -> bool:
        return any(place in (None, store.code) for store in stores_doing(turn.shop, some))

    if len(codes) < 2 or any(turn.shop.services[code].category == "sales" for code in codes) or together(codes):
        return []
    kept: list[str] = []
    for code in codes:
        kept += [code] if together([*kept, code]) else []
    return [code for code in codes if code not in kept] if kept else []


def not_that_day(turn: Turn, answers: Answers) -> bool:
    """ "No wait, not Thursday", and no other day is said."""
    text = turn.words
    if "day" in answers and _BUSY.search(text):
        reading = hearing.when(turn, _BUSY.sub(" ", text), turn.store).reading
        return reading is not None and reading.time is None and reading.date == date.fromisoformat(answers["day"])
    if "day" not in answers or not _NOT_THEN.search(text) or hearing.when(turn, text, turn.store).reading is not None:
        return False
    reading = hearing.when(turn, _NOT_THEN.sub(" ", text), turn.store).reading
    return reading is not None and reading.time is None and reading.date == date.fromisoformat(answers["day"])


def same_time(turn: Turn, answers: Answers) -> bool:
    """ "Same time" beside a time that is there already."""
    said, before = shifting.shift(turn.words), answers.get("undo", {})
    if said is None or not said.same or len(tokens(said.rest)) > _FEW:
        return False
    if "time" in before and "day" in answers:
        answers["time"] = before["time"]
    return "time" in answers


def another_time(turn: Turn, answers: Answers) -> bool:
    """From the time that was chosen: "push it back an hour", "same time next week", 隔天; "a bit earlier" asks which one."""
    place, text = turn.shop.store(answers.get("store", "")), phrases.spaced(turn.words)
    if place is None or not {"day", "time"} <= answers.keys() or phrases.has("fetches", text) or phrases.has("not_now", text):
        return False
    start = datetime.fromisoformat(f"{answers['day']}T{answers['time']}")
    said = shifting.shift(turn.words)
    if said is None:
        sooner, later = _SOONER.search(text), _LATER.search(text)
        if not (sooner or later) or len(tokens(text)) > _SHORT or not hearing.when(turn, turn.words, place).nothing:
            return False
        slots_when.clear(answers)
        minute = timedelta(minutes=-1 if sooner else 1)
        answers["day"] = f"{start:%Y-%m-%d}"
        answers["window"] = {"late" if sooner else "early": f"{start + minute:%H:%M}"}
        return True
    if not said.by or (len(tokens(said.rest)) > _SHORT and not phrases.has("pushes", text)):
        return False
    new = hearing.shifted(turn, turn.words, place, start)
    if new is None or (phrases.has("late", text) and abs(said.by) < _LATE and not said.same):
        return False  # who comes late wants to hear that their place is kept
    reading = hearing.when(turn, said.rest, place).reading
    if (
        reading is not None and not reading.time and (reading.part_of_day or reading.times)
    ):  # "the next afternoon" has no hour yet
        slots_when.take(answers, hearing.wanted(replace(reading, date=new.date()), None))
    else:
        slots_when.take(answers, hearing.at(new))
    return True


def last_time(turn: Turn, answers: Answers) -> str:
    """ "What's the latest I can drop off on Friday?": the last time that is free then; "" while nobody can tell."""
    if not phrases.has("last_time", phrases.spaced(turn.words)):
        return ""
    found = heard(turn, _LATEST.sub(" ", turn.words), answers.get("store"), answers.get("day"))
    known_, day = answers | found, found.get("day") or answers.get("day")
    if day is None or not {"service", "car", "store"} <= known_.keys():
        return ""
    visit = wishes.to_book(turn, known_)
    free = times.free_times(turn.session, turn.shop, visit.plan.wish, turn.now, first=date.fromisoformat(day))
    if not free:
        return ""
    answers.update({name: value for name, value in found.items() if name not in ("transport", *slots_when.SAID)})
    if answers.get("day") != day:
        slots_when.take(answers, hearing.Wanted(day, None, {}))
    answers["latest"] = f"{visit.local(free[-1].starts_at):%H:%M}"
    return turn.text("booking.time.latest", at=visit.local(free[-1].starts_at))


def one_end(turn: Turn, answers: Answers) -> bool:
    """ "Just the front ones", where front and rear were to be done."""
    codes = list(answers.get("service", ()))
    kept = ends.only_one(turn.words, codes, turn.shop.services) if len(codes) > 1 else codes
    if kept == codes:
        return False
    answers["service"] = kept
    return True


def no_coupon(turn: Turn, answers: Answers) -> bool:
    """ "Forget the coupon", 不用券了: of the visit nothing else changes."""
    if not _NO_COUPON.search(fold(turn.words)):
        return False
    answers.pop("coupon", None)
    return True


def wants_one(turn: Turn, answers: Answers) -> str | None:
    """ "OK, I need one", below the answer whether there are loaner cars: how the car comes and goes; None for anything else."""
    if not phrases.whole("wants_one", " ".join(phrases.spaced(turn.words).split()).strip(" .!")):
        return None
    before = next(lately.heard(turn), "")
    kind = hearing.transport(turn, before) if is_question(before) else None
    return kind if kind in ("loaner", "pickup") else None


def another_name(turn: Turn, answers: Answers) -> str:
    """ "No sorry, the polo": a car that no catalogue has, by a name that is an ordinary word as well; "" for anything else."""
    if "car" not in answers or driving.SHOPS in answers["car"] or not _CORRECTS.search(fold(turn.words)):
        return ""
    text = fold(turn.words)
    rest = _AROUND.sub(" ", _CORRECTS.sub(" ", text)).strip(" .!。！，,")
    if not known.is_name(rest) or re.search(rf"\b(?:no|not) (?:the |an? )?{re.escape(rest)}", text):
        return ""  # "sorry, no note"
    return known.named(rest, asked=True) or ""


def also_owns(turn: Turn, answers: Answers, found: Answers) -> str:
    """ "I also own an A6": the visit stays with its car; what to do for the other one; "" for anything else."""
    before, car, text = answers.get("car"), found.get("car"), phrases.spaced(turn.words)
    if not before or not car or found.keys() != {"car"} or driving.SHOPS in before or not phrases.has("also_owns", text):
        return ""
    if any(phrases.has(name, text) for name in ("same_for", "same_asked", "request", "free", "book")):
        return ""
    other, this = cars.look(turn, car).label, cars.look(turn, before).label
    return turn.text("booking.also_owns", other=other, car=this) if other != this else ""


def asks_of_store(turn: Turn, answers: Answers, found: Answers) -> bool:
    """ "Is Pine Hill nearer the airport?" names a store and chooses none; "can we do Pine Hill instead?" does."""
    text = phrases.spaced(turn.words).replace("waiting room", " ")  # no room that is free
    if found.keys() != {"store"} or "store" not in answers or not ends_as_question(turn.words):
        return False
    if any(phrases.has(name, text) for name in ("free", "request", "book", "wish", "rather", "instead", "move", "change")):
        return False
    return len(tokens(_WHAT_ABOUT.sub(" ", hearing.without_store(turn, text)))) > 1


def names_only_store(turn: Turn) -> bool:
    """Whether the words are a store and hardly more."""
    rest = _WHAT_ABOUT.sub(" ", phrases.spaced(hearing.without_store(turn, turn.words)))
    return not tokens(rest)


def only_elsewhere(turn: Turn, answers: Answers, found: Answers) -> str:
    """Of a store that is named for work which is chosen, and which only others do: who does; "" else. It is not taken then."""
    codes = answers.get("service", ())
    named = turn.shop.store(found.get("store", ""))
    if named is None or not codes or "service" in found:
        return ""
    drive = driving.SHOPS in answers.get("car", {})
    able = stores_doing(turn.shop, codes, answers["car"].get("model") if drive else None)
    if not able or named in able:
        return ""
    del found["store"]
    names = {"store": named.names[turn.language], "others": " · ".join(one.names[turn.language] for one in able)}
    what = [words.services(turn, codes), *([cars.look(turn, answers["car"]).label] if drive else [])]
    return turn.text("booking.only_elsewhere", services=" · ".join(what), **names)


def that_last_time(turn: Turn, answers: Answers) -> bool:
    """ "That one please", below the last time that is free: it is the one."""
    if "latest" not in answers or turn.chat.slot != "time":
        return False
    latest = answers.pop("latest")
    if not _THAT_ONE.fullmatch(fold(turn.words).strip(" .!。！")):
        return False
    slots_when.take(answers, hearing.Wanted(answers["day"], latest, {}))
    return True


def kind_added(turn: Turn, answers: Answers) -> bool:
    """ "The brakes please", 刹车也看看: a kind of work, of which it is asked which; beside what is to be done already."""
    rest = _KIND_AROUND.sub(" ", meant.without_kinds(phrases.spaced(turn.words)))
    codes = sorted(meant.kinds(turn), key=lambda code: turn.shop.services[code].position)
    codes = [code for code in codes if code not in answers.get("service", ())]
    if not codes or tokens(rest) or naming.services(turn, turn.words).answers:
        return False
    if before := answers.pop("service", None):
        answers["with"] = before
    answers["service+"] = codes
    return True


def in_time_as_it_is(turn: Turn, answers: Answers, found: Answers) -> bool:
    """ "I'll pick it up at five", and nothing else, of a time that is kept and after which the car is ready by then."""
    row = appointments.get(turn.session, answers["held"]["id"]) if "held" in answers else None
    if row is None or not found or found.keys() - {"ready", "window"}:
        return False
    zone = words.zone_of(words.store_of(turn, row))
    start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    last = found.get("window", {}).get("last", "9999")
    return f"{start:%Y-%m-%d}" <= last and deadlines.in_time(start, end, found.get("ready", ""))


def with_note(answers: Answers, note: str) -> None:
    before = answers.get("note", "")
    if note and note not in before:
        answers["note"] = " · ".join(part for part in (before, note) if part)


def added_after_price(turn: Turn, answers: Answers) -> str | None:
    """ "Add it" below the price of other work, told in the middle of the form: that is done at this visit, too."""
    more = [code for code in just_priced(turn) if code not in answers["service"]] if "service" in answers else []
    if not more:
        return None
    answers["service"] = [*answers["service"], *more]
    return turn.text("booking.added", services=words.services(turn, more))


def just_priced(turn: Turn) -> list[str]:
    """The work whose price they asked a moment ago, when the words are "add it" and nothing else."""
    if not phrases.has("add_it", phrases.spaced(turn.words)):
        return []
    said = next(lately.heard(turn), "")
    return naming.services(turn, said).sure if finding.asks_price(said) else []
