"""Text and values: the one reader and the one writer of a table, and what is asked of a cell. Everything derives from the declaration."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Field, Table
from tmt_dataset.errors import PackageError
from tmt_dataset.package import check_bounds, own_patterns

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionArray

__all__ = [
    "CANONICAL",
    "DATE_DTYPE",
    "EXACT",
    "FORMULA",
    "PANDAS_2",
    "TEXT_DTYPE",
    "Asked",
    "Tables",
    "as_text",
    "cell_checks",
    "check_pattern",
    "code_table",
    "csv_text",
    "days",
    "dtype",
    "full_match",
    "is_code",
    "is_in",
    "lenient",
    "lenient_numbers",
    "nullable",
    "read_cells",
    "read_text",
    "table_bytes",
    "text",
    "typed",
]


#: Calendar dates need no finer unit than a second.
DATE_DTYPE: Final = "datetime64[s]"
#: pandas 2 has text as objects, and does not copy on write.
PANDAS_2: Final = pd.__version__.startswith("2.")
#: Text with missing values. ``"str"`` is another dtype in pandas 2, or where a user has set the option future.infer_string:
#: "nan" is a text there.
TEXT_DTYPE: Final = np.dtype(object) if PANDAS_2 else pd.StringDtype(na_value=np.nan)
_DTYPES = {"string": "str", "integer": "Int64", "number": "float64", "date": DATE_DTYPE, "boolean": "boolean"}
_BOOLEANS = {"true": True, "false": False}
#: Up to so many cells, looking codes up one by one is quicker than building an index of them (ten times for a hundred cells).
_FEW = 10_000
#: Up to so many bytes, a table is read at once as text in less time than it takes to read some of its columns again.
_SMALL = 50_000

#: Spreadsheets run a cell that begins with one of these; some take the full-width forms for the same.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
#: How a cell of each type is written. There is one way, so that equal values are equal bytes.
CANONICAL = {
    "integer": r"(?:0|-?[1-9][0-9]{0,14})",  # every reader takes 15 digits, a float among them
    "number": r"(?:0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "boolean": r"(?:true|false)",
}


@runtime_checkable
class Tables(Protocol):
    """The typed tables of a package by name, and their declaration."""

    descriptor: Descriptor
    #: The tables of the data set that a selection was made from.
    whole: Mapping[str, pd.DataFrame]

    def __getitem__(self, name: str, /) -> pd.DataFrame:
        """Return a table."""

    def keys(self) -> Iterable[str]:
        """Return the names of the tables."""


#: From here on a float may differ from the integer that was written.
EXACT = 2**53
_ALL_FINDINGS = "run `tmt-dataset validate` for all findings"


# -- types


def code_table(descriptor: Descriptor, table: Table, field: Field) -> Table | None:
    """Return the table of codes to which a field refers, or None.

    Vocabularies, registers and sources are codes; identifiers of other tables are not.
    """
    for key in table.foreign_keys:
        if key.fields == (field.name,) and key.table != table.name:
            target = descriptor.tables.get(key.table)
            if target is not None and target.holds_codes:
                return target
    return None


def _categories(descriptor: Descriptor, table: Table, field: Field) -> Table | None:
    """Return the table whose keys are the categories of a field, or None.

    A table of codes has its own keys as categories, so that a merge with what refers to them stays categorical.
    """
    own = table.primary_key == (field.name,) or any(
        key.fields == (field.name,) and key.table == table.name for key in table.foreign_keys
    )
    return table if own and table.holds_codes else code_table(descriptor, table, field)


def is_code(descriptor: Descriptor, table: Table, field: Field) -> bool:
    """Whether a field holds codes, and is read as a categorical."""
    return bool(field.enum) or _categories(descriptor, table, field) is not None


def dtype(descriptor: Descriptor, table: Table, field: Field) -> str:
    """Return the dtype of a field in a loaded table, as pandas 3 names it: ``"str"`` is ``"object"`` in pandas 2.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> descriptor = open_package().descriptor
    >>> figures = descriptor.table("figures")
    >>> [dtype(descriptor, figures, figures.field(n)) for n in ("figure_id", "measure", "value", "period_end")]
    ['str', 'category', 'float64', 'datetime64[s]']
    """
    return "category" if is_code(descriptor, table, field) else _DTYPES[field.type]


# -- reading


def read_cells(data: bytes, table: Table, index_col: Literal[False] | None = None) -> pd.DataFrame:
    r"""Read the cells of CSV bytes as text, whatever form they have; an empty cell is missing.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> table = open_package().descriptor.table("development_places")
    >>> read_cells(b"development_id,place_id\nTMT-0001,010000\nTMT-0002,\n", table)["place_id"].tolist()
    ['010000', nan]
    """

    def read(**options: Any) -> pd.DataFrame:
        frame: pd.DataFrame = pd.read_csv(
            io.BytesIO(data),
            keep_default_na=False,
            na_values=[""],
            index_col=index_col,
            low_memory=False,
            **options,
        )
        return frame

    if len(data) < _SMALL:  # for the others, to read some columns again pays
        return read(dtype="str")
    # pandas reads text that it recognises itself five times as fast as columns declared as text; only columns that it may
    # take for something else are declared
    frame = read(dtype={f.name: "str" for f in table.fields if f.type != "string"})
    taken = [c for c in frame.columns if frame[c].dtype != "str"]
    if taken and list(frame.columns) == table.field_names and isinstance(frame.index, pd.RangeIndex):
        frame[taken] = read(dtype="str", usecols=taken)[taken]
    return frame


def read_text(data: bytes, table: Table, where: str) -> pd.DataFrame:
    """Read a table's cells as text; an empty cell is missing.

    Parameters
    ----------
    data
        The bytes of the file.
    table
        Its declaration.
    where
        File name for messages.

    Returns
    -------
    pandas.DataFrame
        The declared columns, all ``str``.

    Raises
    ------
    PackageError
        If the bytes are not a CSV file of this table, or exceed its bounds.
    """
    check_bounds(table, data, where)
    for property, expected, found, field in table.unread:
        place = ", ".join(part for part in (table.name, field and f"field {field}", property) if part)
        raise PackageError(
            f"{where}: {DESCRIPTOR}, {place}: expected {expected}, found {found}; files are read in no other way: "
            "write the file and its declaration in this one"
        )
    try:
        frame = read_cells(data, table)
    except UnicodeDecodeError as error:
        raise PackageError(f"{where}: not UTF-8 ({error}); save it as UTF-8") from None
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise PackageError(f"{where}: not a readable CSV file ({str(error).strip()})") from None
    if list(frame.columns) != table.field_names:
        raise PackageError(
            f"{where}: expected the columns {', '.join(table.field_names)}; found {', '.join(map(str, frame.columns))}"
        )
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes surplus cells for an index
        raise PackageError(
            f"{where}: rows have more cells than the header; run `tmt-dataset validate` to see which"
        )
    return frame


def typed(
    raw: pd.DataFrame, descriptor: Descriptor, table: Table, codes: Mapping[str, pd.Index], where: str
) -> pd.DataFrame:
    """Turn a table of text cells into its declared types.

    Parameters
    ----------
    raw
        Cells as text, missing where empty.
    descriptor, table
        The declaration.
    codes
        Keys of the tables of codes, by table name.
    where
        File name for messages.

    Raises
    ------
    PackageError
        At the first cell that cannot be read as its type (a number has to be finite) or is not in its vocabulary:
        no value is lost silently. At an enum with a duplicate value.
    """
    columns: dict[str, Any] = {}
    for field, (_, series) in zip(table.fields, raw.items(), strict=True):
        cells = series.array
        target = _categories(descriptor, table, field)
        if field.enum:
            if len(set(field.enum)) < len(field.enum):
                raise PackageError(
                    f"{DESCRIPTOR}: resource {table.name!r}, field {field.name}: its enum has a duplicate value; {_ALL_FINDINGS}"
                )
            known = pd.Index(field.enum, dtype="str")
            column, expected = _coded(cells, known), f"one of {', '.join(field.enum)}"
        elif target is not None:  # a key of the table itself is among its own codes
            column, expected = _coded(cells, codes[target.name]), f"a code of {target.path}"
        else:
            column, expected = _converted(cells, field.type)
        columns[field.name] = column
        if column is cells:
            continue
        unread = (np.isnan(column) if isinstance(column, np.ndarray) else column.isna()) & ~cells.isna()
        if unread.any():
            row = int(unread.argmax())
            raise PackageError(
                f"{where}: row {row + 2}, field {field.name}: expected {expected}, found {cells[row]!r}; {_ALL_FINDINGS}"
            )
    # arrays, which need not be aligned as Series are
    return pd.DataFrame(columns, index=raw.index, copy=False)


def _coded(cells: ExtensionArray, known: pd.Index) -> pd.Categorical:
    if len(cells) < _FEW:
        position = {code: i for i, code in enumerate(known.to_numpy(object))}
        codes = np.array([position.get(cell, -1) for cell in cells.to_numpy(object)], dtype="int64")
    else:
        codes = known.get_indexer(pd.Index(cells))
    return pd.Categorical.from_codes(codes, known)


def _converted(cells: ExtensionArray, kind: str) -> tuple[Any, str]:
    """Return cells as an array of their type, missing where they cannot be read, and what was expected."""
    if kind == "string":
        return cells, "text"
    if kind == "date":
        return days(pd.Series(cells)).array, "a date YYYY-MM-DD"
    if kind == "boolean":
        return pd.array(
            [_BOOLEANS.get(cell) for cell in cells.to_numpy(object)], dtype="boolean"
        ), "true or false"
    # not lenient_numbers(), which takes 1_000 for a number
    return _finite_numbers(_numbers(cells.to_numpy(object)), kind), f"a number ({kind})"


def _numbers(cells: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return cells of text as floats, NaN where they are not numbers."""
    numbers = np.array(pd.to_numeric(cells, errors="coerce"), dtype="float64")
    if PANDAS_2:  # it knows what is a number, and has the last digit of some long decimals wrong
        known = np.isfinite(numbers)
        numbers[known] = cells[known].astype("float64")
    return numbers


