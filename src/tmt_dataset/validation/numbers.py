"""Which numbers can be read in a quote: digits, words, scales, times of day."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_UNIT_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: n for n, word in enumerate(_UNIT_WORDS.split())}
_TENS = {word: 10 * n for n, word in enumerate(_TEN_WORDS.split(), 2)}
_SMALL = {
    **_UNITS,
    **_TENS,
    **{f"{t}-{u}": n + _UNITS[u] for t, n in _TENS.items() for u in list(_UNITS)[1:10]},
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_VAGUE = {"dozens": 12.0, "hundreds": 1e2, "thousands": 1e3, "millions": 1e6, "billions": 1e9, "half": 50.0}
_SCALE = "|".join(_SCALES)
_DIGITS = re.compile(
    rf"(?<![\w.])(?:[¥$€]|rmb\s?|cny\s?)?(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:[\s-]*({_SCALE})\b)?",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b([01]?\d|2[0-4]):([0-5]\d)\b")
# Longest first, and a ten before its unit: quicker than a list of all hundred words.
_ONES, _BELOW_TWENTY = ("|".join(sorted(w, key=len, reverse=True)) for w in (list(_UNITS)[1:10], _UNITS))
_WORD = rf"(?:{'|'.join(_TENS)})(?:-(?:{_ONES}))?|{_BELOW_TWENTY}"
_WORDS = re.compile(rf"\b({_WORD}|a|an)?(?:[\s-]+)?\b({_SCALE})\b|\b({_WORD})\b", re.IGNORECASE)


def readable(text: str) -> set[float]:
    """Return the numbers that a reader finds in a text.

    Parameters
    ----------
    text
        A quote.

    Returns
    -------
    set of float
        In full units: ``"50 billion"`` gives 50 000 000 000 (and 50). All are finite: a number with more digits than a
        float can hold is left out.

    Examples
    --------
    >>> sorted(readable("over 1.03 million posts and 97,000 accounts"))
    [1.03, 97000.0, 1030000.0]
    >>> sorted(readable("seven cases, a two-year pilot, ¥10 billion, from 22:00")), sorted(readable("thousands of algorithms"))
    ([0.0, 2.0, 7.0, 10.0, 22.0, 10000000000.0], [1000.0])
    """
    found: set[float] = set()
    for digits, scale in _DIGITS.findall(text):
        value = float(digits.replace(",", ""))
        found.add(value)
        if scale:
            # in decimals, as a reader multiplies: 4.35 billion is a whole number
            found.add(float(Decimal(digits.replace(",", "")) * Decimal(_SCALES[scale.lower()])))
    for hours, minutes in _TIME.findall(text):
        found.add(int(hours) + int(minutes) / 60)
    for small, scale, alone in _WORDS.findall(text):
        if scale:
            number = _SMALL.get(small.lower(), 1) if small else 1
            if small:
                found.add(number * _SCALES[scale.lower()])
        else:
            found.add(float(_SMALL[alone.lower()]))
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _VAGUE:
            found.add(_VAGUE[word])
    return {number for number in found if math.isfinite(number)}


def reads(text: str, value: float) -> bool:
    """Whether a value can be read in a text; one that is not finite can be read in none.

    Examples
    --------
    >>> reads("fined 4,877.6 yuan", 4877.6), reads("fined 400,000 yuan", 40_000), reads("fined 40 yuan", float("inf"))
    (True, False, False)
    """
    if not math.isfinite(value):  # its tolerance would be infinite too, and any number within it
        return False
    return plainly(text, value) or any(
        abs(number - value) <= 1e-9 * max(1.0, abs(value)) for number in readable(text)
    )


def plainly(text: str, value: float) -> bool:
    """Whether a number is written in a text in digits, and not as a part of another.

    It is the common case, and GAIN.

    Examples
    --------
    >>> plainly("fined 40,000 yuan", 40_000), plainly("fined 140,000 yuan", 40_000)
    (True, False)
    """
    if value % 1 == 0:
        return value > 0 and (_alone(f"{value:,.0f}", text) or _alone(f"{value:.0f}", text))
    # none of these is written with an exponent
    return 0.001 <= value < 1e15 and (_alone(f"{value:,}", text) or _alone(f"{value}", text))


def _alone(digits: str, text: str) -> bool:
    """Whether digits occur in a text with neither digits nor letters joined to them."""
    at = text.find(digits)
    while at >= 0:
        end = at + len(digits)
        before, after = text[max(0, at - 1) : at], text[end : end + 2]
        joined = before.isalnum() or before in tuple("_.,") or after[:1].isalnum() or after[:1] == "_"
        if not (joined or (after[:1] in tuple(".,") and after[1:].isalnum())):
            return True
        at = text.find(digits, at + 1)
    return False
