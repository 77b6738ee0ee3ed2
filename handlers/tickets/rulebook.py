"""The rules as a file that a manager edits: written out, taken back, all or none."""

from sqlalchemy.orm import Session

from handlers.tickets import rules
from storage import revisions, tier_rules

_HEAD = """Which words are a complaint, and how bad a one. Take these back with `bayline tickets rules import FILE`.

"you * scratched/dented * my": "/" is "or", "*" stands for a few words (never for a "not"), "?" after a word says that it may be
missing, "_" keeps words together inside an "or". One of `words` must be there, one of `near` if there are any, and none of
`unless` (words, or codes of other rules). `opens`: the words alone make a complaint."""


def written(session: Session) -> str:
    """The rules that hold now, as TOML."""
    import tomlkit  # a part of each start otherwise

    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line) if line else tomlkit.nl())
    document.add(tomlkit.nl())
    tables = tomlkit.aot()
    for rule in rules.load(session).rules.values():
        table = tomlkit.table()
        table.update({"code": rule.code, "tier": rule.tier, "category": rule.category, "opens": rule.opens})
        names = tomlkit.inline_table()
        names.update(dict(rule.names))
        table["names"] = names
        for name in ("words", "near", "unless"):
            if texts := getattr(rule, name):
                array = tomlkit.array()
                array.extend(texts)
                table[name] = array.multiline(True)
        tables.append(table)
    document["rule"] = tables
    return tomlkit.dumps(document)


def take(session: Session, text: str) -> int:
    """These rules and no others; how many. Raises ValueError with a sentence, and changes nothing then."""
    found = rules.read(text)
    tier_rules.replace_all(
        session,
        [
            {
                "code": rule.code, "tier": rule.tier, "category": rule.category, "names": dict(rule.names),
                "words": list(rule.words), "near": list(rule.near), "unless": list(rule.unless), "opens": rule.opens,
            }
            for rule in found
        ],
    )  # fmt: skip
    revisions.raise_(session, "tickets")
    return len(found)