def _finite_numbers(numbers: np.ndarray[Any, Any], kind: str) -> Any:
    """Return numbers as an array of a type, missing where a float cannot hold what was written: too large, or not whole."""
    good = np.isfinite(numbers)
    if kind != "integer":
        return np.where(good, numbers, np.nan)
    whole = np.where(good & (np.abs(numbers) < EXACT), numbers, 0.5)
    missing = whole % 1 != 0
    return pd.arrays.IntegerArray(np.where(missing, 0, whole).astype("int64"), missing)


def nullable(numbers: pd.Series) -> pd.Series:
    """Return whole numbers as ``Int64``, missing where they are, whatever the options of pandas say of NaN.

    Examples
    --------
    >>> nullable(pd.Series([1.0, None])).tolist()
    [1, <NA>]
    """
    missing = numbers.isna()
    # not astype("Int64"), which refuses NaN under the option future.distinguish_nan_and_na
    whole = numbers.mask(missing, 0).to_numpy("int64")
    return pd.Series(pd.arrays.IntegerArray(whole, missing.to_numpy()), index=numbers.index)


def days(cells: pd.Series) -> pd.Series:
    """Return cells of text as days, missing where they are not days of the calendar."""
    # an array: to wrap and unwrap a Series takes as long as reading it
    read = pd.to_datetime(cells.to_numpy(object), format="%Y-%m-%d", errors="coerce").astype(DATE_DTYPE)
    found = pd.Series(read, index=cells.index, name=cells.name)
    lost = found.isna() & cells.notna()
    if PANDAS_2 and lost.any():  # it knows the days that nanoseconds can count: those of 1678 to 2261
        values = found.to_numpy(copy=True)
        values[lost] = [_far_day(cell) for cell in cells[lost]]
        return pd.Series(values, index=cells.index, name=cells.name)
    return found


