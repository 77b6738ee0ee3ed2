"""What a file holds, by its headings or its name, and the order in which files need each other."""

from pathlib import Path

from handlers.transfer.kinds import ORDER

_ENDINGS = (".csv", ".tsv", ".xlsx", ".jsonl", ".toml")
_NAMES = {
    "store": "stores", "model": "models", "service": "services", "price": "prices", "customer": "customers",
    "vehicle": "vehicles", "visit": "visits", "entry": "kb", "entries": "kb", "knowledge": "kb",
}  # fmt: skip


def files_of(folder: Path) -> list[Path]:
    """The files of a folder that look like content, in the order in which they need each other.

    One whose name says nothing comes first, so that its owner hears of it: a price list that is passed over in silence does harm.
    """
    files = [
        path for path in sorted(folder.iterdir()) if path.suffix.lower() in _ENDINGS and not path.name.startswith((".", "~$"))
    ]
    return sorted(files, key=lambda path: ORDER.index(kind) if (kind := kind_of(path)) else -1)


def kind_of(path: Path) -> str | None:
    """What a file holds: TOML says it by its headings, the others by the words in their name; None if that says nothing."""
    suffix = path.suffix.lower()
    if suffix == ".toml" and path.is_file():
        content = path.read_bytes()
        if headed := "kb" if b"[[entry]]" in content else "stores" if b"[[store]]" in content else None:
            return headed
    if suffix in _ENDINGS:
        for word in reversed(path.stem.lower().replace("_", "-").replace(" ", "-").split("-")):
            if word in ORDER or word in _NAMES:
                return _NAMES.get(word, word)
    return None
