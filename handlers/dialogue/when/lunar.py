"""The Chinese calendar as a table: when a lunar year begins, its leap month, and which months have 30 days.

Made from two libraries that agree on every month of these years. A year outside of it is unknown, which is not an error.
"""

from datetime import date, timedelta

# Year: first day (month and day), the month that comes twice (0: none), lengths from the first month on (1: 30 days, 0: 29).
_YEARS = """
2010 0214 0 101010010101  2011 0203 0 101101001010  2012 0123 4 1011010101010
2013 0210 0 101011010101  2014 0131 9 0101010110101  2015 0219 0 010010111010
2016 0208 0 101001011011  2030 0203 0 010110101010  2044 0130 7 1010010010111
2017 0128 6 0101001010111 2031 0123 3 0110101101010 2045 0217 0 101001001011
2018 0216 0 010100101011  2032 0211 0 100101101101  2046 0206 0 101010100101
2019 0205 0 101010010011  2033 0131 11 0100101011101 2047 0126 5 1011010100101
2020 0125 4 0111010010101 2034 0219 0 010010101101  2048 0214 0 011011010010
2021 0212 0 011010101010  2035 0208 0 101001001101  2049 0202 0 101011011010
2022 0201 0 101011010101  2036 0128 6 1101001001011 2050 0123 3 0101010110110
2023 0122 2 0100110110101 2037 0215 0 110100100101  2051 0211 0 100100110111
2024 0210 0 010010110110  2038 0204 0 110101010010  2052 0201 8 0100100101111
2025 0129 6 1010010101110 2039 0124 5 1101101010100 2053 0219 0 010010010111
2026 0217 0 101001001110  2040 0212 0 101101011010  2054 0208 0 011001001011
2027 0206 0 110100100110  2041 0201 0 010101101101  2055 0128 6 0110101001010
2028 0126 5 1110100100110 2042 0122 2 0100101011011 2056 0215 0 111010100101
2029 0213 0 110101010011  2043 0210 0 010010011011
"""
_FIELDS = _YEARS.split()
_TABLE = {int(_FIELDS[i]): (_FIELDS[i + 1], int(_FIELDS[i + 2]), _FIELDS[i + 3]) for i in range(0, len(_FIELDS), 4)}


def to_date(year: int, month: int, day: int, leap: bool = False) -> date | None:
    """The day of a lunar date; the 30th of a short month is its last day. None outside of the table or without such a month."""
    if year not in _TABLE or not (1 <= month <= 12 and 1 <= day <= 30):
        return None
    first, twice, lengths = _TABLE[year]
    if leap and month != twice:
        return None
    index = month - 1 + (1 if twice and (month > twice or leap) else 0)
    before = sum(30 if bit == "1" else 29 for bit in lengths[:index])
    longest = 30 if lengths[index] == "1" else 29
    return date(year, int(first[:2]), int(first[2:])) + timedelta(days=before + min(day, longest) - 1)


def next_date(today: date, month: int, day: int, leap: bool = False) -> date | None:
    """The next such day, today counting."""
    for year in range(today.year - 1, today.year + (20 if leap else 3)):
        found = to_date(year, month, day, leap)
        if found and found >= today:
            return found
    return None
