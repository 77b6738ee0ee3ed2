"""What somebody said or pressed in a chat of staff, as every part that handles it sees it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """`key` is unique for ever, as that of an `Incoming`. `address`: of the chat; `person`: whose account it was, "" for an
    anonymous one. `ref`: the channel's id of it; `thread`: the topic it stands in; `reply_to`: what it replies to, and
    `replied`: the words of that, if a bot said them.

    `kind`: text | photo | copy (anything else, which is passed on as it is) | press. `text`: words, caption, or what a button
    carried. `picture`: id of the stored photo; `file`: of another stored file, and its name. `refusal`: key of the text that
    says why a photo or file was not taken. `language`: the channel's hint.
    """

    key: str
    address: str
    person: str
    ref: str
    kind: str = "text"
    text: str = ""
    thread: str = ""
    reply_to: str = ""
    replied: str = ""
    album: str = ""
    edited: bool = False
    picture: str = ""
    file: tuple[str, str] = ("", "")
    refusal: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of it. `spoke`: there is something to send. `toast`: a passing word for whoever pressed."""

    spoke: bool = False
    toast: str = ""
    duplicate: bool = False
