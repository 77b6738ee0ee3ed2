"""Plates, VINs and mileage: read as people write them, by tables of cases."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.prices import known
from handlers.vehicles import mileage, plates, vins


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        ("粤B12345", "blue", "粤B·12345"),
        ("粵B·12345", "blue", "粤B·12345"),
        ("粤 b-1 2 3 4 5", "blue", "粤B·12345"),
        ("我的车牌是苏A·8Y8Z8", "blue", "苏A·8Y8Z8"),
        ("Ｂ粤Ｂ１２３４５", "blue", "粤B·12345"),
        ("粤B12345🚗", "blue", "粤B·12345"),
        ("粤BD12345", "green", "粤B·D12345"),
        ("沪A·12345D", "green", "沪A·12345D"),
        ("京A1234警", "police", "京A·1234警"),
        ("京AD1234警", "police", "京A·D1234警"),
        ("粤B1234学", "school", "粤B·1234学"),
        ("粵B1234學", "school", "粤B·1234学"),
        ("鲁C1234挂", "coach", "鲁C·1234挂"),
        ("粤Z1234港", "border", "粤Z·1234港"),
        ("粵Z·A123澳", "border", "粤Z·A123澳"),
        ("沪A0023领", "consular", "沪A·0023领"),
        ("使014578", "embassy", "使014578"),
        ("224·578使", "embassy", "224578使"),
        ("WJ京12345", "armed_police", "WJ京12345"),
        ("川X0001应急", "emergency", "川X·0001应急"),
        ("MA-12-34", "mo", "MA-12-34"),
        ("ABC-1234", "tw", "ABC-1234"),
        ("车牌 LV 8", "hk", "LV 8"),
        ("my plate is AB12 CDE", "generic", "AB12 CDE"),
        ("А123ВС77", "generic", "А123ВС77"),
        ("M-AB 1234", "generic", "M-AB 1234"),
        ("7ABC123", "generic", "7ABC123"),
    ],
)
def test_a_plate_is_known_by_its_kind(words: str, kind: str, text: str) -> None:
    """IN8: mainland kinds, Hong Kong, Macau, Taiwan, and foreign ones that are never refused."""
    plate = plates.read(words)
    assert plate is not None
    assert (plate.kind, plate.text, plate.doubt) == (kind, text, "")


@pytest.mark.parametrize(
    ("words", "region", "kind", "text"),
    [
        ("lv8", "HK", "hk", "LV 8"),
        ("AB 1234", "HK", "hk", "AB 1234"),
        ("LUCKY 8", "HK", "hk", "LUCKY 8"),
        ("abc1234", "TW", "tw", "ABC-1234"),
        ("1234-ab", "TW", "tw", "1234-AB"),
        ("ma1234", "MO", "mo", "MA-12-34"),
        ("粤B12345", "HK", "blue", "粤B·12345"),
    ],
)
def test_the_stores_country_says_how_to_write_it(words: str, region: str, kind: str, text: str) -> None:
    plate = plates.read(words, region)
    assert plate is not None
    assert (plate.kind, plate.text) == (kind, text)


@pytest.mark.parametrize(
    ("words", "better"),
    [("粤B1O345", "粤B·10345"), ("粤BI2345", "粤B·12345"), ("粤BDO1234", "粤B·D01234"), ("京A1O34警", "京A·1034警")],
)
def test_i_and_o_are_offered_as_1_and_0(words: str, better: str) -> None:
    """IN8: there are none on mainland plates."""
    plate = plates.read(words)
    assert plate is not None
    assert (plate.doubt, plate.better) == ("letters", better)


@pytest.mark.parametrize("words", ["", "?", "🚗", "I really do not know it by heart", "x" * 500])
def test_what_is_no_plate(words: str) -> None:
    assert plates.read(words) is None


@pytest.mark.parametrize("words", ["I don't know", "blue", "红色的"])
def test_words_are_doubted(words: str) -> None:
    plate = plates.read(words)
    assert plate is not None
    assert plate.doubt == "odd"


@pytest.mark.parametrize(
    "words",
    [
        "how much is an oil change for my A4",
        "下周三上午十点做小保养",
        "5W-30",
        "13800138000",
        "C-0001",
        "2026-11-21",
        "5.2万公里",
        "湘菜馆",
        "regarding 5 tyres",
        "template 12",
    ],
)
def test_a_sentence_without_a_plate(words: str) -> None:
    assert plates.find(words) is None


def test_a_plate_is_found_beside_other_facts() -> None:
    for words in ("white A4 2019 粤B12345 5.2万公里", "粤B12345 5.2万", "粤B12345 A4", "A4粤B12345白色"):
        plate = plates.find(words)
        assert plate is not None
        assert plate.key == "粤B12345"


def test_plates_that_look_alike_have_one_key() -> None:
    """IN3: width, script, separators and letters of other alphabets do not make another plate."""
    keys = {plates.key(text) for text in ("粤B12345", "粵b·12345", "粤В1234５", "粤B\u200b12345")}
    assert keys == {"粤B12345"}
    assert plates.key(" · ") is plates.key(None) is None


def test_a_plate_is_masked_for_lists() -> None:
    assert [plates.mask(p) for p in ("粤B·12345", "AB 1234", "LV 8", None)] == ["粤B***45", "AB***34", "***", ""]


@pytest.mark.parametrize(
    ("words", "text", "doubt", "better", "hint"),
    [
        ("1HGCM82633A004352", "1HGCM82633A004352", "", "", False),
        ("1hgc m826 33a0-0435 2", "1HGCM82633A004352", "", "", False),
        ("my VIN is 1HGCM82633A004352, white", "1HGCM82633A004352", "", "", False),
        ("LFV3A24G5K3012345", "LFV3A24G5K3012345", "", "", False),
        ("LFV3A24G4K3012345", "LFV3A24G4K3012345", "check", "", False),
        ("1HGCM82633A004353", "1HGCM82633A004353", "check", "", False),
        ("WVWZZZ1JZXW000001", "WVWZZZ1JZXW000001", "", "", True),
        ("IHGCM82633AOO4352", "IHGCM82633AOO4352", "letters", "1HGCM82633A004352", False),
        ("LFV3A24G4K3O12345", "LFV3A24G4K3O12345", "letters", "", False),
        ("1HGCM82633A00435", "1HGCM82633A00435", "length", "", False),
        ("1HGCM82633A0043522", "1HGCM82633A0043522", "length", "", False),
    ],
)
def test_vins(words: str, text: str, doubt: str, better: str, hint: bool) -> None:
    """IN8: I/O/Q, 16 and 18 characters, a check digit that binds in North America and China only."""
    assert vins.read(words) == vins.Vin(text, doubt, better, hint)


def test_what_is_no_vin() -> None:
    assert [vins.read(words) for words in ("", "hello", "no idea", "12", "🚗")] == [None] * 5
    for words in ("internationalized", "my savings account, the interest rate", "having trouble identifying 12 things"):
        assert vins.find_span(words) is None


@pytest.mark.parametrize(
    ("words", "km"),
    [
        ("5.2万公里", 52_000), ("三万二", 32_000), ("52,000 km", 52_000), ("8w", 80_000), ("62k", 62_000), ("62k miles", 99_779),
        ("32,000 mi", 51_499), ("三万两千五百公里", 32_500), ("五萬公里左右", 50_000), ("12.3万", 123_000), ("十二万", 120_000),
        ("大概8万多", 80_000), ("８万", 80_000), ("52.000 km", 52_000), ("52 000", 52_000), ("123 456", 123_456),
        ("3万5", 35_000), ("3万5千", 35_000), ("3万500", 30_500), ("12万3千5百公里", 123_500), ("五點二萬公里", 52_000),
        ("٣٠٠٠", 3000), ("三千二", 3200),
        ("about 30 thousand km", 30_000), ("it's 52000 now", 52_000), ("跑了三万多公里", 30_000),
        ("0", 0), ("兩萬八", 28_000), ("一百公里", 100), ("5,2万", 52_000), ("里程3万", 30_000), ("表显52300", 52_300),
        ("三千零二公里", 3002), ("4萬英里", 64_374),
    ],
)  # fmt: skip
def test_mileage_in_words(words: str, km: int) -> None:
    """IN6: always in kilometres."""
    found = mileage.read(words)
    assert found is not None
    assert (found.km, found.others) == (km, ())


@pytest.mark.parametrize(
    "words",
    ["", "1,5", "每5000公里", "every 10,000 km", "续航500公里", "油耗8升", "5²", "-5", "9" * 50, "9" * 5000, "NaN", "半年",
     "500 km range", "1e9", "no idea", "粤B12345", "2019-05-03", "12.5.2019", "百公里油耗7"],
)  # fmt: skip
def test_what_is_no_mileage(words: str) -> None:
    """IN6."""
    assert mileage.read(words) is None


def test_a_short_number_may_mean_several_things() -> None:
    assert mileage.read("5.2") == mileage.Mileage(52_000, (5200,))
    assert mileage.read("8") == mileage.Mileage(80_000, (8000, 8))


@pytest.mark.parametrize(
    ("words", "km"),
    [
        ("white A4, 52,000 km", 52_000), ("我的车跑了五万公里", 50_000), ("mileage 52300, red", 52_300),
        ("车况好，里程3.5万", 35_000), ("3 series 2018, 60k on the clock", 60_000), ("2015 golf, mileage 52000", 52_000),
        ("i drive a 2015 golf with 80k on it", 80_000), ("2018款，行驶5万公里", 50_000), ("mileage 2018", 2018),
        ("how much for a 30 minute wash", None), ("粤B12345", None), ("每1万公里保养", None), ("oil change every 10000 km", None),
        ("3 km away", None), ("二手车5.2万", None), ("1399元", None),
    ],
)  # fmt: skip
def test_mileage_in_a_sentence(words: str, km: int | None) -> None:
    found = mileage.find_span(words)
    assert (found and found[0]) == km


@pytest.mark.parametrize(
    ("km", "days", "doubt"), [(52_000, 0, ""), (51_999, 10, "lower"), (53_000, 1, ""), (60_000, 2, "far"), (90_000, 365, "")]
)
def test_a_reading_is_held_against_the_last_one(km: int, days: int, doubt: str) -> None:
    assert mileage.plausible(km, days, 52_000) == doubt


@given(st.text(max_size=300))
def test_nothing_that_is_typed_breaks_a_rule(words: str) -> None:
    """IN2, IN15: surrogates, marks, anything."""
    plate, vin, km = plates.read(words), vins.read(words), mileage.read(words)
    plates.find(words), vins.find_span(words), mileage.find_span(words)
    assert plate is None or (0 < len(plate.text) <= 20 and plate.key)
    assert vin is None or len(vin.text) <= 20
    assert km is None or 0 <= km.km <= mileage.MOST_KM


@pytest.mark.parametrize(
    "words", ["粤B" + "1 " * 25_000, "a" * 50_000 + "!", "1HG " * 12_000, "VIN " + "A1-" * 9000, "一" * 50_000, "1," * 20_000]
)
def test_long_words_cost_little(words: str) -> None:
    """IN15."""
    start = time.process_time()
    plates.read(words), plates.find(words), vins.read(words), vins.find_span(words), mileage.read(words), mileage.find_span(words)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("words", "car"),
    [
        ("service my peugeot 3008", "Peugeot 3008"), ("寶獅3008 換機油", "Peugeot 3008"), ("kluger 2019", "Toyota Kluger"),
        ("Ram 1500 brakes", "Ram 1500"), ("五菱宏光 小保养", "Wuling Hongguang"),
        ("五菱宏光mini换机油", "Wuling Hongguang Mini EV"), ("小鹏P7+", "XPeng P7+"), ("問界M7保養", "AITO M7"),
        ("極氪 001", "Zeekr 001"), ("銀河 E5", "Geely Galaxy E5"), ("白色海豚做镀晶", "BYD Dolphin"), ("我架海豹", "BYD Seal"),
        ("元PLUS", "BYD Atto 3"), ("atto 3", "BYD Atto 3"), ("卡罗拉锐放", "Toyota Corolla Cross"),
        ("漢蘭達", "Toyota Highlander"),
        ("凌志 es300", "Lexus ES"), ("賓士A-Class", "Mercedes A-Class"), ("f150", "Ford F-150"),
        ("Tucson N Line", "Hyundai Tucson"),
        ("my rogue", "Nissan Rogue"), ("Sealion 7", "BYD Sea Lion 7"), ("坦克500", "GWM Tank 500"), ("Model S", "Tesla Model S"),
        ("大致在周三", None), ("报名图片", None), ("my charger does not work", None),
        ("海豚", None), ("Kicks 大保養", "Nissan Kicks"), ("kicks in at 60", None), ("we had a wish to go", None),
    ],
)  # fmt: skip
def test_cars_that_no_catalogue_has_are_known_by_name(words: str, car: str | None) -> None:
    assert known.named(words) == car


@pytest.mark.parametrize(
    ("words", "counted"),
    [
        ("dents x3 fix", True), ("tyres x4", True), ("2 bulbs x 2", True), ("轮胎x4", True), ("x3 dents on the door", True),
        ("dents on my x3", False), ("my wife's x3", False), ("wash x3", False), ("BMW X3 tyres", False),
    ],
)  # fmt: skip
def test_how_many_of_something_is_no_car(words: str, counted: bool) -> None:
    assert ("x" not in known.uncounted(words).replace("fix", "")) == counted


def test_no_name_means_two_cars() -> None:
    lines = [line for line in known._LIST.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    names = [(known._plain(part.strip().lstrip("?")), line.split("|")[0]) for line in lines for part in line.split("|")]
    assert len(dict(names)) == len(set(names))


def test_each_name_is_found_alone_and_among_many() -> None:
    names = [name.lstrip("?") for names in known._lines() for name in names][::25]
    assert [name for name in names if known.named(name, asked=True) != known._cars()[known._plain(name)]] == []
    assert known.named(", ".join(names)) is not None
