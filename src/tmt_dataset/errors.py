"""What can go wrong, one class for each thing that a caller handles differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


class TmtDatasetError(Exception):
    """Base class of every error that this package raises on purpose."""


class PackageNotFoundError(TmtDatasetError, FileNotFoundError):
    """There is no data package at the given place."""

    def __str__(self) -> str:
        """Return the message alone: FileNotFoundError would format it as an errno."""
        return str(self.args[0]) if self.args else ""


class PackageError(TmtDatasetError, ValueError):
    """A data package is there, but cannot be read: broken, foreign or incomplete."""


class ChecksumError(PackageError):
    """The bytes of a file are not those that the descriptor declares."""


class UnknownCodeError(TmtDatasetError, KeyError):
    """A code, identifier or table is not in its vocabulary.

    It is a KeyError, so that what a mapping promises holds of a data set: ``ds.get("nope")`` is None.
    """

    def __str__(self) -> str:
        """Return the message alone: KeyError would show its repr."""
        return str(self.args[0]) if self.args else ""


class AnnotationError(TmtDatasetError, ValueError):
    """An annotation file breaks the format; the message lists every place."""


class QuoteNotFoundError(TmtDatasetError, ValueError):
    """A quote does not stand in its source, or stands there more than once."""


class OutOfStepError(TmtDatasetError):
    """Compiled files differ from what their inputs give."""


class ExportError(TmtDatasetError):
    """Nothing was exported."""


class ReleaseError(TmtDatasetError):
    """A release was refused."""


class MissingExtraError(TmtDatasetError, ImportError):
    """An optional dependency is not installed."""


def near(name: object, known: Iterable[str], n: int = 3) -> str:
    """Return ``"; did you mean 'a', 'b'?"``, or nothing where nothing is near.

    Parameters
    ----------
    name
        What was asked for.
    known
        What there is.
    n
        How many suggestions at most.

    Examples
    --------
    >>> near("platforms/advertisng", ["platforms/advertising", "ai/ethics"])
    "; did you mean 'platforms/advertising'?"
    """
    from difflib import get_close_matches  # costs what the rest of a short command costs

    known = list(known)
    folded = {str(k).casefold(): str(k) for k in known}
    wanted = str(name).casefold()
    found = [folded[m] for m in get_close_matches(wanted, folded, n=n, cutoff=0.6)]
    if not found:  # a part of a path or of an identifier, as 'advertising' of 'platforms/advertising'
        found = [k for f, k in folded.items() if wanted and wanted in f][:n]
    return "; did you mean " + ", ".join(repr(f) for f in found) + "?" if found else ""


def near_by_name(name: object, codes: Mapping[str, str], n: int = 3) -> str:
    """Return near misses among the names of codes, or nothing where nothing is near: the codes, each with the name.

    Parameters
    ----------
    name
        What was asked for.
    codes
        Codes by the names that they have in words.
    n
        How many suggestions at most.

    Examples
    --------
    >>> near_by_name("shanghai", {"Shanghai": "310000", "Beijing": "110000"})
    "; did you mean '310000' (Shanghai)?"
    """
    from difflib import get_close_matches

    folded = {label.casefold(): label for label in codes}
    wanted = str(name).casefold()
    found = [folded[m] for m in get_close_matches(wanted, folded, n=n, cutoff=0.8)]
    if not found:
        found = [label for f, label in folded.items() if wanted and wanted in f][:n]
    return "; did you mean " + ", ".join(f"{codes[f]!r} ({f})" for f in found) + "?" if found else ""


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
        Where a reader finds them.
    names
        Codes by the names that they have in words, where codes alone say little.

    Examples
    --------
    >>> unknown("topic", "ai/ethic", ["ai/ethics", "ai/misuse"], "ds.topics")
    UnknownCodeError("unknown topic 'ai/ethic'; did you mean 'ai/ethics'? All of them: ds.topics")
    """
    hint = near(name, known) or near_by_name(name, names or {}) or "."
    return UnknownCodeError(f"unknown {what} {name!r}{hint} All of them: {where}")
