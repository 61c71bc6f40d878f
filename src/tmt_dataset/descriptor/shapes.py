"""JSON of the shape that is expected: what a declaration may hold, and how much of it.

Only the standard library is imported, as in :mod:`tmt_dataset.descriptor`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tmt_dataset.errors import DeclarationError

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_ENUM",
    "MAX_FIELDS",
    "MAX_FOREIGN_KEYS",
    "MAX_NAME",
    "MAX_PATTERN",
    "MAX_TABLES",
    "MAX_TEXT",
    "check_texts",
    "count",
    "each",
    "of",
    "parsed",
    "text_of",
    "texts",
]


# -- bounds: near ten times what the largest release needs, so that a hostile declaration costs no more than a true one

MAX_CHARACTERS = 1_500_000
MAX_DEPTH = 40
MAX_DIGITS = 15  # as in a cell: every reader takes so many, a float among them
MAX_TEXT = 10_000
MAX_NAME = 100
MAX_TABLES = 240
MAX_FIELDS = 120
MAX_ENUM = 1000
MAX_FOREIGN_KEYS = 40
MAX_PATTERN = 2500

# -- shapes


def of(
    raw: Mapping[str, Any],
    key: str,
    kind: type | tuple[type, ...],
    expected: str,
    *,
    required: bool = False,
    most: int = MAX_TEXT,
) -> Any:
    """Return a property of the expected type, or None if it is missing and optional."""
    value = raw.get(key)
    if value is None and not required:
        return None
    # JSON's true is not a number, though Python's is
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise DeclarationError(key, expected, f"{value!r:.60}" if key in raw else "none")
    if isinstance(value, list) and len(value) > most:
        raise DeclarationError(key, f"at most {most:,}", f"{len(value):,}")
    return value


def text_of(raw: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    """Return a text, empty where it is missing and optional."""
    return of(raw, key, str, "text", required=required) or ""


def each(raw: Mapping[str, Any], key: str, kind: type, expected: str, most: int = MAX_TEXT) -> list[Any]:
    """Return a list whose items have one type, empty where it is missing."""
    items: list[Any] = of(raw, key, list, f"a list of {expected}", most=most) or []
    for item in items:
        if not isinstance(item, kind):
            raise DeclarationError(key, f"a list of {expected}", f"the item {item!r:.60}")
    return items


def count(raw: Mapping[str, Any], key: str) -> int | None:
    """Return a number of things, or None where it is missing."""
    value: int | None = of(raw, key, int, "an integer")
    if value is not None and value < 0:
        raise DeclarationError(key, "at least 0", str(value))
    return value


# -- JSON


def parsed(text: str) -> Any:
    """Return what a JSON text says; refuse what readers of JSON read differently.

    Raises
    ------
    ValueError
        For an object with a duplicate key, and for a number that a float does not hold.
    """

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            raise ValueError(f"duplicate key {next(key for key in keys if keys.count(key) > 1)!r:.60}")
        return found

    def number(digits: str) -> int | float:
        value = float(digits)
        whole = not set(digits) & set(".eE")
        if (whole and abs(value) >= 10**MAX_DIGITS) or abs(value) == float("inf"):
            raise ValueError(f"{digits:.30} is too large a number")
        return int(digits) if whole else value

    def constant(name: str) -> None:
        raise ValueError(f"{name} is not a number of JSON")

    return json.loads(
        text, object_pairs_hook=distinct, parse_int=number, parse_float=number, parse_constant=constant
    )


_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def texts(value: Any, place: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    """Yield each text of some JSON, keys among them, with its place.

    Raises
    ------
    DeclarationError
        If it is nested deeper than a declaration is.

    Examples
    --------
    >>> list(texts({"keywords": ["China"]}))
    [('', 'keywords'), ('keywords[0]', 'China')]
    """
    if depth > MAX_DEPTH:
        raise DeclarationError(place[:60], f"at most {MAX_DEPTH} levels of nesting", "more")
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield place, key
            yield from texts(item, f"{place}.{key}".removeprefix("."), depth + 1)
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from texts(item, f"{place}[{n}]", depth + 1)


def _sound(value: Any, depth: int = 1) -> bool:
    """Whether every text of some JSON can be held by a file; quick, and does not say where."""
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and (value.isprintable() or not _UNWRITABLE.search(value))
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(_sound(key) and _sound(item, depth + 1) for key, item in value.items())
    return not isinstance(value, list) or all(_sound(item, depth + 1) for item in value)


def check_texts(raw: Any) -> None:
    """Refuse texts that no file can hold."""
    if _sound(raw):
        return
    for place, text in texts(raw):
        if len(text) > MAX_TEXT:
            raise DeclarationError(place, f"at most {MAX_TEXT:,} characters", f"{len(text):,}")
        if _UNWRITABLE.search(text):
            expected = "text without NUL and without half of a surrogate pair"
            raise DeclarationError(ascii(place)[1:-1], expected, f"{text!a:.60}")
