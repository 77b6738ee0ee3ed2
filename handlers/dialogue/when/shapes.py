"""Chinese shapes that hold a number, each with its maker: 下周三, 十点半, 12月5号, 农历八月十五, 两个半小时."""

import re
from functools import cache

from handlers.dialogue.when import shapes_clock, shapes_days, shapes_moon
from handlers.dialogue.when.shapes_common import Maker
from handlers.dialogue.when.tokens import Context, Token

_C = "零〇○一二两三四五六七八九十廿卅"
_N = rf"(?:\d{{1,2}}|[{_C}]{{1,4}})"
_WEEK = "(?:周|星期|礼拜|拜)"
# Behind the name of a feast.
_FEAST = "(?:(?<=[节庆秋旦诞夕日至宵阳])|(?<=清明)|(?<=端午)|(?<=[五十]一)|(?<=黑五)|(?<=[跨新历]年)|(?<=1[12]))"
_PREFIX = r"(上上|上|再下|下下下|下下|下|大下|这|本|今|呢|当)"


@cache
def _shapes() -> list[tuple[re.Pattern[str], Maker]]:
    minute_end = rf"(?![点时号日月年个:/天台位块元万千轮缸驱座门{_C}\d]|周|星期)"
    return [
        (re.compile(
            rf"{_PREFIX}?(?:个|一个|一)?{_WEEK}(?:的?(?:周|星期|礼拜|拜))?\s?"
            rf"([一二三四五六日天七]|[1-7](?![\d点时:.月/号]))(?![年岁次回托])"), shapes_days.weekday),
        (re.compile(
            rf"{_PREFIX}?(?:个)?{_WEEK}([一二三四五六日天])[、/]?([二三四五六日天]{{1,5}})"
            rf"(?![点时:个月号日年\d{_C}]|\.\d)"), shapes_days.two_weekdays),
        (re.compile(
            rf"{_PREFIX}?(?:个)?{_WEEK}([一二三四五六])((?:[、/, ]+[二三四五六日天]){{1,5}})"
            r"(?=\s?(?:都|也|均|皆|可|行|有|得|上|下|早|晚|中|任|随|哪|边|的|吧|$|[,.!?]))"), shapes_days.two_weekdays),
        (re.compile(r"(?<=[,.!?\s想看得吧])还是(?=[^,.!?]{2,12}(?:吧|好了|算了)(?:$|[,.!?\s]))"), shapes_clock.no),
        (re.compile(
            rf"(?<=[周期拜][一二三四五六])(或者|或|定系|定是|定|还是|和|跟|到|至|-|~|/|、)([二三四五六日天])"
            rf"(?![点时:个月号日年{_C}]|\d(?!\d?[点:])|\.\d)"), shapes_days.another_weekday),
        (re.compile(
            rf"(?<=[日昼朝晚点半号])(?:定系|定)(?=[听后明今][日朝晚]|[上下晏]昼|朝早|夜晚|(?:星期|礼拜|周)[一二三四五六日]|{_N}[点号])"),
         shapes_clock.or_cantonese),
        (re.compile(rf"(?<=[个下本]月)({_N})(?![点时:个天年月万千块元%\d{_C}]|\.\d)"), shapes_days.number),
        (re.compile(rf"{_PREFIX}?(?:个|一个|一)?(?:周|星期|礼拜)末"), shapes_days.weekend),
        (re.compile(r"(?:第[一二三四五1-5]|最[后尾]一?)个?(?:周|星期|礼拜)末"), shapes_clock.vague),
        (re.compile(r"(?:那|那个|那一|个个)(?:周|星期|礼拜)(?![一二三四五六日天末\d])"), shapes_clock.vague),
        (re.compile(r"(?<=[月周年])(?:[上中下]旬|[头底初尾末]|中(?!午|秋|饭|餐|间|心|部|国))"), shapes_clock.rough),
        (re.compile(r"(?:那一?|个)个(?=(?:周|星期|礼拜)[一二三四五六日天])"), shapes_clock.that),
        (re.compile(
            rf"(?:[下这本]个?)?(?:星期|礼拜|周)(?![{_C}\d末几边内里吧啊呀来去嚟过到约的嘅我你佢能可有行再要想做洗修换都就哪先得啦呢吗么前后起开头尾中])"
            r"[\u4e00-\u9fff](?=上午|下午|早上|中午|晚上|下昼|朝早|晏昼)"), shapes_clock.misspelt),
        (re.compile(
            rf"(?<![{_C}\d月])十一"
            r"(?=期间|假期|长假|黄金周|放假|国庆|过后|之后|以后|后|之前|以前|前|当天|那天|那几天|去"
            r"|上午|下午|早上|中午|晚上)"), shapes_days.october),
        (re.compile(rf"{_PREFIX}(?:个|一个|一)?(?:周|星期|礼拜)(?!几|边(?!日))"), shapes_days.week),
        (re.compile(r"\(([一二三四五六日])\)"), shapes_days.weekday_in_brackets),
        (re.compile(r"(?<=[,.!?\s])\s?(?:啊|哦|喔|噢|唔|哎)?(?:不{1,3}|不了|唔系)(?=[,.!\s])"), shapes_clock.no),
        (re.compile(rf"(?:第([一二三四五1-5])|(最后一?|最尾一))个?{_WEEK}([一二三四五六日天])"), shapes_days.nth_weekday),
        (re.compile(rf"{_N}[多几][号日]"), shapes_clock.vague),
        (re.compile(rf"({_N})月份?的?最[后尾]一[天日]"), shapes_days.last_of_named_month),
        (re.compile(r"今年的?最[后尾]一[天日]"), shapes_days.last_of_year),
        (re.compile(r"(?:520|五二[零〇0])(?=那天|当天|那日|个日|上午|下午|早|晚上|提车|之前|前一天)"), shapes_days.love_day),
        (re.compile(r"228(?=连假|放假|那天|当天|和平|早上|上午|下午|中午|晚上|有开)"), shapes_days.peace),
        (re.compile(
            r"(?:头|(?<=[月周拜期])前|(最[后尾]))([一二两三四五1-5])[天日](?![^,.!?]{0,2}[前后])"), shapes_days.ends_of_span),
        (re.compile(r"(?:(下|这|本|今|呢)(?:一?个)?)?月(?:份)?[底末]?的?最[后尾]一[天日]"), shapes_days.last_of_month),
        (re.compile(r"(下下|下|这|本|今|呢|当|上上|上)(?:一?个)?月(?:份)?"), shapes_days.month_ahead),
        (re.compile(
            rf"(?:民国|公元|西元)?(\d{{2,4}}|[{_C}]{{2,5}})年"
            r"(?!质保|保修|保固|级|龄|以上|多|了|车|前|后|之|检|审|费|款|内|没|来)"), shapes_days.year),
        (re.compile(
            rf"(?:农历|阴历|旧历|老历|古历)?\s?(闰)?(正|腊|冬|{_N})月"
            rf"(初[{_C}\d]{{1,2}}|廿[{_C}]?|三十|{_N})(?:[号日])?"), shapes_moon.lunar_date),
        (re.compile(
            rf"(?:过?大年|过年|新年|农历年|春节|年|正月)(初[{_C}\d]{{1,2}}|(?:廿|二十)[{_C}]|三十)"), shapes_moon.new_year_days),
        (re.compile(r"初([一二三四五六七八九十])"), shapes_moon.early_days),
        (re.compile(rf"({_N})月份?的?({_N})(?:[号日](?!后天)|(?![点时:个万千kw%块元多几{_C}\d]|\.\d))"), shapes_days.month_day),
        (re.compile(rf"({_N})[./-]({_N})[号日]"), shapes_days.month_day),
        (re.compile(rf"({_N})月份?"), shapes_days.month),
        (re.compile(rf"差({_N}|一刻)分?(?:钟)?(?:就)?(?:到|不到)?({_N})点(?:钟)?"), shapes_clock.short_of),
        (re.compile(rf"({_N})点(?:钟)?差(一刻|{_N})分?(?:钟)?"), shapes_clock.short_of_later),
        (re.compile(
            rf"({_N})(?:来(?=点)|几(?=点))?(?:点|时(?![间候段代常刻装不尚速]))(?:钟|整|正)?(?:"
            rf"(?:踏|搭)?(半)(?!个?(?:小时|钟头|天|月|年))|踏(正)|([一两二三123])(?:刻钟?|个?骨)"
            rf"|(?:踏|搭)([{_C}]{{1,2}}|\d{{1,2}})|([{_C}]{{1,3}}|\d{{1,2}})个字"
            rf"|(过|零|〇|0|○)?({_N})(?:分(?!钟)|{minute_end}))?(?:钟|整|正)?"), shapes_clock.clock),
        (re.compile(rf"({_N})[-~,、/到至]\s?({_N})点(半)?(?:钟)?(?![{_C}\d刻])"), shapes_clock.hours),
        (re.compile(rf"({_N})[-~,、到至]\s?({_N})[号日](?!后)"), shapes_days.numbers),
        (re.compile(
            rf"(?<![要花车程需得开等约离洗做修晚早迟前])(?<!大约要)(?<!大概要)({_N}|半)(?:个)?(半)?(小时|钟头|钟|分钟|刻钟|个字)(?:左右)?(?=(?:就|能|可以|内|会)?(?:到|嚟到|过到|抵)"
            rf"(?![\d{_C}几底期位处付]))"), shapes_clock.arriving),
        (re.compile(
            rf"([{_C}\d]{{1,4}}|半|\d{{1,2}}\.\d)(?:个)?(半)?"
            rf"(小时|钟头|钟(?=后|之后|以后|内)|个字(?=后|之后|以后)|分钟|刻钟|天|周|星期|礼拜|(?<=个)月|(?<=半)月|(?<=个半)月|年)(半)?"
            r"((?:之|以|过)?后(?![天日面头视备轮杠盖排座门]))?"), shapes_clock.length),
        (re.compile(r"(?<=[点分半钟整刻\d])前(?=[来往去])"), shapes_clock.before),
        (re.compile(r"(?<=[节庆秋旦])前(?=[来往去])"), shapes_clock.before),
        (re.compile(r"(?<=[号末])前(?=来)|(?<=\d日)前(?=来)|(?<=[周期拜][一二三四五六])前(?=来)"), shapes_clock.vague),
        (re.compile(r"(?<=[节日号庆秋夕旦至])(?:那|个|当)晚"), shapes_clock.that_evening),
        (re.compile(rf"(?:(?<=[号末])|{_FEAST}|(?<=[周期拜][一二三四五六日天]))后(?=[再我就才])"), shapes_clock.after),
        (re.compile(rf"(?:(?<=[假期])|{_FEAST})(?:放?完了?|收假)(?:之?后|以后)?(?=[第头首再就才我,]|$)"), shapes_clock.after),
        (re.compile(
            r"(?:出差|旅[游行]|出国|度假|外出|放假|休假)完?(?:回来|返来|返嚟)(?=[再就后]|之后|以后|马上)"), shapes_clock.words),
        (re.compile(r"(?<=[点半钟整刻])后(?=[我就再才来去过到做能可有方都]|[上下中]午|晚上)"), shapes_clock.after),
        (re.compile(
            r"(?:(?<=[点半刻分钟整午号])|(?<=\d日)|(?<=[周期拜][一二三四五六日天])|(?<=[天晚早]))"
            r"(?:之|以)前(?=[有在做说问约预订买])(?!有预|有约|约[的好了过])"), shapes_clock.before),
        (re.compile(
            r"(?:(?<=[,.!?\s])就|那就|咁就|那么就|(?:(?<=[,.!?\s啊呀哦喔啦喇])[那咁噉]|^[那咁噉])(?:我就|我|不如|么)?)(?:定|约|选|要|还是)?(?:在|喺)?"
            r"(?=[上下这本今]?(?:个|一个)?(?:周|星期|礼拜)[一二三四五六日天末]"
            r"|[明后听][天日早晚朝]|大后天|今[天日晚]|\d{1,2}[号日])(?![^,.!?]{0,10}呢)"), shapes_clock.so),
        (re.compile(r"(今|明|听|后)(明|后)(?:两|二)?[天日]"), shapes_days.two_days),
        (re.compile(r"个半(?:钟头|钟|小时)"), shapes_clock.hour_and_half),
        (re.compile(r"六日(?!上午|下午|早|[\d一二两三四五六七八九十]{1,2}点)"), shapes_days.saturday_and_sunday),
        (re.compile(
            r"(?<![月年初到至])(廿[一二三四五六七八九])"
            r"(?=[,.!?\s]|$|都|得|可以|行|吧|啦|先|个日|朝|晏|下昼|上昼|上午|下午|早|晚)"), shapes_days.number),
        (re.compile(r"第([三四五六七八3-8])[天日]"), shapes_days.nth_day),
        (re.compile(rf"过(?=[{_C}\d]{{1,2}}个?(?:星期|周|礼拜)[的嘅之](?:星期|周|礼拜))"), shapes_clock.inside),
        (re.compile(rf"({_N})日(?=[之以]?[后内])|(?<=[前后])([一两])日|(?<=[过迟]多)({_N})日"), shapes_clock.days_length),
        (re.compile(
            rf"(?:(?<![\u4e00-\u9fff])|(?<=[约改话就再那想我等要]))过(?=(?![两2])[{_C}\d]{{1,2}}(?:天|个?星期|周|个?礼拜|个月)"
            rf"|[{_C}\d]{{1,2}}个?半?(?:小时|钟头|分钟))"), shapes_clock.inside),
        (re.compile(r"(?:几|数|若干|好几|十几)(?:个)?(?:小时|钟头|钟|分钟|天|日|周|星期|礼拜|月|年)"), shapes_clock.vague),
        (re.compile(rf"({_N})[号日](?![码]|后天)"), shapes_days.number),
    ]  # fmt: skip


# Characters that a shape can begin with; all others are spared the trials.
_FIRST = re.compile(
    rf"[\d{_C}第最月今明听后周星礼拜上下大这本呢当再民公西农新春放完收出旅度外阴旧老古闰正腊冬年初差半个几数若好多"
    r"头底尾末中前之以不定还就过那咁定噉啊哦喔噢唔哎或和跟到至~/、(\-]"
)


def composite(text: str, place: int, context: Context) -> list[Token]:
    """The tokens of the longest shape that begins here; none if there is no such."""
    if not _FIRST.match(text, place):
        return []
    best: list[Token] = []
    for pattern, make in _shapes():
        match = pattern.match(text, place)
        if match and (not best or match.end() > best[-1].end) and (made := make(match, context)):
            best = made
    return best
