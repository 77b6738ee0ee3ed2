"""Settings: secrets and addresses from the environment or `.env`, typed, explaining themselves when wrong."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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


class Settings(BaseSettings):
    """What may differ from one installation to the next. A name in capitals is the environment variable or the line in `.env`."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    database_url: str = Field("", alias="DATABASE_URL")
    telegram_bot_token: SecretStr = Field(SecretStr(""), alias="TELEGRAM_BOT_TOKEN")
    telegram_api_url: str = Field("https://api.telegram.org", alias="TELEGRAM_API_URL")
    telegram_webhook_url: str = Field("", alias="TELEGRAM_WEBHOOK_URL")
    telegram_webhook_secret: SecretStr = Field(SecretStr(""), alias="TELEGRAM_WEBHOOK_SECRET")
    telegram_staff_chat: str = Field("", alias="TELEGRAM_STAFF_CHAT")
    host: str = Field("127.0.0.1", alias="BAYLINE_HOST")
    port: int = Field(8080, alias="BAYLINE_PORT", ge=0, le=65535)
    data_dir: Path = Field(Path("data"), alias="BAYLINE_DATA_DIR")
    key_file: Path | None = Field(None, alias="BAYLINE_KEY_FILE")
    clock_file: Path | None = Field(None, alias="BAYLINE_CLOCK_FILE")
    allowed_origins: str = Field("", alias="BAYLINE_ALLOWED_ORIGINS")
    trusted_proxies: str = Field("", alias="BAYLINE_TRUSTED_PROXIES")
    keep: str = Field("", alias="BAYLINE_KEEP_MONTHS")
    second_step: str = Field("", alias="BAYLINE_SECOND_STEP")
    alone_rows: int = Field(200, alias="BAYLINE_ALONE_ROWS", ge=1)
    metrics_token: SecretStr = Field(SecretStr(""), alias="BAYLINE_METRICS_TOKEN")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(_DATABASES):
            raise ValueError("must look like sqlite:///data/bayline.db or postgresql://user:password@host/database")
        return value

    @field_validator("telegram_bot_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("must be the token that @BotFather gave, such as 123456789:AAH…; copy it once more")
        return value

    @field_validator("telegram_api_url", "telegram_webhook_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not re.match(r"https?://[^\s/]+", value):
            raise ValueError("must be an address that begins with https:// (or http:// for a server on this machine)")
        return value.rstrip("/")

    @field_validator("port", mode="before")
    @classmethod
    def _port(cls, value: object) -> object:
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and int(text[:6]) <= 65535):
            raise ValueError("must be a number from 0 to 65535, such as 8080")
        return value

    @field_validator("telegram_staff_chat")
    @classmethod
    def _staff_chat(cls, value: str) -> str:
        if value and not _GROUP.fullmatch(value):
            raise ValueError("must be the number of a group, such as -1001234567890; it begins with a minus")
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        for origin in _listed(value):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f'"{origin}" must look like https://www.example.com, without a path; commas between several')
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        for proxy in _listed(value):
            try:
                ip_network(proxy)
            except ValueError:
                raise ValueError(
                    f'"{proxy}" must be an address such as 127.0.0.1 or a network such as 10.0.0.0/8; commas between several'
                ) from None
        return value

    @field_validator("keep")
    @classmethod
    def _keep(cls, value: str) -> str:
        if value:
            _policy(value)
        return value

    @field_validator("second_step")
    @classmethod
    def _second_step(cls, value: str) -> str:
        for role in _listed(value):
            if role not in (*_ROLES, "everybody"):
                raise ValueError(f'"{role}" must be one of {", ".join(_ROLES)} or everybody; commas between several')
        return value

    @field_validator("metrics_token")
    @classmethod
    def _metrics(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _BEARER.fullmatch(value.get_secret_value()):
            raise ValueError("must be a long random word of 20 to 256 letters and digits, such as `openssl rand -hex 24` prints")
        return value

    @field_validator("alone_rows", mode="before")
    @classmethod
    def _rows(cls, value: object) -> object:
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) < 10**9):
            raise ValueError("must be a number of rows from 1 up, such as 200")
        return value

    @field_validator("key_file")
    @classmethod
    def _key(cls, value: Path | None) -> Path | None:
        if value is not None:
            key_in(value)
        return value

    @field_validator("clock_file")
    @classmethod
    def _clock(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(
                "must name an existing file with an instant such as 2026-11-21T09:00:00+08:00; leave it out in real use"
            )
        return value

    @model_validator(mode="after")
    def _key_elsewhere(self) -> "Settings":
        folders = [self.data_dir]
        if self.database.startswith("sqlite:///"):
            folders.append(Path(self.database.removeprefix("sqlite:///")).parent)
        if self.key_file and any(self.key_file.resolve().is_relative_to(folder.resolve()) for folder in folders):
            raise ValueError(
                "BAYLINE_KEY_FILE must not lie in the folder of the data: whoever copies that would have the key with it"
            )
        return self

    @model_validator(mode="after")
    def _webhook(self) -> "Settings":
        url, secret = self.telegram_webhook_url, self.telegram_webhook_secret.get_secret_value()
        if url and not secret:
            raise ValueError(
                "TELEGRAM_WEBHOOK_SECRET is missing: with TELEGRAM_WEBHOOK_URL set, write a long random word "
                "(letters, digits, _ and -) into TELEGRAM_WEBHOOK_SECRET, or anybody could post messages to the bot"
            )
        if secret and not _SECRET.fullmatch(secret):
            raise ValueError("TELEGRAM_WEBHOOK_SECRET must have 1 to 256 letters, digits, _ or -")
        if secret and not url:
            raise ValueError(
                "TELEGRAM_WEBHOOK_URL is missing: write the public https address of this server, or remove the secret"
            )
        return self

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
    except ValidationError as errors:
        error = errors.errors(include_url=False, include_input=False)[0]
        name = str(error["loc"][0]) if error["loc"] else ""
        reason = error["msg"].removeprefix("Value error, ")
        raise Wrong(f"{name}: {reason}" if name else reason) from None
    except UnicodeDecodeError:
        raise Wrong(".env is not readable as UTF-8 text: save it as UTF-8") from None


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


def others_may_read() -> bool:
    """Whether `.env`, where secrets are, is open to others on this machine."""
    return os.name == "posix" and FILE.is_file() and bool(FILE.stat().st_mode & 0o077)


def unknown() -> list[str]:
    """Names that look like settings, in `.env` or around us, and are none: most likely misspelt."""
    known = {str(field.alias) for field in Settings.model_fields.values()}
    named = {name for name in names_in_file() if name.startswith(_OURS)} | {
        name for name in os.environ if name.startswith("BAYLINE_")
    }
    return sorted(named - known)
