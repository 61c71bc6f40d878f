"""What can go wrong: one class for each thing that a caller handles differently, and the wording of numbers and near misses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "AnnotationError",
    "ChecksumError",
    "DeclarationError",
    "ExportError",
    "MissingExtraError",
    "OutOfStepError",
    "PackageError",
    "PackageNotFoundError",
    "QuoteNotFoundError",
    "ReleaseError",
    "TargetError",
    "TmtDatasetError",
    "UnknownCodeError",
    "counted",
    "near",
    "unknown",
]


class TmtDatasetError(Exception):
    """Base class of every error that this package raises on purpose."""


class PackageNotFoundError(TmtDatasetError, FileNotFoundError):
    """No data package was found at the given place."""

    def __str__(self) -> str:
        """Return the message alone: FileNotFoundError would format it as an errno."""
        return str(self.args[0]) if self.args else ""


class PackageError(TmtDatasetError, ValueError):
    """A data package is there, but cannot be read: broken, foreign or incomplete."""


class DeclarationError(PackageError):
    """A declaration has another form than the library reads.

    ``table``, ``field`` and ``property`` say where, ``expected`` and ``found`` what.
    """

    def __init__(self, property: str, expected: str, found: str) -> None:
        super().__init__(property, expected, found)
        self.property, self.expected, self.found = property, expected, found
        self.where = "datapackage.json"
        self.table: str | None = None
        self.field: str | None = None

    def __str__(self) -> str:
        """Return the place, and what was expected and found there."""
        places = (
            self.table and f"resource {self.table!r}",
            self.field and f"field {self.field}",
            self.property,
        )
        place = ", ".join(part for part in places if part)
        said = f"{self.where}: {place}: expected {self.expected}, found {self.found}"
        return f"{said}; restore the file from the release"


class ChecksumError(PackageError):
    """The bytes of a file are not those declared in the descriptor."""


class UnknownCodeError(TmtDatasetError, KeyError):
    """A code, identifier or table is not in its vocabulary.

    It is a KeyError, so that a data set keeps what a mapping promises: ``ds.get("nope")`` is None.
    ``what`` is the kind of name, as ``"table"``.
    """

    what = ""

    def __str__(self) -> str:
        """Return the message alone: KeyError would show its repr."""
        return str(self.args[0]) if self.args else ""


class AnnotationError(TmtDatasetError, ValueError):
    """An annotation file breaks the format; the message lists every place."""


class QuoteNotFoundError(TmtDatasetError, ValueError):
    """A quote is not in its source, or is there more than once."""


class OutOfStepError(TmtDatasetError):
    """Compiled files differ from what their inputs give."""


class TargetError(TmtDatasetError):
    """A file or folder must not be replaced: it holds what is not the command's own, or is of another kind."""


class ExportError(TmtDatasetError):
    """Nothing was exported."""


class ReleaseError(TmtDatasetError):
    """A release was refused."""


class MissingExtraError(TmtDatasetError, ImportError):
    """An optional dependency is not installed."""


def counted(n: int, one: str, several: str = "") -> str:
    """Return a number with its noun, in the plural where it has one.

    Examples
    --------
    >>> counted(1, "finding"), counted(2_000, "finding"), counted(0, "entry", "entries")
    ('1 finding', '2,000 findings', '0 entries')
    """
    return f"{n:,} {one if n == 1 else several or one + 's'}"


#: How much less alike than the nearest a suggestion may be.
_FAR = 0.2


def near(name: object, known: Iterable[str], names: Mapping[str, str] | None = None, n: int = 3) -> str:
    """Return ``"; did you mean 'a', 'b'?"``, or nothing where nothing is near.

    Parameters
    ----------
    name
        What was asked for.
    known
        What there is.
    names
        Codes by their names in words, for those who ask by name; used where none of ``known`` is near.
    n
        How many suggestions at most.

    Examples
    --------
    >>> near("platforms/advertisng", ["platforms/advertising", "ai/ethics"])
    "; did you mean 'platforms/advertising'?"
    >>> near("shanghai", ["310000", "110000"], {"Shanghai": "310000", "Beijing": "110000"})
    "; did you mean '310000' (Shanghai)?"
    """
    names = names or {}
    suggestions = [repr(code) for code in _nearest(name, known, 0.6, n)]
    suggestions = suggestions or [f"{names[word]!r} ({word})" for word in _nearest(name, names, 0.8, n)]
    return "; did you mean " + ", ".join(suggestions) + "?" if suggestions else ""


def _nearest(name: object, known: Iterable[str], cutoff: float, n: int) -> list[str]:
    """Return what is spelled like a name, ignoring case, or else what contains it."""
    from difflib import SequenceMatcher, get_close_matches  # costs what the rest of a short command costs

    folded = {str(k).casefold(): str(k) for k in known}
    wanted = str(name).casefold()
    matches = get_close_matches(wanted, folded, n=n, cutoff=cutoff)
    alike = {match: SequenceMatcher(None, match, wanted).ratio() for match in matches}
    # beside one that is nearly the same, a merely similar one is noise
    found = [folded[match] for match, ratio in alike.items() if ratio > max(alike.values()) - _FAR]
    # a part of a path or of an identifier, as 'advertising' of 'platforms/advertising'
    return found or [k for f, k in folded.items() if wanted and wanted in f][:n]


def unknown(
    what: str, name: object, known: Sequence[str], where: str, names: Mapping[str, str] | None = None
) -> UnknownCodeError:
    """Return the error for a name that is not in a vocabulary.

    Parameters
    ----------
    what
        What kind of name it is, as ``"topic"``.
    name
        The unknown name.
    known
        All known names.
    where
        Where a reader of Python and of the shell finds them, as ``"the table topics"``; a short list itself.
    names
        Codes by their names in words, where codes alone say little.

    Examples
    --------
    >>> unknown("topic", "ai/ethic", ["ai/ethics", "ai/misuse"], "the table topics")
    UnknownCodeError("unknown topic 'ai/ethic'; did you mean 'ai/ethics'? All of them: the table topics")
    """
    hint = near(name, known, names) or "."
    error = UnknownCodeError(f"unknown {what} {name!r}{hint} All of them: {where}")
    error.what = what
    return error
