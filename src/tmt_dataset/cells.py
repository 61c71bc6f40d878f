"""A table's declaration → dtypes for reading and a pandera schema for judging. Nothing is declared twice."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd

from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Field, Table
from tmt_dataset.errors import PackageError

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

#: Calendar dates need no finer unit than a second.
DATE_DTYPE: Final = "datetime64[s]"
_DTYPES = {"string": "str", "integer": "Int64", "number": "float64", "date": DATE_DTYPE, "boolean": "boolean"}
BOOLEANS = {"true": True, "false": False}

#: A cell that begins so is run by spreadsheets when they open the file; some take the full-width forms for the same.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
#: How a cell of each type is written. There is one way, so that equal values are equal bytes.
CANONICAL = {
    "integer": r"(?:0|-?[1-9][0-9]{0,14})",  # every reader takes 15 digits, a float among them
    "number": r"(?:0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "boolean": r"(?:true|false)",
}


def code_table(descriptor: Descriptor, table: Table, field: Field) -> Table | None:
    """Return the table of codes from which a field takes its values, or None.

    Vocabularies, registers and sources are codes; identifiers of other tables are not.
    """
    for key in table.foreign_keys:
        if key.fields == (field.name,) and key.table != table.name:
            target = descriptor.tables.get(key.table)
            if target is not None and (target.is_vocabulary or target.name == "sources"):
                return target
    return None


def is_code(descriptor: Descriptor, table: Table, field: Field) -> bool:
    """Whether a field holds codes, and is read as a categorical."""
    return bool(field.enum) or code_table(descriptor, table, field) is not None


def dtype(descriptor: Descriptor, table: Table, field: Field) -> str:
    """Return the dtype of a field in a loaded table.

    Examples
    --------
    >>> from tmt_dataset.descriptor import open_package
    >>> descriptor, _ = open_package()
    >>> figures = descriptor.table("figures")
    >>> [dtype(descriptor, figures, figures.field(n)) for n in ("figure_id", "measure", "value", "period_end")]
    ['str', 'category', 'float64', 'datetime64[s]']
    """
    return "category" if is_code(descriptor, table, field) else _DTYPES[field.type]


def read_cells(data: bytes, table: Table, index_col: Literal[False] | None = None) -> pd.DataFrame:
    r"""Read the cells of CSV bytes as text, whatever form they have; an empty cell is missing.

    Examples
    --------
    >>> from tmt_dataset.descriptor import open_package
    >>> table = open_package()[0].table("development_places")
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

    # pandas reads text that it finds five times as fast as what it is told to be text; what it may take for something else it is told
    frame = read(dtype={f.name: "str" for f in table.fields if f.type != "string"})
    taken = [c for c in frame.columns if frame[c].dtype != "str"]
    if taken and list(frame.columns) == table.field_names and isinstance(frame.index, pd.RangeIndex):
        frame[taken] = read(dtype="str", usecols=taken)[taken]
    return frame


def read_strings(data: bytes, table: Table, where: str) -> pd.DataFrame:
    """Read a table's cells as text; an empty cell is missing.

    Raises
    ------
    PackageError
        If the bytes are no CSV of this table.
    """
    try:
        frame = read_cells(data, table)
    except UnicodeDecodeError as error:
        raise PackageError(f"{where}: not UTF-8 ({error}); save it as UTF-8") from None
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise PackageError(f"{where}: no readable CSV ({str(error).strip()})") from None
    if list(frame.columns) != table.field_names:
        raise PackageError(
            f"{where}: expected the columns {', '.join(table.field_names)}; found {', '.join(map(str, frame.columns))}"
        )
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes surplus cells for an index
        raise PackageError(
            f"{where}: rows have more cells than the header; run tmt_dataset.validate() to see which"
        )
    return frame


def full_match(cells: pd.Series, pattern: str) -> pd.Series:
    r"""Return which cells match a pattern as a whole: ``^x|yy$`` would accept half of one, ``$`` a newline at its end.

    ``\d`` is one of the ten digits, as in JSON Schema, and no digit of another script.

    Examples
    --------
    >>> full_match(pd.Series(["1", "12", "1\n", "٣"], dtype="str"), r"\d|xx").tolist()
    [True, False, False, False]
    """
    # with flags pandas leaves Arrow's engine for Python's, which takes eight times as long: only where it matters
    flags = 0 if cells.str.isascii().all() else re.ASCII
    return cells.str.fullmatch(f"(?:{pattern})", flags=flags)


