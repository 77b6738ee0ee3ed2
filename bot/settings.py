"""Settings: secrets and addresses from the environment or `.env`, typed, explaining themselves when wrong."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from storage import encryption

if TYPE_CHECKING:
    from handlers.privacy.retention import Policy

FILE = Path(".env")
_OURS = ("BAYLINE_", "TELEGRAM_", "DATABASE_")
_TOKEN = re.compile(r"\d{3,20}:[\w-]{10,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_BEARER = re.compile(r"[A-Za-z0-9._~+/=-]{20,256}")
_GROUP = re.compile(r"-\d{1,20}")
_ORIGIN = re.compile(r"https?://[^/\s]+/?")
_ROLES = ("advisor", "manager", "region", "administrator")
_DATABASES = ("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")


class Wrong(Exception):  # noqa: N818 - said to the operator as it is
    """A setting that is missing or wrong, in one sentence that says what to write where."""


class Secret:
    """A word that neither a log nor a traceback shows."""

    __slots__ = ("_word",)

    def __init__(self, word: str) -> None:
        self._word = word

    def get_secret_value(self) -> str:
        return self._word

    def __repr__(self) -> str:
        return "Secret(…)"


# -- how each is read from what stands in the environment: ValueError says what to write --------------------------------------


def _database(text: str) -> str:
    if not text.startswith(_DATABASES):
        raise ValueError("must look like sqlite:///data/bayline.db or postgresql://user:password@host/database")
    return text


def _token(text: str) -> Secret:
    if not _TOKEN.fullmatch(text):
        raise ValueError("must be the token that @BotFather gave, such as 123456789:AAH…; copy it once more")
    return Secret(text)


def _address(text: str) -> str:
    if not re.match(r"https?://[^\s/]+", text):
        raise ValueError("must be an address that begins with https:// (or http:// for a server on this machine)")
    return text.rstrip("/")


def _port(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65535):
        raise ValueError("must be a number from 0 to 65535, such as 8080")
    return int(text)


def _rows(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and int(text[:10]) > 0):
        raise ValueError("must be a number from 1 on, such as 200")
    return int(text[:10])


def _staff_chat(text: str) -> str:
    if not _GROUP.fullmatch(text):
        raise ValueError("must be the number of a group, such as -1001234567890; it begins with a minus")
    return text


def _origins(text: str) -> str:
    for origin in _listed(text):
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f'"{origin}" must look like https://www.example.com, without a path; commas between several')
    return text


def _proxies(text: str) -> str:
    for proxy in _listed(text):
        try:
            ip_network(proxy)
        except ValueError:
            raise ValueError(
                f'"{proxy}" must be an address such as 127.0.0.1 or a network such as 10.0.0.0/8; commas between several'
            ) from None
    return text


def _months(text: str) -> str:
    _policy(text)
    return text


def _second_step(text: str) -> str:
    for role in _listed(text):
        if role not in (*_ROLES, "everybody"):
            raise ValueError(f'"{role}" must be one of {", ".join(_ROLES)} or everybody; commas between several')
    return text


def _bearer(text: str) -> Secret:
    if not _BEARER.fullmatch(text):
        raise ValueError("must be a long random word of 20 to 256 letters and digits, such as `openssl rand -hex 24` prints")
    return Secret(text)


def _key_file(text: str) -> Path:
    key_in(Path(text))
    return Path(text)


def _clock_file(text: str) -> Path:
    if not Path(text).is_file():
        raise ValueError("must name an existing file with an instant such as 2026-11-21T09:00:00+08:00; leave it out in real use")
    return Path(text)


def _setting(name: str, default: Any, reads: Callable[[str], Any] = str) -> Any:
    return field(default=default, metadata={"name": name, "reads": reads})


@dataclass(init=False)
class Settings:
    """What may differ from one installation to the next. A name in capitals is the environment variable or the line in `.env`."""

    # ruff: noqa: RUF009 - each call makes a field of its own, from values that never change
    database_url: str = _setting("DATABASE_URL", "", _database)
    telegram_bot_token: Secret = _setting("TELEGRAM_BOT_TOKEN", Secret(""), _token)
    telegram_api_url: str = _setting("TELEGRAM_API_URL", "https://api.telegram.org", _address)
    telegram_webhook_url: str = _setting("TELEGRAM_WEBHOOK_URL", "", _address)
    telegram_webhook_secret: Secret = _setting("TELEGRAM_WEBHOOK_SECRET", Secret(""), Secret)
    telegram_staff_chat: str = _setting("TELEGRAM_STAFF_CHAT", "", _staff_chat)
    host: str = _setting("BAYLINE_HOST", "127.0.0.1")
    port: int = _setting("BAYLINE_PORT", 8080, _port)
    data_dir: Path = _setting("BAYLINE_DATA_DIR", Path("data"), Path)
    key_file: Path | None = _setting("BAYLINE_KEY_FILE", None, _key_file)
    clock_file: Path | None = _setting("BAYLINE_CLOCK_FILE", None, _clock_file)
    allowed_origins: str = _setting("BAYLINE_ALLOWED_ORIGINS", "", _origins)
    trusted_proxies: str = _setting("BAYLINE_TRUSTED_PROXIES", "", _proxies)
    keep: str = _setting("BAYLINE_KEEP_MONTHS", "", _months)
    second_step: str = _setting("BAYLINE_SECOND_STEP", "", _second_step)
    alone_rows: int = _setting("BAYLINE_ALONE_ROWS", 200, _rows)
    metrics_token: Secret = _setting("BAYLINE_METRICS_TOKEN", Secret(""), _bearer)

    def __init__(self, **changes: Any) -> None:
        """`changes` go before what is around us, by their names in capitals. Raises Wrong for the first that is not right."""
        given = {**_around(), **changes}
        for one in fields(self):
            name, value = one.metadata["name"], one.default
            if given.get(name) not in (None, ""):
                try:
                    value = one.metadata["reads"](str(given[name]))
                except ValueError as wrong:
                    raise Wrong(f"{name}: {wrong}") from None
            setattr(self, one.name, value)
        self._check_key()
        self._check_webhook()

    @classmethod
    def names(cls) -> set[str]:
        """Those in capitals."""
        return {one.metadata["name"] for one in fields(cls)}

    def _check_key(self) -> None:
        folders = [self.data_dir]
        if self.database.startswith("sqlite:///"):
            folders.append(Path(self.database.removeprefix("sqlite:///")).parent)
        if self.key_file and any(self.key_file.resolve().is_relative_to(folder.resolve()) for folder in folders):
            raise Wrong("BAYLINE_KEY_FILE must not lie in the folder of the data: whoever copies that would have the key with it")

    def _check_webhook(self) -> None:
        url, secret = self.telegram_webhook_url, self.telegram_webhook_secret.get_secret_value()
        if url and not secret:
            raise Wrong(
                "TELEGRAM_WEBHOOK_SECRET is missing: with TELEGRAM_WEBHOOK_URL set, write a long random word "
                "(letters, digits, _ and -) into TELEGRAM_WEBHOOK_SECRET, or anybody could post messages to the bot"
            )
        if secret and not _SECRET.fullmatch(secret):
            raise Wrong("TELEGRAM_WEBHOOK_SECRET must have 1 to 256 letters, digits, _ or -")
        if secret and not url:
            raise Wrong("TELEGRAM_WEBHOOK_URL is missing: write the public https address of this server, or remove the secret")

    @property
    def database(self) -> str:
        """The address of the database; without one, SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'bayline.db'}"

    @property
    def origins(self) -> tuple[str, ...]:
        """Sites that may embed the widget."""
        return tuple(origin.rstrip("/") for origin in _listed(self.allowed_origins))

    @property
    def proxies(self) -> tuple[str, ...]:
        """Addresses of proxies whose word about the visitor's address we take."""
        return _listed(self.trusted_proxies)

    @property
    def second_step_roles(self) -> frozenset[str]:
        """Roles that do not come into the console with a password alone."""
        roles = frozenset(_listed(self.second_step))
        return frozenset(_ROLES) if "everybody" in roles else roles

    @property
    def policy(self) -> "Policy":
        """How long what is kept."""
        return _policy(self.keep)


