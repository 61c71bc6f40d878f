"""Characters that nobody sees, and how a text is written without them: one definition for checks, output and citations."""

from __future__ import annotations

import json
import re

__all__ = ["UNSEEN", "escaped", "file_name", "json_escaped"]


#: Scripts whose letters join or part at U+200C and U+200D: Arabic to Sinhala, Myanmar, Khmer and Mongolian.
_JOINING = "\u0600-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u180a\u1810-\u18af"
_NONCHARACTERS = "".join(f"{chr(n - 2)}{chr(n - 1)}" for n in range(0x20000, 0xF0001, 0x10000))
#: Control, private-use and surrogate code points, noncharacters, and all that Unicode lets a display ignore. A line feed
#: is not among them; a joiner is, except between letters of a script that needs it.
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
    f"{_NONCHARACTERS}]|(?<![{_JOINING}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINING}])"
)


def escaped(text: str) -> str:
    r"""Return a text for people with its unseen characters written out; line feed and tab stay.

    Examples
    --------
    >>> escaped("\x1b[31mred\u202e")
    '\\x1b[31mred\\u202e'
    """
    return UNSEEN.sub(lambda found: found[0] if found[0] == "\t" else ascii(found[0])[1:-1], text)


def json_escaped(text: str) -> str:
    r"""Return JSON with the unseen characters of its strings as escapes of JSON: it says the same.

    Examples
    --------
    >>> json_escaped('{"title": "line\u2028end"}')
    '{"title": "line\\u2028end"}'
    """
    return UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def file_name(code: str) -> str:
    """Return a code as part of a path that is the same in every file system and in an address; two codes never share one.

    Examples
    --------
    >>> file_name("TMT-0145"), file_name("../a"), file_name("")
    ('TMT-0145', '~2e~~2e~~2f~a', '~')
    """
    return re.sub(r"[^A-Za-z0-9_-]", lambda found: f"~{ord(found[0]):x}~", code) or "~"