def _days(cells: pd.Series) -> pd.Series:
    """Return which cells are days of the calendar."""
    return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").notna()


def _finite(cells: pd.Series) -> pd.Series:
    """Return which cells are not a number beyond what a float can hold; what is no number at all is judged by its form."""
    return ~lenient_numbers(cells).abs().eq(np.inf)


def is_in(values: pd.Series, known: pd.Series) -> pd.Series:
    """Return which values are among others: as ``isin``, which takes ten times as long on long lists of text.

    Examples
    --------
    >>> is_in(pd.Series(["a", "b", None], dtype="str"), pd.Series(["b", "c"], dtype="str")).tolist()
    [False, True, False]
    """
    return values.astype(object).isin(known.astype(object))


def lenient_numbers(cells: pd.Series) -> pd.Series:
    """Return cells of text as ``float64``; what is no number is missing. Whether a number has its form is judged elsewhere.

    Examples
    --------
    >>> lenient_numbers(pd.Series(["1", " 2", "3.5", "many", None], dtype="str")).tolist()
    [1.0, 2.0, 3.5, nan, nan]
    """
    try:
        return cells.astype("float64")  # four times as fast as to_numeric
    except ValueError:
        return pd.to_numeric(cells, errors="coerce").astype("float64")


def _first_bad(
    raw: pd.Series, good: np.ndarray[Any, Any], table: Table, field: Field, where: str, expected: str
) -> PackageError:
    row = int((raw.notna().to_numpy() & ~good).argmax())
    return PackageError(
        f"{where}: row {row + 2}, field {field.name}: expected {expected}, found {raw.iloc[row]!r}; "
        "run tmt_dataset.validate() for all findings"
    )


