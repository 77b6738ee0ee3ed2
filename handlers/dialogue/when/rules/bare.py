"""Rules about which bare numbers are hours: after "at", beside a day, in "10 or 11"."""

from handlers.dialogue.when.rules.faces import face
from handlers.dialogue.when.tokens import Clock, Context, Made, Token, joined

# Nouns that a number counts ("tomorrow 2 cars"); other plurals are taken for nouns, too, unless they are here.
_NO_NOUNS = frozenset(
    [
        "works",
        "suits",
        "is",
        "was",
        "pls",
        "plz",
        "thanks",
        "thx",
        "does",
        "yes",
        "has",
        "us",
        "this",
        "as",
        "cheers",
        "its",
        "it's",
        "sounds",
        "looks",
        "fits",
        "always",
        "gets",
    ]
)


_NOUNS = frozenset(
    [
        "people",
        "car",
        "vehicle",
        "key",
        "person",
        "adults",
        "litre",
        "tyre",
        "tire",
        "new",
        "used",
        "pieces",
        "photos",
        "more",
        "front",
        "rear",
        "of",
        "other",
        "different",
        "issues",
        "problems",
        "questions",
        "extra",
        "additional",
        "spare",
        "winter",
        "summer",
        "point",
        "tyres",
        "tires",
        "services",
        "brakes",
    ]
)


_FINE = {
    "ok", "okay", "works", "work", "good", "fine", "please", "pls", "plz", "free", "available", "possible", "suits", "then",
    "thanks", "thx", "great", "is", "are", "for", "me", "us", "would", "be", "sounds", "perfect", "thank", "you", "that", "it",
    "with", "suit", "cool", "yeah", "yes", "sure", "if", "can", "could", "do", "i", "u", "ah", "lah", "best", "ideal",
}  # fmt: skip


_SUITS = frozenset(["ok", "okay", "alright", "possible", "fine", "available", "work", "works", "suit", "suits", "free", "doable"])


def counted(token: Token) -> bool:
    """Whether this word makes a count of the number before it."""
    word = token.value[0] if isinstance(token.value, tuple) and token.value else token.value
    if not isinstance(word, str) or token.kind != "x":
        return False
    return word in _NOUNS or (word.endswith("s") and len(word) > 3 and word not in _NO_NOUNS)


def promoted(context: Context, tokens: list[Token]) -> Made:
    """A bare number that stands where a time stands: after "at", beside a day or a part of day."""
    index = next(i for i, t in enumerate(tokens) if t.kind in "nk")
    token = tokens[index]
    if index + 1 < len(tokens) and counted(tokens[index + 1]):
        return None
    if (
        isinstance(token.value, int)
        and (12 < token.value < 100 or 2000 <= token.value < 2100)
        and not any(t.kind == "@" for t in tokens[:index])
    ):
        return None
    clock = face(token.value)
    if clock is None:
        return None
    if token.value == 1 and token.end - token.start == 3 and not any(t.kind in "@ABF|" for t in tokens[:index]):
        # "The other one, on Friday."
        return None
    if not any(t.kind in "Dwp" for t in tokens) and no_face_alone(token.value):
        return None
    if isinstance(token.value, int) and token.value >= 100:
        # "My budget is 500, Friday".
        firm = any(t.kind in "@ABF" for t in tokens[:index])
        hundreds = token.value < 1000 and token.value % 100 == 0 and token.end - token.start < 4
        if not firm and (any(t.kind == "," for t in tokens) or hundreds):
            return None
    # Four digits are written by people who count to 24: 0830, 1430.
    if token.end - token.start == 4 and isinstance(token.value, int) and token.value >= 100:
        clock = Clock(clock.hour, clock.minute, True)
    return [*tokens[:index], Token("c", token.start, token.end, clock), *tokens[index + 1 :]]


def no_face_alone(value: object) -> bool:
    """Whether three digits without a day are more likely a price or a speed: 930 is a time, 120 is none."""
    return (
        isinstance(value, int)
        and 100 <= value < 1000
        and (value % 100 not in (0, 15, 30, 45) or (value < 800 and value % 100 == 0))
    )


def alone(context: Context, tokens: list[Token]) -> Made:
    """Nothing but a number, or "is 3 ok?"."""
    number = next(t for t in tokens if t.kind in "nk")
    if number.value == 0:
        # Typed below a list, where "0" is none of it.
        return None
    if number.kind == "k" and (context.chinese or not isinstance(number.value, tuple)):
        return None
    if number.kind == "n" and number.value >= 100 and number.end - number.start < 4:
        return None
    others = [t.value for t in tokens if t.kind == "x" and t.start >= number.end]
    words = [word for value in others for word in (value if isinstance(value, tuple) else (value,))]
    return promoted(context, tokens) if context.chinese or all(word in _FINE for word in words) else None


def alone_or(context: Context, tokens: list[Token]) -> Made:
    """Nothing but "10 or 11"."""
    first, *rest = (i for i, t in enumerate(tokens) if t.kind == "n")
    if not all(isinstance(tokens[i].value, int) and 1 <= tokens[i].value <= 12 for i in (first, *rest)):
        return None
    return [t._replace(kind="c", value=Clock(t.value)) if t.kind == "n" else t for t in tokens]


def another(context: Context, tokens: list[Token]) -> Made:
    """ "At 10 or 11": the second is an hour like the first."""
    index = 0 if tokens[0].kind == "n" else len(tokens) - 1
    token = tokens[index]
    clock = face(token.value)
    if clock is None or not isinstance(token.value, int) or token.value > 24:
        return None
    made = Token("c", token.start, token.end, clock)
    return [made, *tokens[1:]] if index == 0 else [*tokens[:-1], made]


