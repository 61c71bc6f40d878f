"""British and American spelling of a word, each from the other."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["RULES", "spellings"]


#: What is written in two ways: the part before, the two spellings, the part behind. A word of another kind that happens to
#: fit, as "laboratory", gets a form that no text has.
RULES = [
    # compiled by the first search, not by everybody who loads
    (f"^((?:.*[a-z])?(?:{before}))({'|'.join(two)})({behind})$", dict([two, two[::-1]]))
    for before, two, behind in (
        (
            "arm|behavi|cand|clam|col|endeav|fav|flav|harb|hon|hum|lab|neighb|rig|rum|splend|vap|vig",
            ("our", "or"),
            ".*",
        ),
        ("[a-z]{2,}i|aly|raly", ("s", "z"), "(?:e|es|ed|er|ers|ing|ation|ations|ational|able)"),
        ("cent|fib|lit|lust|met|spect|theat", ("re", "er"), "s?"),
        ("cata|ana|dia|epi|mono", ("logue", "log"), "s?"),
        ("def|lic|off|pret", ("ence", "ense"), "(?:s|d|less)?"),
        ("practi", ("s", "c"), "(?:e|es|ed|ing)"),
        ("program", ("me", ""), "s?"),
        ("judg|acknowledg", ("ement", "ment"), "s?"),
        ("", ("ageing", "aging"), ""),
        ("art", ("e", "i"), "facts?"),
        ("counse|chance", ("ll", "l"), "ors?"),
        ("ski|wi", ("l", "ll"), "ful(?:ly)?"),
        ("", ("grey", "gray"), "s?"),
    )
]


@lru_cache(maxsize=2**14)
def spellings(word: str) -> tuple[str, ...]:
    """Return a word in small letters with its other spellings, itself first.

    Examples
    --------
    >>> spellings("behaviour"), spellings("organized"), spellings("lamp")
    (('behaviour', 'behavior'), ('organized', 'organised'), ('lamp',))
    """
    found = [word]
    for pattern, other in RULES:
        if parts := re.match(pattern, word):
            found.append(parts[1] + other[parts[2]] + parts[3])
    return tuple(found)