def typed(
    raw: pd.DataFrame, descriptor: Descriptor, table: Table, codes: dict[str, pd.Index], where: str
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
        At the first cell that cannot be read as its type (a number has to be finite) or is not in its vocabulary: no value is
        lost silently. At an enum that names a value twice.
    """
    columns: dict[str, Any] = {}
    for field in table.fields:
        cells = raw[field.name]
        target = code_table(descriptor, table, field)
        column: Any  # an array of pandas
        if field.enum or target is not None:
            known = pd.Index(field.enum, dtype="str") if field.enum else codes[target.name]  # type: ignore[union-attr]
            if not known.is_unique:
                raise PackageError(
                    f"{DESCRIPTOR}: resource {table.name!r}, field {field.name}: a value of its enum stands twice; "
                    "run tmt_dataset.validate() for all findings"
                )
            column = pd.Categorical.from_codes(known.get_indexer(pd.Index(cells)), known)
            what = f"one of {', '.join(field.enum)}" if field.enum else f"a code of {target.path}"  # type: ignore[union-attr]
        elif field.type == "date":
            column = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").astype(DATE_DTYPE).array
            what = "a date YYYY-MM-DD"
        elif field.type in ("integer", "number"):
            # and not lenient_numbers(), for which 1_000 is a number
            numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
            if field.type == "integer":  # from 2**53 on, a float is no longer the integer that was written
                column = numbers.where((numbers % 1 == 0) & (numbers.abs() < 2**53)).astype("Int64").array
            else:  # neither `inf` nor digits beyond what a float can hold are a value
                column = numbers.where(np.isfinite(numbers)).array
            what = f"a number ({field.type})"
        elif field.type == "boolean":
            column = cells.map(BOOLEANS).astype("boolean").array
            what = "true or false"
        else:
            columns[field.name] = cells.array
            continue
        good = ~pd.isna(column)
        if bool((cells.notna().to_numpy() & ~good).any()):
            raise _first_bad(cells, good, table, field, where, what)
        columns[field.name] = column
    # arrays, which need not be aligned as Series are
    return pd.DataFrame(columns, index=raw.index, copy=False)


def cell_checks(field: Field) -> list[tuple[str, Callable[[pd.Series], Any]]]:
    """Return what is asked of the cells of a field that are not empty: what is expected, and which cells, as text, have it.

    Examples
    --------
    >>> [expected for expected, _ in cell_checks(Field("start", "integer", minimum=0))]
    ['a integer in canonical form', 'at least 0']
    """

    def matches(pattern: str) -> Callable[[pd.Series], Any]:
        re.compile(pattern)  # a pattern that is none is an error here, not a failure of every cell
        return lambda s: full_match(s, pattern)

    checks: list[tuple[str, Callable[[pd.Series], Any]]] = []
    if field.type in CANONICAL:
        checks.append((f"a {field.type} in canonical form", matches(CANONICAL[field.type])))
    if field.type == "number":
        checks.append(("a finite number: at most 308 digits before the point", _finite))
    if field.type == "date":
        checks.append(("a day of the calendar", _days))
    if field.enum:
        checks.append(("one of " + ", ".join(field.enum), lambda s: s.isin(field.enum)))
    if field.pattern:
        checks.append((f"the pattern {field.pattern}", matches(field.pattern)))
    if field.type == "string" and not field.pattern and not field.enum:
        expected = (
            "text that no spreadsheet runs as a formula: not beginning with = + - @ or their full-width forms"
        )
        checks.append((expected, lambda s: ~s.str.startswith(FORMULA)))
        # a cell of blanks looks empty and counts as filled; zero-width characters are lint.CONTROLS
        checks.append(("text that is more than blanks", lambda s: ~s.str.isspace()))
    if (length := field.max_length) is not None:
        checks.append((f"at most {length} characters", lambda s: s.str.len() <= length))
    if (low := field.minimum) is not None:
        checks.append((f"at least {low}", lambda s: ~(lenient_numbers(s) < low)))
    if (high := field.maximum) is not None:
        checks.append((f"at most {high}", lambda s: ~(lenient_numbers(s) > high)))
    return checks


def conforms(table: Table, cells: pd.DataFrame) -> bool:
    """Whether :func:`pandera_schema` would find nothing; where it would, it says what, and takes longer to be imported.

    Examples
    --------
    >>> from tmt_dataset.descriptor import open_package
    >>> table = open_package()[0].table("development_places")
    >>> conforms(table, pd.DataFrame({"development_id": ["TMT-0001"], "place_id": ["Beijing"]}, dtype="str"))
    False
    """
    if list(cells.columns) != table.field_names:
        return False
    for field in table.fields:
        column = cells[field.name]
        missing = column.isna()
        if (field.required and missing.any()) or (field.unique and column.duplicated().any()):
            return False
        if missing.any():
            column = column[~missing]
        if not all(bool(check(column).all()) for _, check in cell_checks(field)):
            return False
    key = [k for k in table.primary_key if k in cells]
    return not key or not cells.duplicated(key).any()


def pandera_schema(descriptor: Descriptor, table: Table) -> DataFrameSchema:
    """Return the pandera schema of a table's cells **as text**, derived from the declaration.

    It judges what the table holds before anything is converted: form of numbers (finite ones) and dates (a real day of
    the calendar), required cells, vocabularies declared as ``enum``, patterns on the whole cell, text that is neither a formula
    nor blanks, lengths, bounds, uniqueness of a field and of the primary key, and the order of the columns.

    Examples
    --------
    >>> from tmt_dataset.descriptor import open_package
    >>> descriptor, files = open_package()
    >>> table = descriptor.table("sources")
    >>> rows = read_strings(files.read(table.path), table, table.path)
    >>> len(pandera_schema(descriptor, table).validate(rows)) == len(rows)
    True
    """
    import pandera.pandas as pa

    columns = {}
    for field in table.fields:
        checks = [
            pa.Check(function, name=expected, error=expected, ignore_na=True)
            for expected, function in cell_checks(field)
        ]
        # no dtype: the cells are text as they are read, and looking costs half the time of a small table
        columns[field.name] = pa.Column(
            None,
            checks,
            nullable=not field.required,
            unique=field.unique,
            report_duplicates="exclude_first",
            required=True,
            title=field.title,
        )
    key = list(table.primary_key) if {*table.primary_key} <= {*columns} else []
    return pa.DataFrameSchema(
        columns,
        name=table.name,
        strict=True,
        ordered=True,
        unique=key or None,
        report_duplicates="exclude_first",
    )