def key_in(file: Path) -> encryption.Key:
    """The key in this file. Raises ValueError with what is wrong about it, and nothing of what it holds."""
    try:
        state, text = file.stat(), file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        state, text = None, ""
    # A credential that systemd hands over is root's own, and open to a group of nobody else.
    if state and (state.st_mode & 0o007 or (state.st_mode & 0o070 and state.st_gid != 0)):
        raise ValueError(f"{file} can be read by others on this machine: chmod 600 {file}")
    try:
        return encryption.Key(text)
    except ValueError:
        raise ValueError(
            f"{file} must be a file that Bayline may read, with a key of 64 hexadecimal digits: "
            f"`(umask 077; openssl rand -hex 32 > {file})` makes one; keep a copy of it elsewhere, without it nothing can be read"
        ) from None


def _policy(text: str) -> "Policy":
    from handlers.privacy import retention  # late: whoever only asks for help need not load the features

    return retention.read(text)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def read(**changes: Any) -> Settings:
    """The settings of this process, which opens files with their key from then on.

    Raises Wrong with one sentence for the first that is not right.
    """
    try:
        names_in_file()
        settings = Settings(**changes)
        needed = settings.key_file if settings.database.startswith("sqlite") else None
        encryption.use(key_in(needed) if needed else None)
        return settings
    except encryption.NotInstalled:
        raise Wrong("BAYLINE_KEY_FILE: encrypting needs SQLCipher: `pip install 'bayline[encrypted]'`, and start again") from None
    except UnicodeDecodeError:
        raise Wrong(".env is not readable as UTF-8 text: save it as UTF-8") from None


def _around() -> dict[str, str]:
    """What the environment gives a value to, and behind it `.env`."""
    sources = (dotenv_values(FILE, encoding="utf-8"), os.environ)
    return {name.upper(): value for source in sources for name, value in source.items() if value}


def names_in_file() -> set[str]:
    """What `.env` gives a value to. Raises Wrong for a line that gives none: passed over, it would be missed much later."""
    if not FILE.is_file():
        return set()
    with FILE.open(encoding="utf-8") as file:
        lines = [line for line in parse_stream(file) if line.error or line.key]
    for line in lines:
        if line.error or line.value is None:
            raise Wrong(f".env: line {line.original.line} must look like NAME=value, such as BAYLINE_PORT=8080")
    return {line.key for line in lines if line.key}


def unknown() -> list[str]:
    """Names that look like settings, in `.env` or around us, and are none: most likely misspelt."""
    named = {name for name in names_in_file() if name.startswith(_OURS)} | {
        name for name in os.environ if name.startswith("BAYLINE_")
    }
    return sorted(named - Settings.names())
