r"""Words of a source in a table: verbatim, with an escape for each character that no table may hold.

A source may have an invisible character, a line end or a decomposed letter within the words that prove a value. Offsets
count the text as it was received; the quote has ``\u{200B}`` there, which is one character of the source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tmt_dataset.characters import UNSEEN

__all__ = ["ESCAPE", "escaped", "unescaped", "visible"]


#: One escaped character: its code point in hexadecimal.
ESCAPE = re.compile(r"\\u\{((?!0*[dD][89a-fA-F][0-9a-fA-F]{2}\})(?:10|0?[0-9a-fA-F])?[0-9a-fA-F]{1,4})\}")
#: What no cell may hold.
_UNHELD = re.compile(rf"{UNSEEN.pattern}|\n")


def escaped(text: str) -> str:
    r"""Return words of a source as a table holds them.

    Examples
    --------
    >>> escaped("40\u200b,000 lamps\nof the cafe\u0301"), escaped("plain words")
    ('40\\u{200B},000 lamps\\u{A}of the cafe\\u{301}', 'plain words')
    """
    text = ESCAPE.sub(lambda found: rf"\u{{5C}}{found[0][1:]}", text)
    if not unicodedata.is_normalized("NFC", text):
        text = "".join(_apart(text))
    return _UNHELD.sub(lambda found: _escape(found[0]), text)


def _apart(text: str) -> Iterator[str]:
    """Yield the characters of a text, with an escape for each one that NFC would change or compose."""
    before = ""  # the last letter, with its marks: no more is composed
    for character in text:
        if unicodedata.is_normalized("NFC", before + character):
            before = (before + character if unicodedata.combining(character) else character)[-64:]
            yield character
        else:
            before = ""
            yield _escape(character)


def _escape(character: str) -> str:
    return rf"\u{{{ord(character):X}}}"


def unescaped(words: str) -> str:
    r"""Return the words of a source, as received, that a table holds.

    Examples
    --------
    >>> unescaped(r"40\u{200B},000 lamps")
    '40\u200b,000 lamps'
    """
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), words)


def visible(words: str) -> str:
    r"""Return what a reader sees of words that a table holds: without what is escaped, but for spaces and accents.

    Examples
    --------
    >>> visible(r"40\u{200B},000 lamps\u{A}of the cafe\u{301}")
    '40,000 lamps of the café'
    """
    if "\\u{" not in words:
        return words
    text = unescaped(words)
    return unicodedata.normalize("NFC", _UNHELD.sub(lambda found: " " if found[0].isspace() else "", text))
