"""Cells that a spreadsheet would run as a formula: an apostrophe goes before them, and comes off again."""

# Full-width forms too: some spreadsheets fold them before they look.
_DANGEROUS = ("=", "+", "-", "@", "|", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "｜")


def disarm(cell: str) -> str:
    return f"'{cell}" if _dangerous(cell) else cell


def rearm(cell: str) -> str:
    """What `disarm` was given."""
    return cell[1:] if cell.startswith("'") and _dangerous(cell) else cell


def _dangerous(cell: str) -> bool:
    # Apostrophes are looked through, so that a text which begins with one of its own comes back whole.
    bare = cell.lstrip("'")
    return bare.startswith(_DANGEROUS) or bare.lstrip().startswith(_DANGEROUS)
