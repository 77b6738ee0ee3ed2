"""Number plates: read as people write them, told apart by kind, and never refused because they are foreign.

Mainland China by GA 36: province, a letter for the city, five characters (blue) or six (green, new energy); the letters I and O
are not used after the city. Suffixes: 警 police, 学 driving school, 挂 trailer or coach, 领 consulate, 使 embassy, 港/澳 border.
"""

import re
import unicodedata
from dataclasses import dataclass

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# Plates are written in Simplified characters; these are how a Traditional keyboard types them.
_SIMPLIFIED = str.maketrans("滬雲遼魯蘇贛鄂陝閩貴粵瓊寧學掛領應門", "沪云辽鲁苏赣鄂陕闽贵粤琼宁学挂领应门")
# Letters of Cyrillic and Greek that look like Latin ones; Russian plates use no others.
_ALIKE = str.maketrans("АВЕКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXABEZHIKMNOPTYX")
_MOST = 20
_SERIAL = "[0-9A-HJ-NP-Z]"
_KINDS = [
    (kind, re.compile(pattern))
    for kind, pattern in [
        ("border", rf"粤Z{_SERIAL}{{4,5}}[港澳]"),
        ("police", rf"[{PROVINCES}][A-HJ-Z]{_SERIAL}{{4,5}}警"),
        ("school", rf"[{PROVINCES}][A-HJ-Z]{_SERIAL}{{4,5}}学"),
        ("coach", rf"[{PROVINCES}][A-HJ-Z]{_SERIAL}{{4,5}}挂"),
        ("emergency", rf"[{PROVINCES}]X{_SERIAL}{{4}}应急"),
        ("consular", rf"[{PROVINCES}][A-HJ-Z]{_SERIAL}{{4}}领|[{PROVINCES}][A-HJ-Z]?\d{{5,6}}领"),
        ("embassy", r"使\d{6}|\d{6}使"),
        ("armed_police", rf"WJ[{PROVINCES}]?{_SERIAL}{{5}}"),
        # New energy: D, F and the letters opened since, first for small cars, last for large ones.
        ("green", rf"[{PROVINCES}][A-HJ-Z](?:[A-HJK]{_SERIAL}\d{{4}}|\d{{5}}[A-HJK])"),
        ("blue", rf"[{PROVINCES}][A-HJ-Z]{_SERIAL}{{5}}"),
    ]
]
# A mainland plate that has an I or an O where none can be.
_MISREAD = re.compile(rf"([{PROVINCES}][A-Z])([0-9A-Z]{{4,6}})([警学挂领港澳]?)")
_BY_REGION = {
    "HK": re.compile(r"(?![A-Z]{0,1}[IOQ])[A-Z]{1,2}\d{1,4}|(?=[A-Z]{0,7}\d)[A-Z0-9]{2,8}"),
    "MO": re.compile(r"M[A-Z]?\d{4}|[A-Z]{2}\d{4}"),
    "TW": re.compile(r"[A-Z]{2,3}\d{3,4}|\d{3,4}[A-Z]{2,3}|[A-Z]\d[-]?\d{4}|\d{4}[A-Z]\d|[A-Z]{3}\d{3}"),
}
_TAIWAN = re.compile(r"(?<![A-Z0-9-])(?:[A-HJ-NP-Z]{3}-\d{4}|[A-Z]{2}-\d{4}|\d{4}-[A-Z]{2}|E[A-Z]{2}-\d{4})(?![A-Z0-9-])")
_MACAU = re.compile(r"(?<![A-Z0-9-])M[A-Z]?-\d{2}-\d{2}(?![A-Z0-9-])")
_SEPARATOR = r"[\s·•‧・∙.\-—–_]?"
# First as plates are mostly typed; then with a gap anywhere, where the next word may be mistaken for a part of it.
_MAINLAND_IN_TEXT = [
    re.compile(
        rf"[{PROVINCES}]{_SEPARATOR}[A-Z]{_SEPARATOR}(?:{serial}){{4,6}}{_SEPARATOR}(?:[警学挂领港澳]|应急)?(?![0-9A-Z])"
        rf"|WJ{_SEPARATOR}[{PROVINCES}]{_SEPARATOR}[0-9A-Z]{{5}}(?![0-9A-Z])"
        rf"|使{_SEPARATOR}\d{{3}}{_SEPARATOR}\d{{3}}(?!\d)|(?<!\d)\d{{3}}{_SEPARATOR}\d{{3}}使"
    )
    for serial in ("[0-9A-Z]", f"[0-9A-Z]{_SEPARATOR}")
]
_TOLD = re.compile(
    r"(?:车牌号码|车牌号|车牌|牌照|牌号|车号|号牌"
    r"|(?<![A-Z])(?:LICEN[CS]E PLATE|NUMBER PLATE|REGISTRATION|PLATE|REG)(?![A-Z]))"
    r"(?: NUMBER| NO\.?)?\s*(?:是|为|:|IS|=)?\s*"
    r"([A-Z0-9](?:[A-Z0-9 .·-]{0,9}[A-Z0-9])?)(?![A-Z0-9])"
)
# Words that follow a plate and are no part of it; three letters may well be.
_TOLD_CUT = re.compile(r"\s(?:[A-Z]{4,}|AND|FOR|THE|IT|ITS|IS|MY|NOW|OK|PLS|CAR|RED)(?:\s|$).*")
_AROUND = re.compile(
    r"^(?:(?:我的?|车|的|号|码|牌|照|是|MY|THE|ITS?|IS|PLATE|NUMBER|LICEN[CS]E|REGISTRATION|CAR|车牌号码|车牌号|车牌|牌照)[\s:,]*)+(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate as it is written down. `doubt`: why to ask again ("letters", "odd"); `better`: what is probably meant.

    `kind`: blue | green | police | school | coach | emergency | consular | embassy | armed_police | border | hk | mo | tw |
    generic.
    """

    text: str
    kind: str
    doubt: str = ""
    better: str = ""

    @property
    def key(self) -> str:
        return key(self.text) or ""


def key(text: str | None) -> str | None:
    """The plate as it is looked up: upper case, Simplified, letters and digits only. None if nothing is left."""
    return _bare(_wide(text or ""))[:_MOST] or None


def read(text: str, region: str = "CN") -> Plate | None:
    """The plate that an answer to "which plate?" gives; None if it cannot be one. `region`: the store's country."""
    wide = _wide(text)
    if found := find(text):
        return found
    wide = _AROUND.sub("", wide).strip()
    bare = _bare(wide)
    if not 2 <= len(bare) <= 10:
        return None
    if region in _BY_REGION and _BY_REGION[region].fullmatch(bare):
        return Plate(_written(bare, region, wide), region.lower())
    for other in ("MO", "TW"):
        if _BY_REGION[other].fullmatch(bare) and (_MACAU if other == "MO" else _TAIWAN).search(wide):
            return Plate(_written(bare, other, wide), other.lower())
    shown = " ".join(re.sub(r"[^\w\s-]|_", "", wide).split())
    odd = not any(character.isdigit() for character in bare) or len(bare.encode()) == len(bare) * 3
    return Plate(shown[:_MOST], "generic", doubt="odd" if odd else "")


def find(text: str) -> Plate | None:
    """The plate in a sentence; only what can hardly be anything else, or what the words call a plate."""
    found = find_span(text)
    return found[0] if found else None


def find_span(text: str) -> tuple[Plate, str] | None:
    """The same, with the words in which it stood (as `_wide` writes them)."""
    wide = _wide(text)
    for pattern in _MAINLAND_IN_TEXT:
        for match in pattern.finditer(wide):
            if plate := _mainland(_bare(match[0])):
                return plate, match[0]
    for kind, written_so in (("mo", _MACAU), ("tw", _TAIWAN)):
        if written := written_so.search(wide):
            return Plate(written[0], kind), written[0]
    if told := _TOLD.search(wide):
        words = _TOLD_CUT.sub("", told[1]).strip(" .·-")
        bare = _bare(words)
        if 2 <= len(bare) <= 10 and any(character.isdigit() for character in bare):
            if re.fullmatch(r"[A-Z]{1,2}\d{1,4}", bare):
                return Plate(_written(bare, "HK", words), "hk"), told[0]
            return Plate(words, "generic"), told[0]
    return None


def mask(plate: str | None) -> str:
    """The plate for lists that many people see: its beginning and its last two characters."""
    bare = _bare(_wide(plate or ""))
    return f"{bare[:2]}***{bare[-2:]}" if len(bare) > 4 else "***" if bare else ""


def wide_words(text: str) -> str:
    """The text as this module reads it; what `find_span` names can be taken out of it."""
    return _wide(text)


def _mainland(bare: str) -> Plate | None:
    for kind, pattern in _KINDS:
        if pattern.fullmatch(bare):
            return Plate(_dotted(bare, kind), kind)
    if misread := _MISREAD.fullmatch(bare):
        better = f"{misread[1]}{misread[2].replace('I', '1').replace('O', '0')}{misread[3]}"
        if better != bare and any(pattern.fullmatch(better) for _, pattern in _KINDS):
            return Plate(_dotted(bare, "blue"), "generic", doubt="letters", better=_dotted(better, "blue"))
    return None


def _dotted(bare: str, kind: str) -> str:
    return bare if kind in ("embassy", "armed_police") else f"{bare[:2]}·{bare[2:]}"


def _written(bare: str, region: str, wide: str) -> str:
    """As the plates of the place are written: AB 1234, MA-12-34, ABC-1234."""
    if region == "HK" and (parts := re.fullmatch(r"([A-Z]{1,2})(\d{1,4})", bare)):
        return f"{parts[1]} {parts[2]}"
    if region == "MO":
        return f"{bare[:-4]}-{bare[-4:-2]}-{bare[-2:]}"
    if region == "TW" and "-" not in wide and (parts := re.fullmatch(r"([A-Z]{2,3})(\d{3,4})|(\d{3,4})([A-Z]{2,3})", bare)):
        return "-".join(part for part in parts.groups() if part)
    return " ".join(re.sub(r"[^\w\s-]|_", "", wide).split())[:_MOST]


def _wide(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text[:400]).upper().translate(_SIMPLIFIED)
    # Only between plain letters and digits: a plate in real Cyrillic stays one, its key folds it.
    return "".join(c for c in narrow if unicodedata.category(c) not in ("Cf", "Cc", "So", "Sk", "Mn", "Cs", "Co"))


def _bare(wide: str) -> str:
    return "".join(c for c in wide.translate(_ALIKE) if c.isalnum())