def _far_day(cell: object) -> np.datetime64:
    """Return a day of any year, NaT where a cell is not a day of the calendar."""
    try:
        if re.fullmatch(CANONICAL["date"], str(cell)):
            return np.datetime64(date.fromisoformat(str(cell)), "s")
    except ValueError:
        pass
    return np.datetime64("NaT", "s")


def lenient_numbers(cells: pd.Series) -> pd.Series:
    """Return cells of text as ``float64``, missing where they are not numbers. The form of a number is checked elsewhere.

    Examples
    --------
    >>> lenient_numbers(pd.Series(["1", " 2", "3.5", "many", None], dtype="str")).tolist()
    [1.0, 2.0, 3.5, nan, nan]
    """
    try:
        return cells.astype("float64")  # four times as fast as to_numeric
    except ValueError:
        return pd.Series(_numbers(cells.to_numpy(object)), index=cells.index, name=cells.name)


def lenient(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of text cells with its numbers and dates converted; what cannot be read is missing.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> table = open_package().descriptor.table("sources")
    >>> lenient(table, pd.DataFrame({"characters": ["12", "many"]}, dtype="str"))["characters"].tolist()
    [12, <NA>]
    """
    out = frame.copy(deep=False)
    for field in table.fields:
        if field.name not in frame:
            continue
        if field.type == "date":
            out[field.name] = days(frame[field.name])
        elif field.type in ("integer", "number"):
            numbers = lenient_numbers(frame[field.name]).to_numpy()
            out[field.name] = pd.Series(_finite_numbers(numbers, field.type), index=frame.index)
    return out


# -- writing


def text(value: Any) -> str:
    """Return a value as it is written in a table: empty for None, a number without a needless point.

    Examples
    --------
    >>> text(None), text(5e22), text(117900.5), text(True), text(date(2025, 7, 22))
    ('', '50000000000000000000000', '117900.5', 'true', '2025-07-22')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return np.format_float_positional(value + 0.0, trim="-")  # + 0.0: minus zero is written as 0
        case date():
            return value.isoformat()[:10]  # of a time stamp the day
    return str(value)


def csv_text(rows: Iterable[Iterable[object]], end: str = "\n") -> str:
    r"""Return rows as CSV with minimal quoting; values are written as :func:`text` writes them.

    Examples
    --------
    >>> csv_text([["a", "b"], [1.0, None], ['say "x" now', "y, z"]])
    'a,b\n1,\n"say ""x"" now","y, z"\n'
    """
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end).writerows([text(cell) for cell in row] for row in rows)
    return stream.getvalue()


