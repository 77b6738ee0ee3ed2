"""What people may know, have and undo: the notice, their data as a file, and being forgotten after one question."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dialogue import Document, Reply, Turn, assent, lately
from handlers.dialogue.folding import fold
from handlers.privacy import actions, export
from storage import erasing

# The whole of what they say, so that a question that only mentions their data is answered as a question.
_DELETE = re.compile(
    r"(?:please |can you |could you |i want (?:you )?to |i would like (?:you )?to ){0,2}"
    r"(?:delete|erase|remove|forget) (?:all )?(?:of )?"
    r"(?:my (?:personal )?(?:data|information|account)|me)(?: please)?|"
    r"(?:请|帮我|我|想|要|把){0,5}(?:删除|删掉|清除|注销)(?:我)?的?(?:所有|全部)?的?(?:个人|個人)?(?:数据|资料|信息|资讯|账号|账户)(?:吧|啊|呀)?"
)
# "A copy first", below the question whether to delete it.
_COPY = re.compile(
    r"\b(?:a|the|my|get|download|save|export|want|need) (?:\w{1,8} )?(?:copy|backup)\b|\bcopy (?:first|before|please)\b"
    r"|\b(?:export|download)\b|副本|备份|拷贝|copy|导出|下载|(?:一份|资料|数据).{0,4}(?:给|俾|畀|发|传|寄)|(?:给|俾|畀|发|传|寄).{0,6}(?:一份|资料|数据)"
)
_EXPORT = re.compile(
    r"(?:please )?(?:export|download|send me|give me|show me) (?:a copy of )?(?:all )?(?:of )?"
    r"my (?:personal )?(?:data|information)(?: please)?|"
    r"(?:请|請|帮我|幫我)*(?:导出|匯出|下载|下載)(?:我)?的?(?:所有|全部)?(?:个人|個人)?(?:数据|資料|资料|信息|資訊)"
)


def hear(turn: Turn) -> Reply | None:
    words = fold(turn.words)
    if _DELETE.fullmatch(words):
        return ask(turn)
    if (said := assent.said(turn)) and _asked_just_now(turn, "privacy.erase"):
        return erase(turn, True) if said == "yes" else keep(turn, True)
    return give(turn) if _EXPORT.fullmatch(words) or (_COPY.search(words) and _asked_just_now(turn, "privacy.export")) else None


def _asked_just_now(turn: Turn, button: str) -> bool:
    """Whether this button stands below what was said last."""
    said = lately.answer(turn)
    return said is not None and any(one["do"] == button for one in lately.buttons(said))


def privacy(turn: Turn) -> Reply:
    buttons = [
        turn.button("privacy.button.export", "privacy.export"),
        turn.button("privacy.button.delete", "privacy.delete"),
        turn.button("contact.button.settings", "contact.kind"),
    ]
    store = turn.store
    name, phone = (store.names[turn.language], store.phone) if store else ("", "")
    return Reply(turn.text("privacy.notice", store=name, phone=phone), buttons)


def give(turn: Turn) -> Reply:
    """The file; a page fetches it, so that it need not be written into the chat, another channel gets it sent."""
    if turn.chat.pulls:
        path = export.path(turn.session, turn.chat.id, turn.now)
        return Reply(turn.text("privacy.given"), document=Document(export.NAME, export.MIME, "", path))
    scope = erasing.scope_of(turn.session, chat_id=turn.chat.id)
    content = export.written(turn.session, scope, turn.now)
    return Reply(turn.text("privacy.given"), document=Document(export.NAME, export.MIME, content, ""))


def ask(turn: Turn) -> Reply:
    """Says what goes, what stays and why, and asks once."""
    scope = erasing.scope_of(turn.session, chat_id=turn.chat.id)
    lines = [turn.text("privacy.ask")]
    if coming := actions.coming(turn.session, scope, turn.now):
        zone = ZoneInfo(turn.store.timezone) if turn.store else ZoneInfo("UTC")
        lines.append(turn.text("privacy.ask_visit", day=coming[0].starts_at.astimezone(zone).date()))
    if actions.open_tickets(turn.session, scope):
        lines.append(turn.text("privacy.ask_ticket"))
    buttons = [
        turn.button("privacy.button.erase", "privacy.erase", True),
        turn.button("privacy.button.export", "privacy.export"),
        turn.button("privacy.button.keep", "privacy.keep"),
    ]
    return Reply("\n\n".join(lines), buttons)


def erase(turn: Turn, _: Any) -> Reply:
    """Asks for it and says good-bye; it is done as soon as that has arrived (see `actions.due`)."""
    chat = turn.chat
    chat.form = chat.run = chat.slot = chat.asked_at = None
    chat.answers, chat.asked = {}, []
    actions.ask(turn.session, erasing.scope_of(turn.session, chat_id=chat.id), "chat", turn.now)
    return Reply(turn.text("privacy.goodbye"), leaves=True)


def keep(turn: Turn, _: Any) -> Reply:
    return Reply(turn.text("privacy.kept"))
