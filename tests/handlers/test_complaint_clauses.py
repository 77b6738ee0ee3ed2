"""Complaints clause by clause: what is said beside praise or a question is heard, and what is only praised or asked is none."""

import pytest

from handlers.tickets.rules import PERHAPS, Rules, shipped
from tests.world import World

RULES = Rules(shipped())


@pytest.mark.parametrize(
    ("words", "tier"),
    [
        ("Lovely people on the desk, but you scratched my door", "serious"),
        ("Thank you for the great service. Your mechanic dented my wing though.", "serious"),
        ("thanks guys, quick as always, but my daughter was injured by your ramp", "critical"),
        ("Great job on the paint, shame your receptionist was so rude", "minor"),
        ("The noise is gone, but you scratched my bumper", "serious"),
        ("服务很好，但是你们把我的轮毂刮花了", "serious"),
        ("师傅辛苦了，可惜取车的时候等了两个小时", "minor"),
        ("态度不错，不过你们的地滑，我滑倒了", "critical"),
        ("服務很好，但你們把我的車門刮花了", "serious"),
        ("師傅態度好好，不過你哋刮花我部車", "serious"),
    ],
)
def test_praise_hides_nothing_that_is_said_beside_it(words: str, tier: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, verdict.tier) == (True, tier)


@pytest.mark.parametrize(
    "words",
    [
        "Thanks, great service, the scratch is gone",
        "very happy with the repair, no more noise",
        "Thank you for the quick help, see you next year",
        "服务很好，谢谢师傅，划痕都处理掉了",
        "异响没了，修得很好",
        "服務很棒，態度很好，下次再來",
        "多謝晒，態度好好",
    ],
)
def test_praise_alone_is_no_complaint(words: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, PERHAPS in verdict.kinds) == (False, False)


@pytest.mark.parametrize(
    "words",
    [
        "you scratched my door, can you polish it out",
        "your mechanic broke my mirror, how much is a new one",
        "你们把我的门刮花了，能不能帮我抛光",
        "保养完你们忘了拧螺丝，地上一滩油，我想问问要不要紧",
        "你哋刮花我架車，係咪要補漆",
    ],
)
def test_what_complains_beside_a_question_is_asked_about(words: str) -> None:
    verdict = RULES.judge(words)
    assert verdict.complaint or PERHAPS in verdict.kinds


@pytest.mark.parametrize(
    "words",
    [
        "do you fix scratches, and how long does it take",
        "can you take my car on Friday, the brakes squeal",
        "how much for a polish, there are scratches on the door",
        "你们能补漆吗，车门有划痕",
        "你們洗車洗完會不會有太陽紋，多久洗一次比較好",
        "先做保養，再看煞車，週四可以嗎",
    ],
)
def test_a_mere_question_is_not_asked_about(words: str) -> None:
    verdict = RULES.judge(words)
    assert (verdict.complaint, PERHAPS in verdict.kinds) == (False, False)


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_the_second_ear_hears_what_is_said_beside_praise(world: World) -> None:
    world.customer().says("Great service last year. But your guy at the desk rolled his eyes when I asked about the bill").sees(
        "very sorry"
    )