def table_bytes(table: Table, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the canonical bytes of a table: UTF-8, LF, minimal quoting, the declared columns.

    Parameters
    ----------
    table
        The declaration.
    rows
        Values by field name; a field that a row lacks is empty.
    """
    names = table.field_names
    return csv_text([names, *([row.get(name) for name in names] for row in rows)]).encode("utf-8")


def as_text(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the cells of a typed table as they are written in its file: the inverse of reading it.

    Parameters
    ----------
    frame
        A table of a :class:`~tmt_dataset.Dataset`, or a frame like it.
    table
        Its declaration.

    Returns
    -------
    pandas.DataFrame
        The declared columns, all ``str``, ``""`` where a value is missing.

    Raises
    ------
    PackageError
        If a declared column is missing.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> cells = as_text(ds.sources, ds.descriptor.table("sources"))
    >>> cells.loc[0, "period_start"] == f"{ds.sources.loc[0, 'period_start']:%Y-%m-%d}"
    True
    """
    columns: dict[str, pd.Series] = {}
    for field in table.fields:
        if field.name not in frame.columns:
            raise PackageError(
                f"{table.name}: the column {field.name!r} is missing; expected {', '.join(table.field_names)}"
            )
        # few values, many cells: each value is written once
        codes, distinct = pd.factorize(frame[field.name])
        texts = [*(_written(v, field.type) for v in distinct), ""]
        columns[field.name] = pd.Series(np.array(texts, dtype=object)[codes], index=frame.index, dtype="str")
    return pd.DataFrame(columns, index=frame.index, columns=table.field_names)


def _written(value: Any, kind: str) -> str:
    """Return a value of a frame as text, by its declared type; text is text already."""
    if isinstance(value, str) or kind == "string":
        return str(value)
    if kind == "date":
        return str(np.datetime64(value, "D"))
    return text({"integer": int, "number": float, "boolean": bool}[kind](value))


# -- what is asked of a cell


def full_match(cells: pd.Series, pattern: str) -> pd.Series:
    r"""Return which cells match a pattern as a whole: ``^x|yy$`` would accept half of one, ``$`` a newline at its end.

    ``\d`` is one of the ten digits, as in JSON Schema, and not a digit of another script.

    Examples
    --------
    >>> full_match(pd.Series(["1", "12", "1\n", "٣"], dtype="str"), r"\d|xx").tolist()
    [True, False, False, False]
    """
    whole = re.compile(pattern, re.ASCII)
    return _each(cells, lambda cell: whole.fullmatch(cell) is not None)


def _each(cells: pd.Series, meets: Callable[[str], bool]) -> pd.Series:
    """Return which cells of text meet a condition; an empty one does not. Quicker than the methods of ``str``."""
    met = [isinstance(cell, str) and meets(cell) for cell in cells.to_numpy(object)]
    return pd.Series(met, index=cells.index, dtype="bool")


def is_in(values: pd.Series, known: pd.Series) -> pd.Series:
    """Return which values are among others: as ``isin``, which takes ten times as long on long lists of text.

    Examples
    --------
    >>> is_in(pd.Series(["a", "b", None], dtype="str"), pd.Series(["b", "c"], dtype="str")).tolist()
    [False, True, False]
    """
    return values.astype(object).isin(known.astype(object))


Asked = tuple[str, Callable[[pd.Series], Any]]


def cell_checks(field: Field) -> list[Asked]:
    """Return what is asked of the cells of a field that are not empty.

    Returns
    -------
    list of tuple
        What is expected, and a function that marks which cells, as text, meet it.

    Raises
    ------
    re.error
        If the pattern of the field is refused; see :func:`check_pattern`.

    Examples
    --------
    >>> [expected for expected, _ in cell_checks(Field("start", "integer", minimum=0))]
    ['an integer in canonical form', 'at least 0']
    """
    checks = _form_checks(field)
    if field.enum:
        checks.append(("one of " + ", ".join(field.enum), partial(_each, meets={*field.enum}.__contains__)))
    if field.pattern:
        checks.append((f"the pattern {field.pattern}", _matching(field.pattern)))
    if (length := field.max_length) is not None:
        checks.append(
            (f"at most {length} characters", partial(_each, meets=lambda cell: len(cell) <= length))
        )
    if (low := field.minimum) is not None:
        checks.append((f"at least {low}", lambda s: ~(lenient_numbers(s) < low)))
    if (high := field.maximum) is not None:
        checks.append((f"at most {high}", lambda s: ~(lenient_numbers(s) > high)))
    return checks


def _form_checks(field: Field) -> list[Asked]:
    """Return what the type of a field asks of its cells."""
    checks: list[Asked] = []
    if field.type in CANONICAL:
        article = "an" if field.type[0] in "aeiou" else "a"
        checks.append((f"{article} {field.type} in canonical form", _matching(CANONICAL[field.type])))
    if field.type == "number":
        finite = "a finite number: at most 308 digits before the point"
        checks.append((finite, lambda s: ~lenient_numbers(s).abs().eq(np.inf)))
    if field.type == "date":
        checks.append(("a day of the calendar", lambda s: days(s).notna()))
    if field.type == "string" and not field.pattern and not field.enum:
        expected = (
            "text that no spreadsheet runs as a formula: not starting with = + - @ or their full-width forms"
        )
        checks.append((expected, partial(_each, meets=lambda cell: not cell.startswith(FORMULA))))
        # a blank cell looks empty and counts as filled; zero-width characters are found in the bytes
        checks.append(
            ("text that is not only white space", partial(_each, meets=lambda cell: not cell.isspace()))
        )
    return checks


def _matching(pattern: str) -> Callable[[pd.Series], Any]:
    check_pattern(pattern)  # an invalid pattern is an error here, not a failure of every cell
    return lambda s: full_match(s, pattern)


#: The parts of a pattern whose cost can be told: characters, classes, counts, alternatives, and groups without a repeat.
_PART = re.compile(
    r"(?P<repeat>[*+?]|\{(?P<least>[0-9]{1,2})(?P<range>,(?P<most>[0-9]{0,2}))?\})|(?P<alternative>\|)|(?P<end>\))"
    r"|\(\?:|\\[dwsDWS./()|+*?{}\[\]^$\\-]|\[\^?(?:\\.|(?!--|&&|~~|\|\|)[^\[\]\\])+\]|[^\\()\[\]{}*+?|]"
)
#: How many ways through a pattern an engine may have to try; a repeat without an end counts as a thousand, so that there
#: is one at most: two of them can take longer than the world lasts.
_MAX_WAYS, _ENDLESS, _PLAIN_LENGTH = 10_000, 1000, 200


#: The pattern of a cell that lists codes, as it is generated from `itemEnum`.
_LISTED = re.compile(r"(\(\?:[a-z_]+(?:\|[a-z_]+)*\))\(\?: \1\)\*")


def _ways(pattern: str) -> float:
    """Return how many ways through a pattern there are at most, or infinity where that cannot be told."""
    ways, at, after_group = 1.0, 0, False
    while at < len(pattern):
        part = _PART.match(pattern, at)
        if part is None or (part["repeat"] and after_group and part["repeat"] != "?"):
            return float("inf")
        if part["alternative"] or part["repeat"] == "?":
            ways *= 2
        elif part["repeat"] in ("*", "+") or (part["range"] and not part["most"]):
            ways *= _ENDLESS
        elif part["range"]:
            ways *= max(1, int(part["most"]) - int(part["least"]) + 1)
        at, after_group = part.end(), part["end"] is not None
    return ways


def check_pattern(pattern: str) -> None:
    r"""Refuse a pattern that is not a regular expression, or that may take for ever.

    Raises
    ------
    re.error
        If it is neither one that the library itself declares nor one that is decided in a bounded number of steps.

    Examples
    --------
    >>> check_pattern(r"TMT-\d{4}(?:-\d{1,2})?|[a-z]+")
    >>> check_pattern("(a+)+b")
    Traceback (most recent call last):
    ...
    re.error: it is not run, as it may take for ever: ...
    """
    plain = (len(pattern) <= _PLAIN_LENGTH and _ways(pattern) <= _MAX_WAYS) or _LISTED.fullmatch(pattern)
    if not plain and pattern not in CANONICAL.values() and pattern not in own_patterns():
        raise re.error(
            "it is not run, as it may take for ever: patterns other than the library's own may have one repeat without an end, and "
            "no repeat of a group"
        )
    re.compile(pattern)
