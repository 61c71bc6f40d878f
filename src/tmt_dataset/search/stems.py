"""The stems of words, as the tokenizer of SQLite's full-text index makes them: those of texts and of queries come from here."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing

from tmt_dataset.errors import MissingExtraError

__all__ = ["MODULE", "TOKENIZER", "as_words", "counts", "streams", "table"]


#: Words without case and accents, reduced to their stems by Porter's rules.
TOKENIZER = "porter unicode61 remove_diacritics 2"
#: The full-text index of SQLite; one may be built without it.
MODULE = "fts5"
#: Endings by which a stem becomes a word again.
_ENDINGS = ("", "e", "s", "ed", "ing", "ion", "ly", "y", "al", "es", "er")


def table(database: sqlite3.Connection, name: str, columns: str) -> None:
    """Make a full-text table.

    Raises
    ------
    MissingExtraError
        If this Python's SQLite was built without FTS5.
    """
    try:
        database.execute(f"CREATE VIRTUAL TABLE {name} USING {MODULE}({columns}, tokenize = '{TOKENIZER}')")
    except sqlite3.OperationalError as error:
        if "no such module" not in str(error):
            raise
        raise MissingExtraError(
            f"searching needs SQLite with FTS5, which this Python's SQLite {sqlite3.sqlite_version} was built without; "
            "use a Python from python.org, conda or a Linux distribution, or select by codes"
        ) from None


def streams(texts: Iterable[str]) -> list[list[str]]:
    """Return the stems of each text in their order.

    Examples
    --------
    >>> streams(["Rules label what a rule labels.", ""])
    [['rule', 'label', 'what', 'a', 'rule', 'label'], []]
    """
    with closing(sqlite3.connect(":memory:")) as database:
        table(database, "texts", "words")
        database.executemany("INSERT INTO texts VALUES (?)", ([text] for text in texts))
        (number,) = database.execute("SELECT count(*) FROM texts").fetchone()
        found: list[list[str]] = [[] for _ in range(number)]
        database.execute("CREATE VIRTUAL TABLE stems USING fts5vocab(texts, instance)")
        for row, stem in database.execute("SELECT doc, term FROM stems ORDER BY doc, offset"):
            found[row - 1].append(stem)
    return found


def counts(texts: Iterable[str]) -> list[Counter[str]]:
    """Count the stems of each text.

    Examples
    --------
    >>> counts(["Rules label what a rule labels.", ""])
    [Counter({'rule': 2, 'label': 2, 'what': 1, 'a': 1}), Counter()]
    """
    return [Counter(found) for found in streams(texts)]


def as_words(stems: Sequence[str]) -> dict[str, str]:
    """Return for each stem a word that has it: a stem need not be a stem of itself, as "purpos" of "purpose".

    Examples
    --------
    >>> as_words(["lamp", "purpos"])
    {'lamp': 'lamp', 'purpos': 'purpose'}
    """
    found: dict[str, str] = {}
    for ending in _ENDINGS:
        missing = [stem for stem in stems if stem not in found]
        for stem, count in zip(missing, counts(stem + ending for stem in missing), strict=True):
            if [*count] == [stem]:
                found[stem] = stem + ending
    return {stem: found.get(stem, stem) for stem in stems}
