"""Which numbers can be read in a quote: digits, words, scales, suffixes, fractions, times of day.

A small grammar finds each number whole: small words make hundreds, scales multiply what is before them, and smaller
parts are added. A part of a longer number is never read as the number.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

__all__ = ["plainly", "readable", "reads"]


_ONES = {
    w: n for n, w in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], 1)
}
_TEEN_WORDS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TEENS = {w: n for n, w in enumerate(_TEEN_WORDS.split(), 10)}
_TENS = {
    w: 10 * n
    for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_CARDINALS = {"zero": 0, **_ONES, **_TEENS, **_TENS}
#: Without "second", which is a unit of time too: a thirty-second advertisement.
_ORDINALS = {
    **{f"{w}th": n for w, n in _CARDINALS.items() if w in ("four", "six", "seven", *_TEENS)},
    **{f"{w[:-1]}ieth": n for w, n in _TENS.items()},
    **{"first": 1, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12},
}
_SCALES = dict(
    zip(
        ["dozen", "hundred", "thousand", "lakh", "million", "crore", "billion", "trillion"],
        (12, 100, 10**3, 10**5, 10**6, 10**7, 10**9, 10**12),
        strict=True,
    )
)
_PLURALS = {"tens": 10, **{f"{w}s": n for w, n in _SCALES.items()}}
_SUFFIXES = {"k": 10**3} | {
    w: n for n, ws in ((10**6, "m mn mln"), (10**9, "b bn bln"), (10**12, "tn")) for w in ws.split()
}
_SUFFIXES |= zip("百千万萬亿億", (100, 1000, 10**4, 10**4, 10**8, 10**8), strict=True)
#: No further scale multiplies a number that has reached this one: no quote means more.
_LARGEST = 10**30
_PARTS = {"half": 2, "quarter": 4, "tenth": 10} | {w: n for w, n in _ORDINALS.items() if 2 < n < 10}
_PARTS |= {f"{w}s": n for w, n in _PARTS.items()}
#: What is between two numbers that may be one, or a range.
_JOINTS = ("and", "or", "to", "\u2013", "\u2014")

_LETTER = r"[^\W\d_\u3400-\u9fff]"  # Chinese is written without spaces
_DIGITS = (  # in groups of three, of two and three as in India, or without groups
    r"(?:(?:\d{1,3}(?:,\d{3}){1,9}+|\d{1,2}(?:,\d\d){1,9},\d{3}|\d{1,3}(?:['\u2019]\d{3}){1,9}"
    r"|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}){1,9}+)(?![,'\u2019]?\d)|\d+)(?:\.\d+)?"
)
_SUFFIX = (
    rf"(?:bn|bln|mn|mln|tn|[kmb])(?!{_LETTER}|\d)|[ \u00a0](?:bn|bln|mn|mln|tn)\b|[ \u00a0]?[百千万萬亿億]+"
)
_TOKEN = re.compile(
    r"(?P<gap>[\s\u2010\u2011-]*)(?:(?P<word>[^\W\d_]+)"
    r"|(?<![\d:.])(?P<hours>[01]?\d|2[0-4]):(?P<minutes>[0-5]\d)(?::[0-5]\d)?(?![\d:])"
    rf"|(?:(?<!{_LETTER})|(?<=rmb|cny|usd|eur))(?<![\d_.])"
    rf"(?P<digits>(?>{_DIGITS})(?!\.?\d|[a-z]+\d))(?P<vulgar>[¼-¾⅐-⅞])?(?P<suffix>{_SUFFIX})?"
    r"|(?P<part>[¼-¾⅐-⅞])|(?P<other>.))"
)


class _Token(NamedTuple):
    kind: str  #: time, digits, small, scale, plural, part, the word itself, or what ends a number
    value: Decimal = Decimal(0)
    word: str = ""
    hyphen: bool = False  #: Whether a hyphen is before it.


class _Number(NamedTuple):
    value: Decimal
    unit: Decimal  #: The last scale, 1 without any.
    end: int  #: The first token behind it.


_OTHER, _END = _Token("other"), _Token("end")
_WORDS = {
    **{w: _Token(w, word=w) for w in ("a", "of", "point", *_JOINTS, ",", *_PARTS)},
    **{w: _Token("small", Decimal(n), w) for w, n in {**_CARDINALS, **_ORDINALS}.items()},
    **{w: _Token("scale", Decimal(n), w) for w, n in _SCALES.items()},
    **{w: _Token("plural", Decimal(n), w) for w, n in _PLURALS.items()},
    "an": _Token("a"),
}


def _tokens(text: str) -> list[_Token]:
    """Return the tokens of a text; several that have no part in a number are one."""
    tokens: list[_Token] = [_OTHER]
    for found in _TOKEN.finditer(text.lower()):
        gap, word = found.group("gap", "word")
        new = [_WORDS.get(word, _OTHER)] if word else _token(found)
        if new[0] is _OTHER and tokens[-1] is _OTHER:
            continue
        if gap and not gap.isspace():
            new[0] = new[0]._replace(hyphen=True)
        tokens += new
    return [*tokens, *[_END] * 4]  # a reader may look so far ahead


def _token(found: re.Match[str]) -> list[_Token]:
    """Return the token of a match; digits with a suffix are several."""
    if found["hours"]:
        return [_Token("time", int(found["hours"]) + Decimal(int(found["minutes"])) / 60)]
    if found["part"]:
        return [_Token("part", _vulgar(found["part"]))]
    if not (digits := found["digits"]):
        return [_WORDS.get(found["other"], _OTHER)]
    value = Decimal(re.sub(r"[^\d.]", "", digits)) + _vulgar(found["vulgar"])
    suffix = (found["suffix"] or "").strip()
    scales = [suffix] if suffix.isascii() and suffix else suffix
    return [_Token("digits", value), *(_Token("scale", Decimal(_SUFFIXES[scale])) for scale in scales)]


def _vulgar(character: str | None) -> Decimal:
    return Decimal(str(unicodedata.numeric(character))) if character else Decimal(0)


def _below_100(tokens: Sequence[_Token], i: int) -> tuple[Decimal, int] | None:
    """Read "fifty", "fifty-three", "zero"."""
    if tokens[i].kind != "small":
        return None
    value, after = tokens[i].value, tokens[i + 1]
    if tokens[i].word in _TENS and after.kind == "small" and 0 < after.value < 10:
        return value + after.value, i + 2
    return value, i + 1


def _below_1000(tokens: Sequence[_Token], i: int) -> tuple[Decimal, int] | None:
    """Read what a scale multiplies: "two hundred and fifty-three", "a", digits, or nothing before the scale."""
    token, after = tokens[i], tokens[i + 1]
    if token.kind == "digits":
        return token.value, i + 1
    if token.kind == "scale" and token.word != "hundred":
        return Decimal(1), i
    if token.kind == "a" and after.kind in ("scale", "plural"):
        number: tuple[Decimal, int] | None = (Decimal(1), i + 1)
    else:
        number = (Decimal(1), i) if token.kind == "scale" else _below_100(tokens, i)
    if number is None or tokens[number[1]].word not in ("hundred", "hundreds"):
        return number
    value, end = number[0] * 100, number[1] + 1
    rest = _below_100(tokens, end + (tokens[end].kind == "and"))
    if rest is None or tokens[rest[1]].word == "hundred":
        return value, end
    return value + rest[0], rest[1]


def _scaled(tokens: Sequence[_Token], i: int) -> _Number | None:
    """Read a number with its scales: "twenty-one thousand", "3.5m", "one point five million"."""
    number = _below_1000(tokens, i)
    if number is None:
        return None
    value, end = number
    if tokens[end].kind == "point":
        value, end = _decimals(tokens, value, end)
    return _multiplied(tokens, _Number(value, Decimal(1), end))


def _decimals(tokens: Sequence[_Token], value: Decimal, point: int) -> tuple[Decimal, int]:
    """Read the digits after "point" in words; none are there if it is another point."""
    digits, end = "", point + 1
    while tokens[end].kind == "small" and tokens[end].value < 10:
        digits, end = f"{digits}{tokens[end].value}", end + 1
    return (value + Decimal(f"0.{digits}"), end) if digits else (value, point)


def _multiplied(tokens: Sequence[_Token], number: _Number) -> _Number:
    """Multiply a number by the scales that follow."""
    value, unit, end = number
    while tokens[end].kind in ("scale", "plural") and unit < _LARGEST:
        value, unit, end = value * tokens[end].value, unit * tokens[end].value, end + 1
    return _Number(value, unit, end)


def _part(tokens: Sequence[_Token], i: int) -> tuple[Decimal, int] | None:
    """Read a part of one: "half", "two thirds", "a quarter", "½"."""
    token, after = tokens[i], tokens[i + 1]
    if token.kind == "part":
        return token.value, i + 1
    if token.word == "half":
        return Decimal(1) / 2, i + 1
    if after.word not in _PARTS or not (token.kind == "a" or _ONES.get(token.word, 0) > 0):
        return None
    several = token.kind == "small" and token.value > 1
    # "a third batch", "one third-party shop" and "two third parties" have no thirds
    ordinal = after.kind == "small" and (
        tokens[i + 2].hyphen or (token.kind == "a" and tokens[i + 2].kind != "of")
    )
    if several != after.word.endswith("s") or ordinal:
        return None
    return (token.value or 1) / Decimal(_PARTS[after.word]), i + 2


def _number(tokens: Sequence[_Token], i: int) -> _Number | None:
    """Read the longest number that begins at a token."""
    number = _scaled(tokens, i)
    while number is not None:
        end = number.end
        if tokens[end].kind == "and" and (part := _part(tokens, end + 1)):  # one and a half million
            return _multiplied(tokens, _Number(number.value + part[0] * number.unit, number.unit, part[1]))
        after = _smaller(tokens, number, in_words=tokens[i].kind != "digits")
        if after is None:
            break
        number = _Number(number.value + after.value, after.unit, after.end)
    return number


def _smaller(tokens: Sequence[_Token], number: _Number, *, in_words: bool) -> _Number | None:
    """Read the smaller part that continues a number: "one million, two hundred thousand and five"."""
    between = tokens[number.end].kind
    after = _scaled(tokens, number.end + (between in ("and", ",")))
    if number.unit < 100 or after is None or not 0 < after.value < number.unit:
        return None
    if between == ",":  # one million, five of them
        return after if (in_words and after.unit >= 1000) or (in_words and after.value >= 100) else None
    if between == "and":
        return after if in_words and after.unit == 1 and tokens[after.end - 1].kind != "digits" else None
    return after if after.unit > 1 or tokens[number.end].kind != "digits" else None


def _read(tokens: Sequence[_Token], i: int) -> tuple[list[Decimal], int]:
    """Return the numbers that begin at a token, and the first token behind them."""
    if tokens[i].kind == "time":
        return [tokens[i].value], i + 1
    if tokens[i].kind == "plural":
        return _vague(tokens, i)
    if part := _part(tokens, i):
        return _share(tokens, *part)
    number = _number(tokens, i)
    if number is None:
        return [], i + 1
    return [number.value, *_joined(tokens, number)], number.end


def _joined(tokens: Sequence[_Token], number: _Number) -> Iterator[Decimal]:
    """Yield what a number may be together with the next: "1 million and 200 thousand", "5 to 10 million"."""
    joint = tokens[number.end]
    after = (
        _number(tokens, number.end + (joint.kind in _JOINTS))
        if joint.hyphen or joint.kind in _JOINTS
        else None
    )
    if after is None or after.unit < 1000:
        return
    if joint.kind == "and" and after.value < number.unit:
        yield number.value + after.value
    if number.unit == 1 and number.value * after.unit < after.value:  # the scale is said once
        yield number.value * after.unit


def _vague(tokens: Sequence[_Token], i: int) -> tuple[list[Decimal], int]:
    """Read "thousands", "hundreds of millions" as the least that they can be."""
    value, end = tokens[i].value, i + 1
    while tokens[end].kind == "of" and tokens[end + 1].kind == "plural" and value < _LARGEST:
        value, end = value * tokens[end + 1].value, end + 2
    return [value], end


def _share(tokens: Sequence[_Token], part: Decimal, end: int) -> tuple[list[Decimal], int]:
    """Read a part of a scale as a number, as "half a million"; any other in percent, as exact as a coder writes it."""
    scale = end + (tokens[end].kind == "of")
    scale += tokens[scale].kind == "a"
    number = _multiplied(tokens, _Number(part, Decimal(1), scale))
    if number.end > scale:
        return [number.value], number.end
    return [100 * part, *(round(100 * part, places) for places in (0, 1, 2))], end


def readable(text: str) -> set[float]:
    """Return the numbers that a reader finds in a text.

    Parameters
    ----------
    text
        A quote.

    Returns
    -------
    set of float
        In full units: ``"50 billion"`` gives 50 000 000 000 alone. All are finite: a number with more digits than a
        float can hold is left out.

    Examples
    --------
    >>> sorted(readable("over 1.03 million posts and 97,000 accounts"))
    [97000.0, 1030000.0]
    >>> sorted(readable("two hundred and fifty-three apps, 40k users, RMB 1.2bn, 3.5万, one and a half million"))
    [253.0, 35000.0, 40000.0, 1500000.0, 1200000000.0]
    >>> sorted(readable("seven cases, a two-year pilot, from 22:00")), sorted(readable("thousands of algorithms"))
    ([2.0, 7.0, 22.0], [1000.0])
    """
    tokens = _tokens(text)
    found: set[float] = set()
    i = 0
    while tokens[i] is not _END:
        numbers, i = _read(tokens, i)
        found.update(map(float, numbers))
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

    It is the common case, and 40 times as fast as reading every number. What it leaves open is read.

    Examples
    --------
    >>> plainly("fined 40,000 yuan", 40_000), plainly("fined 140,000 yuan", 40_000), plainly("40 million", 40)
    (True, False, False)
    """
    if value % 1 == 0:
        return value > 0 and (_alone(f"{value:,.0f}", text) or _alone(f"{value:.0f}", text))
    # none of these is written with an exponent
    return 0.001 <= value < 1e15 and (_alone(f"{value:,}", text) or _alone(f"{value}", text))


#: What may continue a number that is written in digits, or be continued by it.
_AFTER = re.compile(
    rf"[\w:½]|[.,'\u2019]\w|[\s\u2010\u2011-]*(?:(?:{'|'.join([*_SCALES, *_SUFFIXES])}|and|point)s?\b|\d{{3}}(?!\d))",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:[\w.,:'\u2019]|\d\s)\Z")


def _alone(digits: str, text: str) -> bool:
    """Whether digits occur in a text with nothing beside them that may belong to the same number."""
    at = text.find(digits)
    while at >= 0:
        end = at + len(digits)
        if not _AFTER.match(text, end) and not _BEFORE.search(text[max(0, at - 2) : at]):
            return True
        at = text.find(digits, at + 1)
    return False
