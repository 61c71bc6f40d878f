"""What a reader may write in a search, and the full-text expression of SQLite that it becomes.

Words are all to be found; ``OR`` takes either side, ``"a phrase"`` the words in their order, ``algorithm*`` every word that
begins so. Letters may be capital or small, words have any ending of their stem, and British or American spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise, product

from tmt_dataset.search.spelling import spellings

__all__ = [
    "EXPECTED",
    "FORMS",
    "HAN",
    "HAN_LENGTH",
    "MAX_WORDS",
    "REPORT",
    "TERMS",
    "expression",
    "pieces",
    "words_of",
]


#: Chinese is written without spaces: the tokenizer takes a run for one word.
HAN = re.compile("[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
#: Longest part of a run of Chinese that is indexed; the run as a whole always is.
HAN_LENGTH = 12
#: The column with the words of the reports, which has no order.
REPORT = "report"
#: The table that these words come from, which releases before 2.0.0 do not have.
TERMS = "terms"
#: The column of what a development is found by beside its own words: other spellings, and all parts of Chinese names.
FORMS = "forms"
MAX_WORDS = 64
_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r'"([^"]*)"|([^\s"]+)')
#: A longer word is not taken for two that are written together.
_MAX_CLOSED = 40
#: In how many ways a phrase is spelled at most.
_MAX_SPELLINGS = 32
EXPECTED = 'expected words, "a phrase", OR between two of them, or the beginning of a word with *'


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters.

    Examples
    --------
    >>> words_of("CAC's deep-fake rules")
    ['cac', 's', 'deep', 'fake', 'rules']
    """
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def pieces(word: str) -> list[str]:
    """Return the runs of Chinese in a word and what is between them.

    Examples
    --------
    >>> pieces("cac网信办")
    ['cac', '网信办']
    """
    return [part for part in re.split(f"({HAN.pattern})", word) if part]


def expression(query: str, vocabulary: Iterable[str] = ()) -> str:
    """Return what a search means as a full-text expression of SQLite, for the table ``search`` of an export.

    Parameters
    ----------
    query
        What a reader wrote.
    vocabulary
        The words by which the beginning of a word is completed.

    Raises
    ------
    ValueError
        If the text has no word to look for, ``OR`` has nothing on one side, a phrase has no end, ``*`` is not at the end of a
        word, or there are more than 64 words.

    Examples
    --------
    >>> expression('AI OR "of us"')  # a phrase is in the record alone: a report has no order
    '"ai" OR (- report : "of us")'
    """
    groups: list[list[str]] = [[]]
    plain: list[list[str | None]] = [
        []
    ]  # the words that stand alone, to be read together with their neighbours
    number = 0
    for phrase, word in _parts(query):
        if word == "OR":
            groups.append([])
            plain.append([])
        elif word == "AND":
            continue
        else:
            number += len(words_of(phrase or word))
            if number > MAX_WORDS:
                raise _wrong(query, f"more than {MAX_WORDS} words")
            found, alone = _item(query, phrase, word, vocabulary)
            groups[-1] += found
            plain[-1] += [alone] * len(found)
    if not all(groups):
        raise _wrong(query, "no word" if len(groups) == 1 else "OR without a word on one side")
    return " OR ".join(_all(*group) for group in zip(groups, plain, strict=True))


def _wrong(query: str, found: str) -> ValueError:
    return ValueError(f"search {query!r:.80}: {EXPECTED}; found {found}")


def _parts(query: str) -> Iterator[tuple[str, str]]:
    """Yield the phrases and the words of a query, of which one is empty."""
    if query.count('"') % 2:
        raise _wrong(query, "a quotation mark without its second one")
    parts = [(m[1] or "", m[2] or "") for m in _PART.finditer(query)]
    grouped = any(set("()") & set(word) for _, word in parts)
    for _, word in parts:
        if word == "NOT" or (word == "OR" and grouped):
            raise _wrong(
                query, "NOT, which is not known" if word == "NOT" else "brackets, which do not group"
            )
    yield from (
        part for part in parts if part[1] in ("OR", "AND") or words_of("".join(part)) or "*" in part[1]
    )


def _item(query: str, phrase: str, word: str, vocabulary: Iterable[str]) -> tuple[list[str], str | None]:
    """Return the expressions of a phrase or a word, all of them to be met, and the word where it is one alone."""
    if phrase:
        return [_phrase(words_of(phrase))], None
    if "*" in word:
        found = words_of(word[:-1])
        if word.count("*") > 1 or not word.endswith("*") or len(found) != 1:
            raise _wrong(query, f"{word!r:.40}")
        return [_beginning(found[0], vocabulary)], None
    found = words_of(word)
    if HAN.search(word):
        return [_chinese(part) for token in found for part in pieces(token)], None
    if len(found) == 1:
        return [_word(found[0])], found[0]
    together = [f'"{"".join(found)}"'] if re.search(r"\w[-\u2010-\u2015]\w", word) else []
    apart = f"({REPORT} : ({' AND '.join(map(_quoted, found))}))"  # a report has no order
    return [_any([_phrase(found), *together, apart])], None


def _quoted(text: str) -> str:
    return f'"{text}"'


def _any(expressions: Iterable[str]) -> str:
    """Return an expression of which one part has to be met."""
    parts = list(dict.fromkeys(expressions))
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _all(items: list[str], words: list[str | None]) -> str:
    """Return an expression whose parts all have to be met; two neighbouring words may be written together."""
    closed: list[list[str]] = [[] for _ in items]
    for i, (a, b) in enumerate(pairwise(words)):
        if a and b:
            for place in (closed[i], closed[i + 1]):
                place.append(_quoted(a + b))
    parts = [_any([item, *others]) for item, others in zip(items, closed, strict=True)]
    return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"


def _phrase(words: list[str]) -> str:
    """Return words in their order, in every spelling; reports, which have no order, are left out."""
    ways = [
        _quoted(" ".join(way))
        for way, _ in zip(product(*map(spellings, words)), range(_MAX_SPELLINGS), strict=False)
    ]
    return _any(ways) if len(words) == 1 else f"(- {REPORT} : {_any(ways)})"


def _word(word: str) -> str:
    """Return a word in every spelling, and as two words: "deepfake" finds "deep fake"."""
    ends = range(2, len(word) - 1) if len(word) <= _MAX_CLOSED else ()
    apart = [f"{word[:n]} {word[n:]}" for n in ends] + (
        [f"e {word[1:]}"] if len(word) > 4 and word[0] == "e" else []
    )
    same = [_quoted(way) for way in spellings(word)]
    return _any([*same, f"(- {REPORT} : {_any(map(_quoted, apart))})"] if apart else same)


def _beginning(start: str, vocabulary: Iterable[str]) -> str:
    """Return all words that begin in one way: the index has stems, which may be shorter."""
    starts = tuple(spellings(start))
    return _any(
        [*(f'"{s}" *' for s in starts), *(_quoted(w) for w in sorted(vocabulary) if w.startswith(starts))]
    )


def _chinese(text: str) -> str:
    """Return a run of Chinese as it is, or by its parts where it is longer than what is indexed."""
    parts = [text[n : n + HAN_LENGTH] for n in range(len(text) - HAN_LENGTH + 1)]
    return (
        _any([_quoted(text), f"({' AND '.join(map(_quoted, parts))})"]) if len(parts) > 1 else _quoted(text)
    )
