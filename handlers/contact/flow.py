"""What people say about being written to: stop, yes, which kinds, how often, where, not for a while; and why they were."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.contact import actions, consents
from handlers.contact.rules import FEEDBACK, MARKETING, Policy
from handlers.contact.zones import Zone
from handlers.dialogue import Answers, Button, Form, Reply, Start, Turn, assent, lately
from handlers.dialogue.folding import fold
from storage import contact, pushes
from storage.contact import ContactWish, Person

PAUSE = timedelta(days=30)
SHOWN = 5
# What somebody may switch off one by one; the kinds of pushes that are not about an appointment they made themselves.
KINDS = ("maintenance", "papers", "season")

_SETTINGS = re.compile(r"notification settings?|(?:change|manage) (?:my )?notifications|通知设置|消息设置|提醒设置")

# "Stop sending me promotions"; matched on folded words. How that is done is a question, and answered as one.
_NO_MORE = re.compile(
    r"\b(?:stop|no more|enough|quit|dont|do not|never|take me off|remove me|unsubscribe)\b.{0,30}"
    r"\b(?:spam\w*|ads?|adverts?|promos?|promotions?|promotional|marketing|newsletters?|(?:mailing|marketing) list)\b"
    r"|\bstop (?:sending|texting|messaging|emailing)(?: me)?.{0,20}\b(?:offers?|deals?)\b"
    r"|\bstop (?:sending|texting|messaging|emailing|spamming)(?: me)?"
    r"(?: (?:this|these|those|all|the|your|any|more|such|stuff|things|messages|texts|emails|every|day|week))*"
    r"(?: (?:please|pls|thanks))?\W*$"
    r"|(?:不要|别|唔好|唔想|不想|唔使|停止|停|咪|甭)(?:再|想再)?(?:给|俾|畀|同|向|跟)?(?:我|我们)?(?:再)?.{0,3}"
    r"(?:发|send|传|寄|推|收到?|推送|推销)(?:给|俾|畀)?(?:我)?.{0,8}"
    r"(?:广告|推广|推销|促销|优惠|promotion|promo|垃圾|营销|行销|宣传|嘢|这些|呢啲|啲)"
    r"|(?:取消|退订|停(?:止|咗|掉)?|关(?:掉|闭)?).{0,6}"
    r"(?:所有|全部)?(?:广告|推广|推销|促销|优惠(?:讯息|信息|消息|短信)|推送|营销|行销)(?:讯息|信息|消息|短信)?"
)
# The same with nothing named: "please don't text me anymore", 别再给我发消息了. It ends there, because "don't text me, call me"
# and "don't message me before it is done" are about something else. 不用发给我 declines what was offered; 不用再发给我 is for
# good.
_LEAVE_ME = re.compile(
    r"\b(?:(?<!you )(?<!u )(?<!they )(?<!we )(?<!i )(?:dont|do not|never)|no need to|stop|quit|not)(?: ever| keep)?"
    r" (?:text|messag|writ|contact|whatsapp|email|spam|bother|pester|harass)(?:e|ing|ting)?(?: to)? (?:me|us)"
    r"(?: (?:any ?more|again|ever|at all|please|pls|plz|thanks|thank you|ok|okay)){0,3}$"
    r"|(?<!i get )(?<!i got )(?<!i have )(?<!i had )(?<!i received )(?<!getting )(?<!still )"
    r"\b(?!(?:dont|do not|no longer) (?:get|receive)\b)(?:dont|do not|no longer|stop|quit|no more|no)\b(?: want| wish| like)?"
    r"(?: to)?(?: get| receive| send(?:ing)?| getting| receiving)?"
    r"(?: me| us)?(?: any| more| your| these| those| all| such)*(?: of)?(?: your| these| those)?"
    r" (?:messages|texts|text messages|msgs|notifications|whatsapps)(?: from you)?"
    r"(?: (?:to )?me| any ?more| again| ever| at all| please| pls| thanks| thank you){0,3}$"
    r"|\b(?:take|remove|get|delete|drop) (?:me|us|my (?:phone )?number|my name) (?:off|from|out of) (?:of )?(?:your|the|this|all)"
    r"(?: (?!wait|stand)\w{1,12}){0,2} (?:lists?|database|group|mailings?)\b"
    r"(?! for (?!good\b|ever\b|(?:your |the )?(?:offers?|deals?|messages?|texts?)\b))"
    r"|^(?:please )?unsubscribe(?: me)?$|以后都?(?:不要|别|唔好)再?(?:发|传|send|推送)(?:了|啦|喇)?$"
    r"|^(?:请|麻烦)?(?:(?:以后|今后|之后|往后)都?(?:你们|你哋)?(?:不要|别|唔好|咪|不用|唔使|不必|无需)再?|(?:不用|唔使|不必|无需|不要|别|唔好|咪)再|停止)"
    r"(?:发送?|传|寄|推送|send)(?:了|啦|喇|吧|嘞){0,2}(?: ?谢谢| ?多谢| ?唔该"
    r"| ?(?:真的?|好|很)?烦(?:死|人|到死)?(?:了|啦|人|我){0,2})?$"
    r"|\b(?:stop|quit|enough|cut)(?: it)?(?: out)?(?: already)?(?: with)? (?:all )?(?:the|your|these|those|this|all)"
    r"(?: (?:endless|constant|annoying|bloody|damn|silly))? (?:texts?|texting|messag(?:es|ing)|msgs|spam\w*)"
    r"(?: (?:please|pls|already|now|thanks|ok)){0,2}$"
    r"|\blose my number\b|\b(?:please|just|pls) leave me alone\b|^leave me alone$"
    r"|(?:不要|别|唔好|不想|唔想|停止|咪|甭|请勿|勿|不用|唔使)(?:再|继续|想再){0,2}(?:给|俾|畀|同|向|跟)?(?:我|我们|我哋|人家)?(?:再|乱|一直)?"
    r"(?:(?:发|send|传|寄|推送?|群发)(?:任何|什么|这么多|那么多|咁多|太多)? ?"
    r"(?:消息|信息|短信|讯息|简讯|微信|通知|whatsapp|message|messages|msg|sms)(?:给|俾|畀)?(?:我|我们|我哋)?"
    r"|(?<!不用)(?<!唔使)(?:发|send|传|推送?)(?:给|俾|畀)(?:我|我们|我哋)"
    r"|(?:骚扰|打扰|联系|联络|烦|滋扰)(?:我|我们|我哋)?|(?<!不用)(?<!唔使)[搵揾找]我)"
    r"(?:来|了|啦|喇|吧|嘞|咗| ?谢谢| ?多谢| ?唔该| ?拜托| ?好吗| ?好吧){0,3}$"
    r"|(?:不想|不要|唔想|别让我)(?:再)?收到?(?:你们|你哋|贵店|店里|这些|呢啲|任何|什么){0,2}的?"
    r"(?:消息|信息|短信|讯息|简讯|通知|推送|whatsapp|message|sms)(?:来|了|啦|喇|吧| ?谢谢| ?唔该){0,2}$"
    r"|把?我(?:的(?:号码|电话|名字))?从?.{0,4}(?:名单|群发|列表)(?:里|中|上)?(?:删|去|移|剔|拉|踢)(?:掉|除|走|出|出去)"
)
# A request, though it is put as a question: 可以不要再发广告吗.
_KINDLY = re.compile(
    r"(?<!怎么)(?<!怎样)(?<!如何)(?<!点样)(?:可以|可唔可以|可不可以|能不能|能否|可否|能|麻烦|请).{0,4}(?:不要|不|别|唔好|停)"
    r"|\b(?<!how )(?<!where )(?:can|could|would|will) (?:you|u)\b"
)
_CLAUSE = re.compile(r"[.,;!，；。！\n]")
# "Please don't stop the reminders", "did you stop the texts?" and "my dash won't stop the messages" stop none.
_KEEPS = re.compile(
    r"\b(?<!you )(?<!u )(?:dont|do not|not|never|wont|will not|cant|cannot|doesnt|does not|didnt|did not) stop(?:ping)?\b"
    r"|\b(?:did|have|has|had) (?:you|u|it|they) stop|\bnever (?:asked|told|wanted) (?:you|u) to stop\b"
    r"|\b(?:if|when) (?:i|you|u) stop\b"
)
# Beside such words a clause alone is no stop: "stop texting me, call me".
_INSTEAD = re.compile(r"\b(?:call|ring|tell|when|instead)\b|改|打电话")
# Not none of it, only not so often: that is chosen below `/settings`.
_LESS = re.compile(
    r"\b(?:so (?:many|much|often)|less often|fewer|occasionally|once in a while|now and (?:then|again))\b"
    r"|\b(?:once|one|twice) (?:a|per|every) (?:week|month|year)\b"
    r"|偶尔|少(?:发|一?点|一?些)|(?:每个?|一个?)(?:月|星期|礼拜|周|年)(?:发)?(?:一|两)?(?:次|条)"
)
# Not for good: "no ads for a month", 這個月別再傳廣告, 暂停推送两周.
_PAUSE = re.compile(
    r"\bpause\b.{0,20}\b(?:ads?|adverts?|offers?|promo\w*|marketing|messages?|texts?|newsletters?|notifications?)\b"
    r"|暂停.{0,8}(?:广告|推广|推送|推销|促销|优惠|营销|宣传|短信|讯息|信息|消息|通知|发送|发)"
)
_BARE_PAUSE = re.compile(r"\bpause\b|\bnot for (?:a|the next)\b|暂停|先停|停(?=[一两二三半\d])")
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "the next": 1, "next": 1}
_NUMBERS |= {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "六": 6}
_LENGTH = re.compile(
    r"\b(?:for|next) (?:the next |about |at least )?(\d{1,2}|an?|one|two|three|four|six)? ?(day|week|month)s?\b"
    r"|(\d{1,2}|[一两二三四六])个?(天|日|周|星期|礼拜|月)(?![份号])"
)
_THIS = re.compile(r"\bthis (month|week)\b|(?:这|今|本|呢)个?(月|周|星期|礼拜)")
_A_WHILE = re.compile(r"\bfor (?:a while|now|the time being|some time)\b|暂时|一阵子|一段时间|这阵子|这段时间|近期|住先")
# With "no more" it is a pause only where the length is plainly that of the silence, and not of what they have had to bear:
# 发了两个月了，别再发 is for good.
_BORNE = re.compile(
    r"\b(?:been|have|has|had|already|every|each|daily|per|a day|a week|got|get|getting|keeps?|kept|received?|sent|past|last"
    r"|since)\b"
    r"|已|每|天天|收到|[发传收]过"
)
_LONG = r"(?:\d{1,2}|[一两二三四六半])个?(?:天|日|周|星期|礼拜|月)"
_SILENT_FOR = re.compile(
    rf"(?<![了过])(?:{_LONG}|(?:这|今|本|呢)(?:个|段|阵)?(?:月|周|星期|礼拜|时间|子)|暂时|近期)"
    rf"(?:之内|以内|内|里)?(?:先|都|请|就|暂时|麻烦){{0,2}}(?:别|不要|唔好|咪|停|勿)|停(?:发|推送?)?{_LONG}|住先"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_DAYS = {"day": 1, "week": 7, "month": 30, "天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}
_WHY_ME = re.compile(
    r"\bwhy (?:did|do|are|am|have) (?:you|i|u)\b.{0,16}\b(?:sen[dt]|sending|text(?:ing|ed)?|messag\w+"
    r"|get(?:ting)?|receiv\w+|got)\b.{0,12}\b(?:me|this|that|these|it|messages?|texts?|ads?)\b"
    r"|(?:为什么|为何|点解|干嘛).{0,4}(?:要)?(?:一直|总是)?(?:给|同|跟|向)?(?:我)?(?:发|传|send|推送)(?:给|俾|畀)?.{0,4}(?:这|呢|那|嗰|我|广告|消息|讯息|信息|短信|推送)"
    r"|(?:为什么|为何|点解).{0,4}(?:我)?(?:会)?收到.{0,6}(?:这|呢|那|广告|消息|讯息|信息|短信|推送)"
)
# Only at some hours: that cannot be had yet, and is said so.
_THEN = (
    r"(?:mornings?|afternoons?|evenings?|nights?|weekends?|weekdays?|(?:work(?:ing)?|office) hours?|\d{1,2} ?(?:am|pm|o clock))"
)
_AT_HOURS = re.compile(
    rf"\b(?:text|message|write(?: to)?|contact|send|whatsapp)\b(?: me)?\b.{{0,24}}\b(?:only|just|after|before|in the|at|during)\b"
    rf".{{0,12}}\b{_THEN}\b"
    r"|\b(?:only|dont|do not|never|no)\b.{0,10}\b(?:texts?|messages?|write|contact|send|sending|texting|messaging)\b"
    rf".{{0,24}}\b{_THEN}\b"
    r"|(?:只|淨系|净系|麻烦).{0,6}(?:早上|上午|朝早|中午|下午|晚上|夜晚|晏昼|周末|平日|工作日|上班时间|白天).{0,6}(?:发|传|send|联系|联络|通知|text)"
    r"|(?:早上|上午|朝早|中午|下午|晚上|夜晚|半夜|深夜|周末|上班时间|午休).{0,4}(?:别|不要|唔好|咪|请勿|先)(?:再)?(?:给我|畀我|俾我|跟我)?(?:发|传|send|联系|联络|吵|打扰)"
)
_HOW = re.compile(r"\b(?:how|where|can i|why)\b|怎么|怎样|如何|点样|点先|哪里|吗\W*$|[?？]\s*$")
_ALL = re.compile(r"\b(?:all|everything|both|whatsapp|telegram|sms|email|wechat)\b|全部|所有|统统|都唔要|都不要|都是|都系|都停")


def wants_none(words: str) -> bool:
    """Whether they ask for no messages any more: not how that is done, not only at some hours, and not only for fewer."""
    said = fold(words)
    hours = _AT_HOURS.search(said) and not _NO_MORE.search(said)
    return _none(words) and not hours and bool(_KINDLY.search(said) or not _HOW.search(said)) and not _LESS.search(said)


def _none(words: str) -> bool:
    """In all of the words or in a clause of them, beside which they say why and not what they want instead."""
    parts = [words] if _INSTEAD.search(fold(words)) else [words, *_CLAUSE.split(words)]
    return any((_NO_MORE.search(said) or _LEAVE_ME.search(said)) and not _KEEPS.search(said) for said in map(fold, parts))


def asked_to_stop(turn: Turn) -> Reply | None:
    """A stop in more words than the one; and "all of it, everywhere", said after it."""
    said = fold(turn.words)
    if _WHY_ME.search(said):
        return why(turn)
    none = _none(turn.words)
    if _AT_HOURS.search(said) and not _NO_MORE.search(said):
        return _hours(turn)
    asked = none or _PAUSE.search(said) or (_BARE_PAUSE.search(said) and _wrote(turn))
    if asked and (_KINDLY.search(said) or not _HOW.search(said)):
        if _LESS.search(said):
            return settings(turn)
        until = _until(turn, said)
        if not none:
            until = until or turn.now + PAUSE
        elif _BORNE.search(said) or (_HAN.search(said) and not _SILENT_FOR.search(said)):
            until = None
        agreed = contact.agreed(turn.session, Person.of(turn.chat)).get(MARKETING, False)
        return _paused(turn, until) if until and agreed else stop(turn)  # where there is no yes, there is nothing to pause
    before = lately.answer(turn) if turn.chat.form is None and _ALL.search(said) and not _HOW.search(said) else None
    stopped = before is not None and any(button["do"] == "contact.resume" for button in lately.buttons(before))
    return stop(turn) if stopped else None


def _wrote(turn: Turn) -> bool:
    """Whether what was said last is something that we wrote by ourselves, or is about that."""
    before = lately.answer(turn)
    does = [button["do"] for button in lately.buttons(before)] if before is not None else []
    about = any(do.startswith("contact.") for do in does) and not any(do.startswith(("booking.", "prices.")) for do in does)
    return before is not None and (about or before.purpose == MARKETING)


def _until(turn: Turn, said: str) -> datetime | None:
    """The end of the time that they name for it; None for good."""
    if found := _LENGTH.search(said):
        number, unit = found[1] or found[3] or "a", found[2] or found[4]
        return turn.now + timedelta(days=_DAYS[unit] * (int(number) if number.isdecimal() else _NUMBERS[number]))
    if found := _THIS.search(said):
        today = turn.now.astimezone(_zone(turn)).replace(hour=0, minute=0, second=0, microsecond=0)
        if found[1] == "month" or found[2] == "月":
            return (today.replace(day=1) + timedelta(days=32)).replace(day=1).astimezone(UTC)
        return (today + timedelta(days=7 - today.weekday())).astimezone(UTC)
    return turn.now + PAUSE if _A_WHILE.search(said) else None


def _paused(turn: Turn, until: datetime) -> Reply:
    for one in _all(turn):
        one.paused_until = until
    actions.take_back(turn.session, turn.chat, "paused")
    buttons = [
        turn.button("contact.button.unpause", "contact.pause", False),
        turn.button("contact.button.settings", "contact.kind"),
    ]
    return Reply(turn.text("contact.paused", until=until.astimezone(_zone(turn)).date()), buttons)


def _hours(turn: Turn) -> Reply:
    policy = Policy.of(pushes.figures(turn.session))
    text = turn.text("contact.hours", start=f"{policy.quiet_until:%H:%M}", end=f"{policy.quiet_from:%H:%M}")
    return Reply(text, [turn.button("contact.button.settings", "contact.kind")])


def stop(turn: Turn) -> Reply:
    """No offer from the moment this turn commits."""
    actions.stop(turn.session, turn.chat, consents.version(turn), turn.now)
    again = turn.button("contact.button.resume", "contact.resume", consents.number(turn))
    buttons = [again, turn.button("contact.button.settings", "contact.kind")]
    return Reply(turn.text("contact.stopped"), buttons)


def resume(turn: Turn, number: Any) -> Reply:
    """A yes to the words of this number; where they have come to mean something else since, they are shown first."""
    if consents.outdated(turn, number):
        return consents.question(turn)
    actions.agree(turn.session, turn.chat, consents.version(turn), turn.now)
    return Reply(turn.text("contact.resumed"))


def answered(turn: Turn) -> Reply | None:
    """A "yes" or a "no" typed right below the question whether the new words are all right: it is an answer to nothing else."""
    if turn.chat.form is not None or not turn.memoised(consents.load).anew or (said := assent.said(turn)) is None:
        return None
    before = lately.answer(turn)
    shown = {button["do"]: button.get("value") for button in lately.buttons(before)} if before else {}
    if not {"contact.resume", "contact.offers"} <= shown.keys():
        return None
    return resume(turn, shown["contact.resume"]) if said == "yes" else stop(turn)


def asks_for_settings(turn: Turn) -> Reply | None:
    return settings(turn) if _SETTINGS.search(fold(turn.words)) else None


def settings(turn: Turn) -> Reply:
    own = contact.wish(turn.session, turn.chat.id)
    wishes = _said(turn)
    agreed = contact.agreed(turn.session, Person.of(turn.chat))
    offers, feedback = agreed.get(MARKETING, False), agreed.get(FEEDBACK, True)
    off = {kind for one in wishes for kind in one.off}
    paused_until = max((one.paused_until for one in wishes if one.paused_until), default=None)
    paused = paused_until is not None and paused_until > turn.now
    rows: list[Button | list[Button]] = [
        _switch(turn, "offers", offers, "contact.offers", False if offers else [consents.number(turn)]),
        _switch(turn, "feedback", feedback, "contact.feedback", not feedback),
        *(_switch(turn, kind, kind not in off, "contact.kind", kind) for kind in KINDS),
    ]
    if offers:
        monthly = any(one.per_month == 1 for one in wishes)
        rows.append(turn.button("contact.button.weekly" if monthly else "contact.button.monthly", "contact.often", not monthly))
        rows.append(turn.button("contact.button.unpause" if paused else "contact.button.pause", "contact.pause", not paused))
    if not own.preferred:
        rows.append(turn.button("contact.button.here", "contact.here"))
    rows.append(turn.button("contact.button.zone", "contact.zone", place=_place(turn)))
    rows.append(turn.button("contact.button.why", "contact.why"))
    until = paused_until.astimezone(_zone(turn)).date() if paused and paused_until else None
    return Reply(f"{turn.text('contact.settings', until=until)}\n\n{consents.shown(turn)}", rows, passing=True)


def offers(turn: Turn, wanted: Any) -> Reply:
    """`wanted`: False, or a yes to the words of a number, in a list; True on a button of an older release."""
    if wanted and consents.outdated(turn, wanted[0] if isinstance(wanted, list) else 0):
        return consents.question(turn)
    if wanted:
        actions.agree(turn.session, turn.chat, consents.version(turn), turn.now)
    else:
        actions.stop(turn.session, turn.chat, consents.version(turn), turn.now)
    return settings(turn)


def feedback(turn: Turn, wanted: Any) -> Reply:
    contact.say(turn.session, turn.chat, FEEDBACK, given=bool(wanted), version=consents.version(turn), now=turn.now)
    return settings(turn)


def kind(turn: Turn, name: Any = None) -> Reply:
    if name in KINDS:
        if any(name in one.off for one in _said(turn)):
            for one in _all(turn):
                one.off = [other for other in one.off if other != name]
        else:
            switch_off(turn, name)
    return settings(turn)


def switch_off(turn: Turn, name: str) -> None:
    """No more of this kind, in any chat of the person."""
    for one in _all(turn):
        one.off = [*[other for other in one.off if other != name], name]
    actions.switch_off(turn.session, turn.chat, name, turn.now)


def often(turn: Turn, monthly: Any) -> Reply:
    for one in _all(turn):
        one.per_month = 1 if monthly else None
    return settings(turn)


def pause(turn: Turn, wanted: Any) -> Reply:
    for one in _all(turn):
        one.paused_until = turn.now + PAUSE if wanted else None
    if wanted:
        actions.take_back(turn.session, turn.chat, "paused")
    return settings(turn)


def here(turn: Turn, _: Any) -> Reply:
    contact.prefer(turn.session, _own(turn), Person.of(turn.chat))
    return settings(turn)


def zone(turn: Turn, _: Any) -> Start:
    return Start("contact.zone")


def keep_zone(turn: Turn, answers: Answers) -> Reply:
    for one in _all(turn):
        one.timezone = answers["zone"] or None
    return Reply(turn.text("contact.zone.kept", clock=f"{turn.now.astimezone(_zone(turn)):%H:%M}"))


def why(turn: Turn, _: Any = None) -> Reply:
    """The last decisions about this person, each with its reason."""
    zone = _zone(turn)
    lines = []
    for decision in contact.latest(turn.session, Person.of(turn.chat), SHOWN):
        day = (decision.due_at or decision.at).astimezone(zone).date()
        sent = "sent" if decision.verdict in (contact.SENT, contact.MERGED) else "not_sent"
        reason = turn.text(f"contact.why.{decision.reason}")
        lines.append(turn.text(f"contact.why.{sent}", day=day, what=_named(turn, decision.kind)) + " " + reason)
    return Reply("\n".join([turn.text("contact.why.title"), *lines] if lines else [turn.text("contact.why.nothing")]))


def _named(turn: Turn, name: str) -> str:
    return turn.text(
        f"contact.kind.{name}" if name in (*KINDS, "offers", "feedback", "appointment", "consent") else "contact.kind.other"
    )


def _switch(turn: Turn, name: str, on: bool, do: str, value: Any) -> Button:
    return turn.button("contact.button.on" if on else "contact.button.off", do, value, what=_named(turn, name))


def _own(turn: Turn) -> ContactWish:
    """The chat's wishes, to be changed."""
    wishes = contact.wish(turn.session, turn.chat.id)
    turn.session.add(wishes)
    return wishes


def _all(turn: Turn) -> list[ContactWish]:
    """Of every chat of the person, to be changed: what they want holds wherever they are written to."""
    own = _own(turn)
    return [own, *(one for one in _said(turn) if one is not own)]


def _said(turn: Turn) -> list[ContactWish]:
    return contact.wishes_of(turn.session, Person.of(turn.chat))


def _zone(turn: Turn) -> ZoneInfo:
    own = next((one.timezone for one in _said(turn) if one.timezone), None)
    return ZoneInfo(own or (turn.store.timezone if turn.store else "UTC"))


def _place(turn: Turn) -> str:
    return _zone(turn).key.rsplit("/", 1)[-1].replace("_", " ")


ZONE = Form("zone", [Zone(name="zone")], keep_zone, question=True)
