"""Tokens, masks and what a search means: pure rules of the staff's side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.customers import rules
from handlers.desk.desk import is_ours
from handlers.desk.tokens import Tokens
from handlers.dialogue import Refusal
from handlers.staff.rules import check_password

TOKENS = Tokens(b"k" * 32)


@given(st.integers(1, 2**62))
def test_au3_a_token_comes_back_as_its_number_and_as_nothing_else(number: int) -> None:
    """AU3: not under another kind, not from another house, not one letter changed."""
    token = TOKENS.write("ticket", number)
    assert TOKENS.read("ticket", token) == number
    assert TOKENS.read("customer", token) is None
    assert Tokens(b"o" * 32).read("ticket", token) is None
    for place in (0, 13, 26):
        for letter in "Ab-":
            other = token[:place] + letter + token[place + 1 :]
            assert other == token or TOKENS.read("ticket", other) is None


@given(st.text())
def test_au3_words_are_no_token(words: str) -> None:
    assert TOKENS.read("ticket", words) is None


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+8613812348000", "+86 138****8000"), ("+85298765432", "+852 ****5432"), ("+886912345678", "+886 9****5678"),
        ("+12025550123", "+1 20****0123"), ("+4412345", "+44 ****5"), (None, ""), ("nonsense", "****"),
    ],
)  # fmt: skip
def test_pv6_a_masked_number_hides_at_least_four_digits(phone: str | None, shown: str) -> None:
    """PV6."""
    assert rules.mask_phone(phone) == shown


def test_what_a_search_may_mean() -> None:
    both = rules.wanted("  粤Ｂ·12345 ")
    assert both is not None
    assert both.plate == "粤B12345"
    phone = rules.wanted("0532-0000 0101")
    assert phone is not None
    assert set(phone.digits) == {"053200000101", "53200000101"}
    assert rules.wanted("x") is None
    name = rules.wanted("陈静")
    assert name is not None
    assert (name.digits, name.plate) == ((), "")


@pytest.mark.parametrize("password", ["short", "password123", "1111111111", "ababababab", "ann-1234567", "x" * 201, ""])
def test_a_password_that_would_be_guessed_is_refused(password: str) -> None:
    with pytest.raises(Refusal):
        check_password(password, "ann-1234")


@given(st.text(alphabet="/\\.:@?#%&=abcCONSOLEconsole-_\n\t ", max_size=40))
def test_wb10_only_paths_of_the_console_are_ours(tail: str) -> None:
    """WB10: whatever follows, a browser stays on this host."""
    for path in (tail, "/console" + tail, "/console/" + tail):
        if is_ours(path):
            assert path.startswith("/console")
            assert "//" not in path.split("?")[0]
            assert "\\" not in path
            assert "\n" not in path
            assert ".." not in path.split("?")[0]
