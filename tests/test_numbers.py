"""A number that is written in a text is read from it, however it is written; one that is not there is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tmt_dataset.validation.numbers import plainly, readable, reads

TEENS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
UNITS = TEENS.split(" ")
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def words(n: int) -> str:
    """Return a number below one hundred in words."""
    if n < 20:
        return UNITS[n]
    ten = TENS[n // 10 - 2]
    return ten if n % 10 == 0 else f"{ten}-{UNITS[n % 10]}"


#: Ways in which the sources write numbers around them; none has a number of its own.
AROUND = [
    "{}",
    "fined {} in all",
    "({})",
    "about {}, as it says",
    "{} accounts were closed.",
    "“{}”",
    "reach {}; then",
    "¥{}",
    "RMB {}",
    "CNY{}",
    "${} paid",
    "a {}-day pilot",
    "{}% of all",
    "up to\u00a0{}\u00a0apps",
]

around = st.sampled_from(AROUND)
whole = st.integers(0, 10**13)
decimals = st.integers(0, 10**9).flatmap(lambda n: st.sampled_from([1, 10, 100, 1000]).map(lambda d: n / d))


@given(whole, around)
@example(40_000, "¥{}")
@example(999, "{}")
@example(1000, "RMB {}")
def test_digits_are_read_with_and_without_separators(n: int, frame: str) -> None:
    for written in (f"{n}", f"{n:,}"):
        assert readable(frame.format(written)) == {float(n)}


@given(decimals, around)
def test_decimals_are_read(value: float, frame: str) -> None:
    for written in (f"{value!r}", f"{value:,}"):
        assert reads(frame.format(written), value)


@given(
    st.integers(1, 99_999),
    st.sampled_from([0, 1, 2]),
    st.sampled_from(sorted(SCALES)),
    st.sampled_from([" ", "-", "\u00a0"]),
)
@example(103, 2, "million", " ")
@example(500, 1, "billion", " ")
def test_scales_multiply(n: int, places: int, scale: str, gap: str) -> None:
    mantissa = f"{n / 10**places:.{places}f}"
    value = n * SCALES[scale] / 10**places
    for text in (f"{mantissa}{gap}{scale} posts", f"¥{mantissa}{gap}{scale.upper()}"):
        assert sorted(readable(text)) == pytest.approx([value])
        assert reads(text, value)


@given(st.integers(0, 99), around.filter(lambda f: "¥" not in f and "$" not in f and "CNY" not in f))
def test_words_are_read(n: int, frame: str) -> None:
    for written in (words(n), words(n).capitalize(), words(n).upper()):
        assert readable(frame.format(written)) == {float(n)}


@given(st.integers(1, 99), st.sampled_from(sorted(SCALES)))
def test_words_with_a_scale_are_read(n: int, scale: str) -> None:
    assert reads(f"some {words(n)} {scale} of them", n * SCALES[scale])


@given(st.integers(0, 23), st.integers(0, 59))
def test_times_of_day_are_hours(hours: int, minutes: int) -> None:
    assert reads(f"from {hours:02}:{minutes:02} on", hours + minutes / 60)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a million users", 1e6),
        ("a hundred apps", 100),
        ("dozens of apps", 12),
        ("hundreds of apps", 100),
        ("thousands of algorithms", 1000),
        ("half of them", 50),
        ("a two-year pilot", 2),
        ("22:00 to 8:00", 22),
        ("3,000-10,000 yuan", 10_000),
        ("between 5% and 10%", 5),
        ("5G", 5),
    ],
)
def test_further_forms(text: str, value: float) -> None:
    assert reads(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("fined 400,000 yuan", 40_000),
        ("fined 140,000 yuan", 40_000),
        ("fined 40,000,000 yuan", 40_000),
        ("fined 40,000.5 yuan", 40_000),
        ("1.03 million", 103),
        ("version 2.10", 10),
        ("B2B", 2),
        ("someone phoned", 1),
        ("often", 10),
        ("weight", 8),
        ("millionaire", 1e6),
        ("", 0),
        ("a lamp", 1),
    ],
)
def test_parts_of_other_numbers_and_words_are_not_read(text: str, value: float) -> None:
    assert not reads(text, value)


@given(st.text(max_size=60))
def test_any_text_gives_finite_numbers(text: str) -> None:
    assert all(0 <= n < float("inf") for n in readable(text))


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
@pytest.mark.parametrize("text", ["", "fined 40,000 yuan", "1" + "0" * 400, f"{'9' * 308}.5 trillion"])
def test_what_is_not_finite_is_neither_found_nor_read(value: float, text: str) -> None:
    """An infinite value was read in any text with a number in it."""
    assert not reads(text, value)
    assert all(number < float("inf") for number in readable(text))


@given(whole, whole, around)
@example(40_000, 140_000, "¥{}")
@example(40_000, 40_000_000, "¥{}")
@example(40_000, 1_040_000, "{}")
def test_the_short_cut_finds_nothing_that_reading_does_not(value: int, other: int, frame: str) -> None:
    """A check takes a short cut for whole numbers; it saw 40,000 in 140,000 once."""
    for text in (frame.format(f"{other:,}"), frame.format(f"{value:,}") + f", of {other:,}"):
        if plainly(text, float(value)):
            assert reads(text, value)
    if value >= 1000:
        assert plainly(f"fined {value:,} yuan", float(value))


#: A number below a thousand in words, with or without "and" and hyphens; then all of them up to 10 ** 12.
def below_1000(n: int, joint: str, gap: str) -> str:
    hundreds, rest = divmod(n, 100)
    small = words(rest).replace("-", gap)
    if not hundreds:
        return small
    return f"{UNITS[hundreds]} hundred" + (f" {joint}{small}" if rest else "")


def spelled(n: int, joint: str = "and ", gap: str = "-", comma: str = "") -> str:
    """Return a number in words."""
    parts = []
    for scale in ("trillion", "billion", "million", "thousand"):
        group, n = divmod(n, SCALES[scale])
        if group:
            parts.append(f"{below_1000(group, joint, gap)} {scale}")
    if not parts:
        return below_1000(n, joint, gap)
    whole = f"{comma} ".join(parts)
    if not n:
        return whole
    return f"{whole}{comma if n >= 100 else ''} {joint if n < 100 else ''}{below_1000(n, joint, gap)}"


@given(
    st.one_of(st.integers(0, 10**12), st.integers(0, 1000), st.integers(1, 12).map(lambda n: 10**n)),
    st.sampled_from(["and ", ""]),
    st.sampled_from(["-", " "]),
    st.sampled_from(["", ","]),
    st.sampled_from(["{}", "fined {} yuan", "({})", "{}, as it says", "“{}”", "a {}-day pilot"]),
)
@example(253, "and ", "-", "", "{} apps")
@example(21_000, "", " ", "", "{}")
@example(1_200_005, "and ", "-", ",", "{}")
def test_numbers_of_several_words_are_read_whole(
    n: int, joint: str, gap: str, comma: str, frame: str
) -> None:
    """A right figure could not be published: of "two hundred and fifty-three" 200, 50 and 53 were read."""
    for text in (spelled(n, joint, gap, comma), spelled(n, joint, gap, comma).capitalize()):
        assert readable(frame.format(text)) == {float(n)}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # scales, suffixes and currencies
        ("3.5m users", [3_500_000]),
        ("RMB 1.2bn", [1_200_000_000]),
        ("$3.5 bn, €40k", [40_000, 3_500_000_000]),
        ("2 hundred thousand", [200_000]),
        ("one hundred thousand million", [10**11]),
        ("one point five million", [1_500_000]),
        ("50 billion yuan", [50_000_000_000]),
        ("a dozen, two dozen", [12, 24]),
        ("hundreds of millions, tens of thousands", [10_000, 100_000_000]),
        ("6 lakh crore", [6 * 10**12]),
        ("共3.5万人, 1亿2000万", [35_000, 120_000_000]),
        # groups
        ("3 000 apps", [3_000]),
        ("1\u202f000\u202f000.5", [1_000_000.5]),
        ("1'000'000", [1_000_000]),
        ("12,34,567", [1_234_567]),
        # fractions
        ("one and a half million", [1_500_000]),
        ("a million and a half", [1_500_000]),
        ("2½ million", [2_500_000]),
        ("half a million, half a dozen", [6, 500_000]),
        ("three quarters of a million", [750_000]),
        ("two thirds of them", [100 * 2 / 3, 67, 66.7, 66.67]),
        ("a third of them", [100 / 3, 33, 33.3, 33.33]),
        ("one third-party shop", [1, 3]),
        # ordinals
        ("the twenty-third batch", [23]),
        ("a third batch and the 22nd", [3, 22]),
        ("a thirty-second advertisement", [30]),
        # several numbers beside each other
        ("between five hundred and two hundred", [200, 500]),
        ("fined one million, five companies", [5, 1_000_000]),
        ("5 million and three firms", [3, 5_000_000]),
        ("1 million and 200 thousand", [200_000, 1_000_000, 1_200_000]),
        ("5-10 million, twenty to thirty thousand", [5, 20, 30_000, 5_000_000, 10_000_000, 20_000]),
        # what looks like a number
        ("v2.10.3, 1e6, 0x7E8, B2B, millionaire", []),
        ("22:30", [22.5]),
    ],
)
def test_numbers_are_read_whole_however_people_write_them(text: str, values: list[float]) -> None:
    assert sorted(readable(text)) == pytest.approx(sorted(values))
    assert all(reads(text, value) for value in values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two hundred and fifty-three apps", 200),
        ("two hundred and fifty-three apps", 53),
        ("twenty-one thousand", 20),
        ("3 000 apps", 3),
        ("3 500 apps", 500),
        ("RMB 50 billion", 50),
        ("50-billion", 50),
        ("50\u00a0billion", 50),
        ("3.5 bn", 3.5),
        ("40k", 40),
        ("3 亿", 3),
        ("two and a half years", 2),
        ("2 and a half million", 2),
        ("2½", 2),
        ("1'000", 1),
        ("12,34,567", 567),
        ("22:30", 30),
        ("2 hundred", 2),
    ],
)
def test_a_part_of_a_longer_number_is_not_read(text: str, value: float) -> None:
    assert not reads(text, value)


@pytest.mark.parametrize(
    "unit", ["11,", "1 million and ", "million ", "one hundred and ", "1亿", "亿", "twenty-", "a "]
)
def test_long_texts_are_read_in_linear_time(unit: str) -> None:
    text = "1" + unit * (20_000 // len(unit))
    started = time.perf_counter()
    assert all(number < float("inf") for number in readable(text))
    assert time.perf_counter() - started < 5
