"""Goodbye below a booked visit says when that is; where it names another time, the visit is shown."""

import pytest

from tests.handlers.test_booking_after import booked, only
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "bye", "other", "neither", "sees", "card"),
    [
        (
            "en", ("Thanks, see you Thursday!", "ok cheers, see you then", "see you thursday at 3"),
            ("see you on friday", "see you at 4"), ("can I see you on friday?",), "look forward to seeing you: Thu", "Confirmed",
        ),
        ("zh-CN", ("好的谢谢，周四见", "到时见", "那周四下午三点见"), ("周五见",), ("能不能周五见",), "周四 15:00", "已确认"),
        ("zh-HK", ("星期四見啦", "唔該，到時見"), ("星期五見",), (), "週四 15:00", "已確認"),
    ],
)  # fmt: skip
def test_see_you_then(
    world: World, language: str, bye: tuple[str, ...], other: tuple[str, ...], neither: tuple[str, ...], sees: str, card: str
) -> None:
    ann = booked(world, language)
    for words in bye:
        assert card not in ann.says(words).sees(sees).last.text
    for words in other:
        ann.says(words).sees(card)
    for words in neither:
        assert sees not in ann.says(words).last.text
    assert only(world, ann).status == "confirmed"


def test_without_a_visit_it_is_a_mere_goodbye(world: World) -> None:
    assert "look forward to seeing you" not in world.customer().says("see you then").last.text


@pytest.mark.parametrize(
    ("language", "asked", "told"),
    [
        ("en", ("will it be done by 5?", "is my car going to be ready before six"), "ready about 15:45"),
        ("zh-CN", ("五点前能弄好吗", "下班前可以取车吗"), "约15:45完成"),
    ],
)
def test_is_it_done_by_then(world: World, language: str, asked: tuple[str, ...], told: str) -> None:
    ann = booked(world, language)
    for words in asked:
        ann.says(words).sees(told)
    assert only(world, ann).status == "confirmed"
