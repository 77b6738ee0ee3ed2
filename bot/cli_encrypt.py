"""`bayline encrypt` and `decrypt`: the database's file under a key, another one, or none."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli_common import progress_bar, sentences, shop_settings
from bot.settings import Settings, Wrong, key_in
from storage.encryption import Key


def add_to(main: typer.Typer) -> None:
    main.command()(encrypt)
    main.command()(decrypt)


def encrypt(
    old: Annotated[Path | None, typer.Option("--from", help="The file with the key until now, to change it.")] = None,
) -> None:
    """Encrypt the database with the key in BAYLINE_KEY_FILE, or bring it there from another key, while Bayline is stopped."""
    from bot.encrypting import change

    with sentences(), progress_bar() as progress:
        settings = _with_key()
        done = change(settings.database, _key(old), _key(settings.key_file), progress)
    typer.echo("Every page of it is encrypted, and the file from before is gone." if done else "It is encrypted with this key.")
    typer.echo("Keep a copy of the key elsewhere: without it nothing can be read. Older backups are what they were: see to them.")


def decrypt() -> None:
    """Write the database's file in clear again, while Bayline is stopped; then take BAYLINE_KEY_FILE out of the settings."""
    from bot.encrypting import change

    with sentences(), progress_bar() as progress:
        settings = _with_key()
        done = change(settings.database, _key(settings.key_file), None, progress)
    typer.echo("It is not encrypted any more." if done else "It is not encrypted.")
    typer.echo("Take BAYLINE_KEY_FILE out of the settings now.")


def _with_key() -> Settings:
    settings, _ = shop_settings()
    if settings.key_file is None:
        raise Wrong(
            "BAYLINE_KEY_FILE is missing: write the path of a file with a key into it, outside the folder of the data; "
            "`(umask 077; openssl rand -hex 32 > FILE)` makes one"
        )
    return settings


def _key(file: Path | None) -> Key | None:
    try:
        return key_in(file) if file else None
    except ValueError as wrong:
        raise Wrong(str(wrong)) from None
