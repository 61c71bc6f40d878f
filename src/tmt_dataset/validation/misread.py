"""Text that was decoded or escaped wrongly before it came here, as it looks."""

from __future__ import annotations

import re
from html.entities import name2codepoint

__all__ = ["MAY_BE_MISREAD", "MISREAD"]


# The second and later bytes of a character in UTF-8, as Windows-1252 or Latin-1 shows them.
_LATER = (
    "".join({bytes([n]).decode("cp1252", "replace") for n in range(0x80, 0xC0)} - {"\ufffd"}) + "\x80-\x9f"
)
# After a letter these are also plain punctuation, as in CAFÉ” or café »: alone they prove nothing.
_MARKS = "‘’“”–—…‹›«»\xa0"
_TELLING = f"(?![{_MARKS}])[{_LATER}]"
_ENTITIES = "|".join([*name2codepoint, "apos"])
#: Text that was decoded or escaped wrongly before it came here.
MISREAD = re.compile(
    "\ufffd|锟斤拷|烫烫烫|屯屯屯|[?]{4}"  # what a decoder puts where it fails
    rf"|[ÂÃ](?:\xa0|{_TELLING})|(?:[Â-ß][{_LATER}]){{2}}"  # UTF-8 read as Windows-1252
    rf"|[à-ï](?:{_TELLING}[{_LATER}]|[{_LATER}]{_TELLING})|[ð-ô][{_LATER}]{{3}}"
    "|[À-ÖØ-öø-ÿ]{2}[¡-ÿ]{2}"  # GBK or Cyrillic read as Latin-1
    rf"|&(?:{_ENTITIES}|#[0-9]{{1,7}}|#[xX][0-9A-Fa-f]{{1,6}});"  # HTML
    r"|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|_x[0-9A-Fa-f]{4}_|(?:%[89A-Fa-f][0-9A-Fa-f]){2}"  # code, Excel, addresses
)
#: A cheap test that every misread text passes.
MAY_BE_MISREAD = "[&\\\\%À-ÿ锟烫屯\ufffd]|_x|[?]{4}"