def another_with_meridiem(context: Context, tokens: list[Token]) -> Made:
    """ "10 or 11am", "9/10am": the am or pm is said of both when the first has none."""
    last = tokens[-1].value
    numbers = [tokens[0].value] if tokens[0].kind == "n" else []
    if not numbers or not isinstance(numbers[0], int) or not 1 <= numbers[0] <= 12 or not last.sure:
        return None
    half = 12 if last.hour >= 12 else 0
    clock = Clock(numbers[0] % 12 + half, 0, True)
    if (clock.hour, clock.minute) > (last.hour, last.minute):
        clock = Clock(numbers[0] % 12, 0, True)
    return [Token("c", tokens[0].start, tokens[0].end, clock), *tokens[1:]]


def slashed_hours(context: Context, tokens: list[Token]) -> Made:
    """ "9/10am"."""
    one, two = tokens[0].value
    if not (1 <= one <= 12 and 1 <= two <= 12):
        return None
    half = 12 if tokens[1].value == "pm" else 0
    first, second = tokens[0].start, tokens[1].end
    ends = (Clock(one % 12 + half, 0, True), Clock(two % 12 + half, 0, True))
    return [Token("c", first, first + 1, ends[0]), Token("|", first + 1, first + 2), Token("c", first + 2, second, ends[1])]


def until_hour(context: Context, tokens: list[Token]) -> Made:
    """ "Until 1"."""
    return promoted(context, tokens) if tokens[0].value == "until" else None


def is_it_ok(context: Context, tokens: list[Token]) -> Made:
    """ "Is 6 ok", "would 4 work", "9 can't, 10 ok?": an hour without "at"."""
    before, number, after = tokens
    asks, answer = ((t.value if isinstance(t.value, tuple) else (t.value,)) for t in (before, after))
    if number.value == 1 and number.end - number.start == 3:
        # "Is one available" asks for a car.
        return None
    if answer[0] == "be":
        # "Would 4 be free".
        answer = answer[1:] or answer
    if (
        (before.kind == "x" and asks[-1] not in ("is", "would", "does", "will"))
        or answer[0] not in _SUITS
        or not isinstance(number.value, int)
    ):
        return None
    return [before, Token("c", number.start, number.end, Clock(number.value)), after] if 1 <= number.value <= 12 else None


_OFFERS = frozenset(["be", "do", "manage", "make", "say"])


def offered(context: Context, tokens: list[Token]) -> Made:
    """ "Can it be 12 instead", "I could do 8 at a push": an hour, for nothing follows that it could count."""
    word, number = tokens[0].value, tokens[1]
    word = word[-1] if isinstance(word, tuple) else word
    if word not in _OFFERS or context.chinese or not isinstance(number.value, int) or not 1 <= number.value <= 12:
        return None
    return [tokens[0], Token("c", number.start, number.end, Clock(number.value)), *tokens[2:]]


def settled_on(context: Context, tokens: list[Token]) -> Made:
    """ "Ok 4 then", "10 it is": an hour that is settled on."""
    number, after = tokens[-2:]
    words = after.value if isinstance(after.value, tuple) else (after.value,)
    settles = words[0] in ("then", "works", "suits") or words[:2] == ("it", "is")
    if not settles or context.chinese or not isinstance(number.value, int) or not 1 <= number.value <= 12:
        return None
    return [*tokens[:-2], Token("c", number.start, number.end, Clock(number.value)), after]


def after_that(context: Context, tokens: list[Token]) -> Made:
    """ "School run first, after that 11?"."""
    return [tokens[0], *(promoted(context, tokens[1:]) or [tokens[1]])] if tokens[0].value in ("after that", "event") else None


def and_more(context: Context, tokens: list[Token]) -> Made:
    """ "3 plus tomorrow" is a little after three."""
    number, more = tokens
    if more.value != "plus" or not isinstance(number.value, int) or not 1 <= number.value <= 12:
        return None
    return [Token("c", number.start, more.end, Clock(number.value))]


def short_meridiem(context: Context, tokens: list[Token]) -> Made:
    """ "1130 a tomorrow"."""
    number, letter = tokens
    if letter.value != 1 or letter.end - letter.start != 1 or not isinstance(number.value, int) or not 600 <= number.value < 1200:
        return None
    clock = face(number.value)
    return [Token("c", number.start, letter.end, Clock(clock.hour, clock.minute, True))] if clock else None


def half_of_day(context: Context, tokens: list[Token]) -> Made:
    """ "Saturday 1st half": before noon."""
    sides = {1: "morning", 2: "afternoon"}
    return joined("p", tokens, sides[tokens[0].value]) if tokens[0].value in sides else None


def apart(context: Context, tokens: list[Token]) -> Made:
    """ "7.45 drop off on Monday": no date and hardly a price."""
    index = next(i for i, t in enumerate(tokens) if t.kind == "k")
    value = tokens[index].value
    if context.chinese or not isinstance(value, tuple) or value[2] != 2 or value[1] not in (0, 15, 30, 45) or value[0] > 18:
        return None
    return promoted(context, tokens)


# Which part of the day is meant by am and pm without an hour.
SIDES = {"am": "morning", "pm": "afternoon"}


def part_of_meridiem(context: Context, tokens: list[Token]) -> Made:
    """ "Friday am", "pm tomorrow"."""
    return joined("p", tokens, SIDES[tokens[-1].value])


def loose(context: Context, tokens: list[Token]) -> Made:
    """The word "o'clock" or "am" without a number: something was said that we did not read."""
    return joined("V", tokens, None)
