"""Every case of the table, all together: a list of what differs says more than five hundred small tests."""

from tests.handlers.dialogue.when.table import cases, said


def test_the_table():
    wrong = []
    for case in cases():
        got = said(case.understood(), with_reason=" " in case.expected)
        if sorted(got.split()) != sorted(case.expected.split()):
            wrong.append(f"{case.text!r} in {case.region}: expected {case.expected}, got {got}")
    assert not wrong, "\n".join(wrong)
