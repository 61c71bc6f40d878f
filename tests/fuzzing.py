"""Mutants of the small valid package, and the public calls on them: each may fail with an error of the library, and with no other.

``make fuzz``, or ``python tests/fuzzing.py --mutants N --seed S --seconds LIMIT``, runs N mutants in two processes; ``--seed S
--mutants 1`` makes one mutant again. Of a mutant that can be loaded, a few calls are made, drawn by its seed, as all of them
take two seconds; every 101st mutant gets all.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import faulthandler
import gc
import inspect
import io
import json
import multiprocessing
import random
import re
import resource
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir
from copy import deepcopy
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

import click
import factories
import numpy as np
import pandas as pd
from click.testing import CliRunner

import tmt_dataset as tmt
from tmt_dataset import analysis, cli
from tmt_dataset.citation import cite
from tmt_dataset.coding import compile as compiling
from tmt_dataset.coding import locate
from tmt_dataset.coding.annotation import read_all
from tmt_dataset.coding.proof import prove
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import DESCRIPTOR
from tmt_dataset.exports import FORMATS
from tmt_dataset.package import SUMS, open_package
from tmt_dataset.publish.release import sums
from tmt_dataset.views.counts import DIMENSIONS, OF_WINDOWS

Random = random.Random
Files = dict[str, bytes]

#: What a call may take: seconds of the processor, which other work on the machine does not lengthen, and bytes beyond what the
#: process had.
SECONDS, MEMORY = 10, 10**9
#: After so many seconds by the clock the calls on a mutant are taken to hang, and their process ends.
HANG = 180
#: How often counts are printed on the way, in seconds.
TELL = 300
#: Every so many mutants one gets all calls.
THOROUGH = 101  # not a multiple of the turns
#: The kinds by the number of a mutant. A table costs twenty times an argument.
TURNS = [
    "arguments", "table", "archive", "arguments", "descriptor", "arguments", "table", "arguments", "annotation", "archive",
    "arguments", "table", "arguments", "arguments", "arguments", "arguments", "table", "archive", "arguments", "descriptor",
    "arguments", "table", "arguments", "arguments", "arguments",
]  # fmt: skip
SOURCE = str(Path(tmt.__file__).parent)


# -- values


TEXTS = [
    "", " ", "\0", "\x1b[31m", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\ufffe", "\U000e0041", "e\u0301", "=1+1", "＝1",
    "<b>&amp;", "$\\frac{$", "{{x}}", "%s %(a)s {0}", "٣", "１２", "²", "½", "a" * 9000, "-1", "-0", "0", "00", "1.50", "1e3", "1e400",
    "9" * 400, "9007199254740993", "NaN", "nan", "inf", "null", "NA", "true", "TRUE", "2024-02-30", "9999-12-31", "0000-01-01",
    "2024-01/2023", "2024", "24-1-1", "a\nb", "a\r\nb", 'a"b', "'", "a | b", " | ", "a,b", "../x", "C:\\x", "TMT-9999", "TMT-0001",
    "ai", "cac", "100000", "https://x.org/a b?c#d", "javascript:alert(1)", "figures", "action date", "(", "[", "\\", "*", "国家", "😀",
]  # fmt: skip
DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]
NODES: list[Any] = [
    None, True, False, 0, -1, 1, 1.5, 1e308, 10**16, 10**400, [], {}, [[]], [None], [{}], {"a": 1}, ["a", "a"], [1, "1"], DEEP,
    "\ud800", "x" * 20_000, ["x"] * 2000, {"\ud800": 1}, {"": ""},
]  # fmt: skip
#: Values that a property may have, and odd ones of its type.
ODD: dict[str, list[Any]] = {
    "pattern": ["(a+)+b", "[", "a{1000}{1000}", "(?P<x>a)(?P=x)", "a?" * 500, "", "(?i)x", "\\p{L}", "^$", "x|y"],
    "enum": [[], ["a", "a"], [1, 2], [1.0, "1"], [None], ["a"] * 2000, [""], [str(n) for n in range(1500)]],
    "type": ["string", "integer", "number", "date", "boolean", "any", "list", "datetime", "", "String"],
    "primaryKey": [[], "", ["nope"], "development_id", ["development_id"], ["title"], ["a"] * 200, None],
    "foreignKeys": [[], [{}], [{"fields": "a"}], [{"fields": [], "reference": {"resource": "", "fields": []}}]],
    "minimum": [10**400, -1, 1e308, "0", "2024-01-01"], "maximum": [0, -1, 1e-300, "9"],
    "maxLength": [0, -1, 10**15, 1.5], "minLength": [10**15, -1, 2], "required": [True, False, "true", 1],
    "unique": [True, False, 1], "path": ["../x", "/etc/passwd", "data", "", "a\0", ["a"], "data/nope.csv", "https://x.org/a.csv"],
    "name": ["", "A", "../x", "flat", "search", "package", "whole", "select", "_tables", "a" * 300, "developments", "title"],
    "resource": ["", "nope", "developments", "topics", "quotes"], "fields": [[], "title", ["title"], ["development_id"], "nope"],
    "bytes": [0, -1, 10**15, 1.5, "1"], "hash": ["", "md5:x", "sha256:0", "sha256:" + "0" * 64, 1], "version": ["", "x", "1", "99.0.0"],
    "created": ["", "2024", "2024-02-30T00:00:00Z", "2024-01-01T00:00:00+99:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"],
    "contributors": [[], [{}], [{"title": "A, B"}], [{"title": "", "role": "author"}], [{"title": "x", "roles": ["author", 1]}]],
    "example": TEXTS, "title": TEXTS, "description": TEXTS, "itemEnum": [[], ["a b"], ["a", "a"], [""], ["("], ["x"] * 2000],
    "missingValues": [[], ["", "NA"], ["0"]], "dialect": [{"delimiter": ";"}, {}], "encoding": ["latin-1", "utf-16", "", "utf8"],
    "licenses": [[], [{}], [{"name": 1}], [{"path": "javascript:x"}]],
}  # fmt: skip


def arguments() -> list[Any]:
    """Return what a caller may give by mistake: wrong types, unknown codes, odd days."""
    return [
        None, True, 0, -1, 1, 2024, 99999, 10**30, 1.5, float("nan"), float("inf"), b"ai", b"\xff", [], [""], ["ai", "nope"], ["ai", 1],
        ("2024", "2023"), (2023, 2025), [2024, None], (1, 2, 3), "2024-01/2024-02", "2024-13", "0000", {}, {"a": 1}, set(), {"ai"},
        object(), range(3), int, len, datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1), pd.Timestamp("2024-01-31"), pd.NaT,
        pd.NA, np.int64(2024), np.datetime64("2024-01-01"), pd.Series(["ai"]), pd.DataFrame({"a": [1]}), np.array(["ai"]), iter("a"),
        [["ai"]], [None], Path("nowhere"), Path("a\0b"), "\ud800", "x" * 5000, "overlap", "lead", "developments", "bibtex", "csv",
        "csl", "jsonl", "talking-lamps-measures", "damages", "accounts_closed", "stated", "lamp", "out.csv", "out.db", *TEXTS,
    ]  # fmt: skip


# -- mutators: each changes a copy in its own way, drawn by a generator


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each node below another one as its container and its key."""
    items = (
        list(node.items())
        if isinstance(node, dict)
        else list(enumerate(node))
        if isinstance(node, list)
        else []
    )
    for key, value in items:
        yield node, key
        yield from places(value)


def mutate_node(rng: Random, container: Any, key: Any) -> None:
    """Change one node of some JSON: replace, duplicate, remove or rename it."""
    value = container[key]
    match rng.randrange(8):
        case 0 | 1 | 2:
            container[key] = deepcopy(rng.choice(ODD.get(key, NODES)))
        case 3 | 4:
            container[key] = deepcopy(rng.choice(NODES + TEXTS))
        case 5:
            del container[key]
        case 6 if isinstance(container, list):
            container.insert(rng.randrange(len(container)), deepcopy(value))
        case 6:
            container[key] = [value, deepcopy(value)]
        case _ if isinstance(container, dict):
            container[rng.choice([*container, *TEXTS, *ODD])] = container.pop(key)
        case _:
            rng.shuffle(container)


def mutate_json(rng: Random, root: Any, most: int = 3) -> Any:
    """Change a few nodes of some JSON; those whose name has odd values are drawn more often."""
    for _ in range(rng.randint(1, most)):
        every = list(places(root))
        known = [place for place in every if place[1] in ODD]
        if every:
            mutate_node(rng, *rng.choice(known if known and rng.random() < 0.7 else every))
    return root


def mutate_bytes(rng: Random, data: bytes) -> bytes:
    """Flip, cut, double or insert some bytes."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(out) + 1)
        end = min(len(out), at + rng.choice((1, 1, 4, 60)))
        match rng.randrange(4):
            case 0:
                out[at:end] = rng.randbytes(end - at)
            case 1:
                del out[at:end]
            case 2:
                out[at:at] = out[at:end]
            case _:
                out[at:at] = rng.choice(
                    [
                        b"\0",
                        b"\r",
                        b"\n\n",
                        b'"',
                        b",",
                        b";",
                        b"\xff",
                        b"\xef\xbb\xbf",
                        b"\xed\xa0\x80",
                        b"," * 2000,
                    ]
                )
    return bytes(out)


def mutate_rows(rng: Random, rows: list[list[str]]) -> None:
    """Change a table through its rows: the first one is its header."""
    row = rng.choice(rows[1:] or rows)
    column = rng.randrange(len(row)) if row else 0
    match rng.randrange(12):
        case 0 | 1 | 2 if row:
            row[column] = rng.choice(TEXTS)
        case 3 | 4 if row:
            row[column] = ""
        case 5 | 6 if row:
            row[column] = rng.choice([r for r in rows if len(r) > column])[column]
        case 7:
            rows.insert(rng.randint(1, len(rows)), list(row))
        case 8:
            rows.remove(row)
        case 9:
            del rows[1:]
        case 10:
            which = rng.choice(["swap", "empty", "remove", "double"])
            for cells in rows if which in ("remove", "double") else rows[1:]:
                mutate_column(rng, cells, column, which)
        case _:
            rows[1:] = rng.sample(rows[1:], len(rows) - 1)


def mutate_column(rng: Random, cells: list[str], column: int, which: str) -> None:
    """Change one cell of each row in the same way."""
    if column < len(cells):
        if which == "remove":
            del cells[column]
        elif which == "double":
            cells.insert(column, cells[column])
        else:
            cells[column] = "" if which == "empty" else cells[rng.randrange(len(cells))]


def mutate_yaml(rng: Random, text: str) -> str:
    """Change some lines of a YAML file: values, tags, anchors, aliases, documents, indents."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        key, colon, _ = lines[at].partition(": ")
        odd = rng.choice([
            "0o17", "0x1F", "2_024", "1e400", "~", "yes", "[", "{}", "[]", "- a", "|", ">-", "!!python/object:os.system x", "!!omap [a: 1]",
            "!!set {a}", "!!binary aaaa", "!x y", "&a x", "*a", "<<: *a", "2024-02-30", "2024-01-01T00:00:00Z", '"\\uD800"', '"\\0"',
            '"\\u{200B}"', "'", '"', "? a", "x: y: z", "\t", "%YAML 1.1", "---", "...", "[" * 60, "{a: " * 60, "9" * 400, ".nan", "=", "<<",
            "12:30:45", "1:30", "# no", "@", "`", *TEXTS,
        ])  # fmt: skip
        match rng.randrange(8):
            case 0 | 1 | 2:
                lines[at] = f"{key}{colon}{odd}"
            case 3:
                lines.insert(at, odd)
            case 4:
                lines.insert(at, lines[at])
            case 5:
                del lines[at]
            case 6:
                lines[at] = rng.choice(["  ", "\t", "- ", "? ", "&r ", "!!str "]) + lines[at]
            case _:
                lines[at] = lines[at][2:]
        lines = lines or [""]
    return "\n".join(lines)


def table_mutant(rng: Random) -> Files:
    """Return the files of a package with one or two tables changed, and a descriptor in step with them."""
    files = dict(factories.clean_files())
    tables = [path for path in files if path != DESCRIPTOR]
    for _ in range(rng.choice((1, 1, 2))):
        path = rng.choice(tables)
        if rng.random() < 0.1:
            files[path] = mutate_bytes(rng, files[path])
            continue
        rows = list(csv.reader(io.StringIO(files[path].decode("utf-8", "replace"))))
        for _ in range(rng.randint(1, 3)):
            if len(rows) > 1 or (rows and rng.random() < 0.1):  # a header may be removed too
                mutate_rows(rng, rows)
        files[path] = factories.csv_bytes(rows[0] if rows else [], rows[1:])
    files[DESCRIPTOR] = factories.described(json.loads(files[DESCRIPTOR]), files)
    return files


def descriptor_mutant(rng: Random) -> Files:
    """Return the files of a package with some nodes of its descriptor changed, or its tables with them."""
    files = dict(factories.clean_files())
    raw = json.loads(files[DESCRIPTOR])
    match rng.randrange(10):
        case 0:
            return {**files, DESCRIPTOR: mutate_bytes(rng, files[DESCRIPTOR])}
        case 1 | 2 | 3 | 4:
            for _ in range(rng.randint(1, 3)):
                mutate_structure(rng, raw, files)
            return {**files, DESCRIPTOR: factories.described(raw, files)}
    # half of the nodes are changed in one table
    mutate_json(rng, rng.choice([raw, rng.choice(raw["resources"])]))
    return {**files, DESCRIPTOR: json.dumps(raw).encode()}


def mutate_structure(rng: Random, raw: Any, files: Files) -> None:
    """Change tables, fields and keys so that files and declaration still agree: `load` takes many of them."""
    resource = rng.choice(raw["resources"])
    schema = resource["schema"]
    at = rng.randrange(len(schema["fields"]))
    field = schema["fields"][at]
    rows = list(csv.reader(io.StringIO(files[resource["path"]].decode())))
    match rng.randrange(9):
        case 0:
            raw["resources"].remove(resource)
        case 1:
            resource["name"] = rng.choice(["lamps", *ODD["name"]])
        case 2 | 3:
            field["type"] = rng.choice(["string", "integer", "number", "date", "boolean"])
        case 4:
            schema[rng.choice(["primaryKey", "foreignKeys"])] = []
        case 5:
            field["constraints"] = rng.choice([{}, {"required": True}, {"enum": ["a"]}, {"pattern": "x"}])
        case 6 if len(schema["fields"]) > 1:
            del schema["fields"][at]
            rows = [row[:at] + row[at + 1 :] for row in rows]
        case 7:
            field["name"] = rows[0][at] = rng.choice(["lamp", "name", "title", *ODD["name"]])
        case _:
            schema["primaryKey"] = rng.sample(rows[0], min(2, len(rows[0])))
    files[resource["path"]] = factories.csv_bytes(rows[0], rows[1:])


def archive_mutant(rng: Random) -> bytes:
    """Return a release archive with entries that were added, removed, renamed or damaged, or whose sizes lie."""
    files = dict(factories.clean_files())
    top = rng.choice(["lamps-1.0.0/", "lamps-1.0.0/", "", "a/b/"])
    if rng.random() < 0.3:
        files = rng.choice([table_mutant, descriptor_mutant])(rng)
    if rng.random() < 0.5:
        files[SUMS] = sums(files)
    entries = [(top + name, data) for name, data in files.items()]
    for _ in range(rng.randrange(3)):
        mutate_entries(rng, entries)
    stream = io.BytesIO()
    method = rng.choice(
        [zipfile.ZIP_STORED] * 8 + [zipfile.ZIP_DEFLATED] * 2 + [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
    )
    with zipfile.ZipFile(stream, "w", method, compresslevel=1) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # duplicate names are meant
        for name, data in entries:
            archive.writestr(name, data)
    data = stream.getvalue()
    match rng.randrange(8):
        case 0:
            return data[: rng.randrange(len(data))]
        case 1:
            return mutate_bytes(rng, data)
        case 2 | 3:
            return mutate_header(rng, data)
    return data


def mutate_entries(rng: Random, entries: list[tuple[str, bytes]]) -> None:
    """Add, remove, rename, double or damage an entry."""
    at = rng.randrange(len(entries)) if entries else 0
    name, data = entries[at] if entries else ("a", b"")
    odd = rng.choice(
        [
            "../x",
            "/x",
            "a\\b",
            "C:x",
            "a/",
            "\ufeff",
            "x" * 300,
            DESCRIPTOR,
            f"b/{DESCRIPTOR}",
            SUMS,
            "a\0b",
            "国",
            ".",
        ]
    )
    match rng.randrange(5):
        case 0:
            entries.append((odd, rng.choice([b"", data, b"0" * 3_000_000])))
        case 1:
            del entries[at : at + 1]
        case 2:
            entries[at : at + 1] = [(odd, data)]
        case 3:
            entries.append((name, data))
        case _:
            entries[at : at + 1] = [(name, mutate_bytes(rng, data))]


def mutate_header(rng: Random, data: bytes) -> bytes:
    """Overwrite a field of a header: flags, method, time, checksum, sizes, lengths of names, offsets."""
    mark = rng.choice([b"PK\x01\x02", b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"])
    starts = [match.start() for match in re.finditer(re.escape(mark), data)]
    if not starts:
        return data
    at = rng.choice(starts) + rng.randrange(4, 46)
    value = rng.choice(
        [b"\0", b"\xff", b"\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f", rng.randbytes(2)]
    )
    return data[:at] + value + data[at + len(value) :]


# -- calls


class Failure(NamedTuple):
    """A call that ended in a way that it must not."""

    call: str
    type: str
    message: str
    seconds: float = 0
    memory: int = 0


def peak() -> int:
    """Return the largest memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def is_promised(function: Callable[..., Any], error: BaseException) -> bool:
    """Whether a docstring names the exception among those that a wrong argument raises, and the library raised it itself."""
    _, raises, said = (function.__doc__ or "").partition("Raises\n")
    named = re.search(rf"^ *(?:\w+, )*{type(error).__name__}(?:, \w+)*$", said, re.MULTILINE)
    return bool(raises and named) and traceback.extract_tb(error.__traceback__)[-1].filename.startswith(
        SOURCE
    )


class Run:
    """The calls on one mutant: what failed, what it took."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = factories.make_package(folder / "package")
        self.written = dict(factories.clean_files())
        self.ds = tmt.load(self.package)
        self.sources = folder / "sources"
        self.sources.mkdir()
        for source_id in factories.SEGMENTS:
            (self.sources / f"{source_id}.txt").write_text(factories.source_text(source_id), encoding="utf-8")
        self.begin()

    def begin(self) -> None:
        """Forget the calls on the mutant before."""
        self.outcome = "refused"
        self.invalid = False
        self.calls = 0
        self.failures: list[Failure] = []
        self.slowest: tuple[float, str] = (0.0, "")

    def call(self, function: Callable[..., Any], *args: Any, name: str = "", **options: Any) -> Any:
        """Call a function, and return what it returns, or None where it raises."""
        name = name or getattr(function, "__qualname__", repr(function))
        before, start, result = peak(), time.process_time(), None
        self.calls += 1
        wrong: tuple[str, str] | None = None
        try:
            result = function(*args, **options)
        except tmt.TmtDatasetError as error:
            if not str(error).strip():
                wrong = type(error).__name__, "no message"
        except Exception as error:
            if not is_promised(function, error):
                wrong = type(error).__name__, f"{str(error)!a:.300} at {_place(error)}"
        seconds, memory = time.process_time() - start, peak() - before
        if wrong is None and (seconds > SECONDS or memory > MEMORY):
            wrong = "Expensive", f"{seconds:.1f} s, {memory / 1e6:.0f} MB"
        if wrong is not None:
            self.failures.append(Failure(f"{name}({_shown(args, options)})", *wrong, seconds, memory))
        self.slowest = max(self.slowest, (seconds, name))
        return result

    def lay(self, files: Files) -> Path:
        """Write the files of a mutant over those of the one before."""
        for path in self.written.keys() - files.keys():
            (self.package / path).unlink()
        for path, data in files.items():
            if self.written.get(path) != data:
                (self.package / path).write_bytes(data)
        self.written = files
        return self.package


def _shown(args: tuple[Any, ...], options: dict[str, Any]) -> str:
    """Return the arguments of a call, shortened; a frame says little."""
    parts = [
        *(a for a in args if not isinstance(a, Dataset | Random)),
        *(f"{k}={v!a:.60}" for k, v in options.items()),
    ]
    return ", ".join(part if isinstance(part, str) and "=" in part else f"{part!a:.60}" for part in parts)


def _place(error: BaseException) -> str:
    """Return the last place in the library that an exception passed."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(SOURCE)]
    return (
        f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}"
        if frames
        else "outside the library"
    )


def _an_id(ds: Dataset, table: str, column: str, rng: Random) -> Any:
    """Return an identifier of a table, the first one as often as any other."""
    try:
        values = ds[table][column].tolist()
    except (KeyError, AttributeError):
        values = []
    return rng.choice([values[0], rng.choice(values)]) if values else "none"


def view_shown(ds: Dataset, rng: Random) -> object:
    return (
        repr(ds),
        ds._repr_html_(),
        len(ds),
        dir(ds),
        [ds[name] for name in ds],
        ds.version,
        ds == ds.select(),
    )


def view_period(ds: Dataset, rng: Random) -> object:
    return ds.period


def view_flat(ds: Dataset, rng: Random) -> object:
    return ds.flat()


def view_record(ds: Dataset, rng: Random) -> object:
    record = ds.record(_an_id(ds, "developments", "development_id", rng))
    return str(record), record._repr_html_(), json.dumps(record.to_jsonld()).encode()


def view_evidence(ds: Dataset, rng: Random) -> object:
    return ds.evidence(rng.choice([None, _an_id(ds, "developments", "development_id", rng)]))


def view_counts(ds: Dataset, rng: Random) -> object:
    by = rng.sample([*OF_WINDOWS, *DIMENSIONS], 2)
    return ds.counts(by, any_topic=rng.random() < 0.5), ds.describe(), ds.describe(rng.choice(list(ds)))


def view_lifecycle(ds: Dataset, rng: Random) -> object:
    return ds.lifecycle(_an_id(ds, "instruments", "instrument_id", rng))


def view_series(ds: Dataset, rng: Random) -> object:
    return ds.series(_an_id(ds, "figures", "measure", rng))


def view_selected(ds: Dataset, rng: Random) -> object:
    criteria: list[dict[str, Any]] = [
        {"topic": "ai"}, {"action": "consultation"}, {"category": "legislative"}, {"authority": "cac", "with_offices": True},
        {"place": "100000"}, {"jurisdiction": "100000"}, {"source": factories.WINTER}, {"date_basis": "stated"},
        {"instrument": "lamp-data-rules"}, {"text": "lamp"}, {"text": "国家"}, {"year": 2024}, {"date": "2024-01/2024-02", "dates": "within"},
    ]  # fmt: skip
    part = ds.select(**rng.choice(criteria))
    return part.flat(), repr(part), part.select(text="a b")


def view_cited(ds: Dataset, rng: Random) -> object:
    record = rng.choice([None, _an_id(ds, "developments", "development_id", rng)])
    return [cite(ds, style=style, record=record) for style in ("apa", "bibtex", "ris", "csl")]


#: The views of a data set, each called as ``view(ds, rng)``.
VIEWS: list[Callable[[Dataset, Random], object]] = [
    view_shown, view_period, view_flat, view_record, view_evidence, view_counts, view_lifecycle, view_series,
    view_selected, view_cited,
]  # fmt: skip
#: Functions of the analysis that take a data set.
TAKERS: list[Callable[[Dataset], object]] = [
    function
    for _, function in inspect.getmembers(analysis, inspect.isfunction)
    if next(iter(inspect.signature(function).parameters), None) == "ds"
]


def shell(arguments: list[str]) -> str:
    """Run a command in this process, and raise what it lets out; it exits with 0, 1 or 2 and one line on stderr."""
    done = CliRunner(catch_exceptions=False).invoke(cli.main, arguments)
    assert done.exit_code in (0, 1, 2), done.exit_code
    assert "Traceback" not in done.stderr, done.stderr[-200:]
    assert done.exit_code != 1 or done.output, "no message"
    return done.output


def exercise(run: Run, source: Path, rng: Random, *, thorough: bool = False) -> list[Failure]:
    """Make the public calls that take a package, and return those that failed; unless thorough, a part of them."""

    def drawn(often: float) -> bool:
        return thorough or rng.random() < often

    ds = run.call(tmt.load, source)
    if drawn(0.08 if ds is not None else 0.15) and (report := run.call(tmt.validate, source)) is not None:
        run.invalid = not report.valid
        run.call(lambda: (str(report), report.to_json(), report.to_dict()), name="Report")
    if drawn(0.03):
        difference = run.call(tmt.diff, *rng.choice([(source, run.ds), (run.ds, source), (source, source)]))
        if difference is not None:
            run.call(
                lambda: (str(difference), difference.to_csv(), difference.to_json(), bool(difference)),
                name="Diff",
            )
    if drawn(0.01):
        run.call(tmt.schema, rng.choice(list(run.ds)), source)
        run.call(
            cite,
            source,
            style=rng.choice(["apa", "bibtex", "ris", "csl"]),
            record=rng.choice([None, "TMT-0001"]),
        )
    if drawn(0.01):
        command = rng.choice([["info"], ["show", "TMT-0001"], ["search", "lamp"], ["coverage"], ["validate"]])
        run.call(
            shell, [*command, "--package", str(source), "--format", rng.choice(["table", "json", "csv"])]
        )
    if ds is None:
        return run.failures
    run.outcome = "loaded"
    for view in VIEWS if thorough else rng.sample(VIEWS, rng.choice((1, 1, 2))):
        run.call(view, ds, rng)
    for taker in TAKERS if thorough else rng.sample(TAKERS, rng.random() < 0.3):
        run.call(taker, ds)
    if drawn(0.03):
        run.call(prove, ds, run.sources)
        run.call(tmt.diff, ds, run.ds)
    for form in FORMATS if thorough else rng.sample(list(FORMATS), rng.random() < 0.1):
        run.call(tmt.export, ds, run.folder / f"out-{form}", format=form, overwrite=True)
    return run.failures


# -- kinds


def fuzz_descriptor(run: Run, rng: Random, thorough: bool) -> None:
    exercise(run, run.lay(descriptor_mutant(rng)), rng, thorough=thorough)


def fuzz_table(run: Run, rng: Random, thorough: bool) -> None:
    exercise(run, run.lay(table_mutant(rng)), rng, thorough=thorough)


def fuzz_archive(run: Run, rng: Random, thorough: bool) -> None:
    path = run.folder / "release.zip"
    path.write_bytes(archive_mutant(rng))
    exercise(run, path, rng, thorough=thorough)


def fuzz_annotation(run: Run, rng: Random, thorough: bool) -> None:
    """Read, compile and locate one annotation file."""
    package = run.lay(dict(factories.clean_files()))
    folder = package / "data" / "annotations"
    folder.mkdir(exist_ok=True)
    path = folder / f"{factories.WINTER}.yaml"
    match rng.randrange(8):
        case 0 | 1 | 2 | 3:
            text = mutate_yaml(rng, factories.annotation_bytes(factories.WINTER).decode())
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        case 4 | 5 | 6:
            # YAML has JSON's form too
            node = mutate_json(rng, factories.annotation_content(factories.WINTER), most=1)
            path.write_text(json.dumps(node, indent=1), encoding="utf-8")
        case _:
            path.write_bytes(mutate_bytes(rng, factories.annotation_bytes(factories.WINTER)))
    opened = open_package(package)
    if run.call(read_all, folder, opened) is not None:
        run.outcome = "loaded"
        if thorough or rng.random() < 0.3:
            run.call(compiling.compiled, package, opened)
    if thorough or rng.random() < 0.1:
        run.call(locate.locate, folder, run.sources)
    if thorough or rng.random() < 0.01:
        run.call(shell, ["build", "--check", "--folder", str(package)])
    path.unlink()


def fuzz_arguments(run: Run, rng: Random, thorough: bool) -> None:
    """Call a function or a command with wrong arguments."""
    run.lay(dict(factories.clean_files()))
    for _ in range(20 if thorough else 1):
        if run.call(*rng.choice([wrong_call] * 5 + [wrong_command])(run, rng)) is not None:
            run.outcome = "loaded"


def wrong_call(run: Run, rng: Random) -> list[Any]:
    """Return a function of the library and arguments, one of them drawn."""
    ds, package, values = run.ds, run.package, arguments()
    value, other = rng.choice(values), rng.choice(values)
    criterion = rng.choice(
        ["topic", "action", "category", "authority", "place", "jurisdiction", "source", "year", "date", "date_basis", "instrument",
         "orientation", "ai_role", "risk", "addressee", "provision", "modality", "text", "dates"]
    )  # fmt: skip
    calls: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = [
        (tmt.load, (value,), {}), (tmt.load, (package,), {"sha256": value}), (tmt.validate, (value,), {}),
        (tmt.validate, (rng.choice([value] * 9 + [package]),), {"sha256": value}), (ds.select, (), {criterion: value, "with_offices": other}),
        (ds.select, (), {criterion: value}), (ds.select, (), {criterion: [value, other]}), (ds.select, (), {criterion: (value, value)}),
        (ds.record, (value,), {}), (ds.evidence, (value,), {}), (ds.lifecycle, (value,), {}), (ds.series, (value,), {}),
        (ds.__getitem__, (value,), {}), (ds.get, (value,), {}), (ds.__contains__, (value,), {}), (ds.__eq__, (value,), {}),
        (cite, (value,), {}), (cite, (ds,), {"style": value}), (cite, (ds,), {"record": value}), (cite, (package,), {"record": value}),
        (tmt.export, (value, run.folder / "out"), {"format": "jsonl"}), (tmt.export, (ds, value), {"format": rng.choice(["jsonl", None, "csv"])}),
        (tmt.export, (ds, run.folder / "out"), {"format": value, "overwrite": other}), (tmt.diff, (value, package), {}),
        (tmt.diff, (package, value), {}), (tmt.diff, (package, package), {"sha256": value}), (tmt.schema, (value,), {}),
        (tmt.schema, ("developments", value), {}),
    ]  # fmt: skip
    function, args, options = rng.choice(calls)
    return [_with(function, options), *args] if options else [function, *args]


def _with(function: Callable[..., Any], options: dict[str, Any]) -> Callable[..., Any]:
    """Return a function with some options given; it keeps its docstring, and its name tells them."""

    def given(*args: Any) -> Any:
        return function(*args, **options)

    given.__doc__ = function.__doc__
    given.__qualname__ = f"{function.__qualname__} {_shown((), options)}"
    return given


def wrong_command(run: Run, rng: Random) -> list[Any]:
    """Return a command of the shell with words that are drawn."""
    name, command = rng.choice(sorted(cli.main.commands.items()))
    words = [str(v) for v in arguments() if isinstance(v, str | int | Path)] + [
        "--help",
        "-h",
        "--",
        "--nope",
        "-",
    ]
    words += ["json", "csv", "table", "text", str(run.package), str(run.sources)]
    out = [name]
    for param in command.params:
        if rng.random() < (0.9 if isinstance(param, click.Argument) else 0.25):
            out += [] if isinstance(param, click.Argument) else [param.opts[0]]
            choices = param.type.choices if isinstance(param.type, click.Choice) else []
            if not getattr(param, "is_flag", False):
                package = [str(run.package)] * 40 if param.name in ("package", "old", "new", "folder") else []
                out.append(rng.choice([*words, *package, *list(choices) * 20]))
    return [shell, out]


KINDS: dict[str, Callable[[Run, Random, bool], None]] = {
    "descriptor": fuzz_descriptor,
    "table": fuzz_table,
    "annotation": fuzz_annotation,
    "archive": fuzz_archive,
    "arguments": fuzz_arguments,
}


def mutant(run: Run, kind: str, seed: int, *, thorough: bool = False) -> list[Failure]:
    """Make the mutant of a kind and a seed, make the calls on it, and return those that failed."""
    run.begin()
    work = run.folder / "work"
    work.mkdir(exist_ok=True)
    with chdir(work), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a package that claims to be a release is warned of
        KINDS[kind](run, Random(f"{kind} {seed}"), thorough)
    return run.failures


# -- the long run


class Done(NamedTuple):
    """What a worker tells of a mutant."""

    seed: int
    kind: str
    outcome: str
    invalid: bool
    calls: int
    failures: list[Failure]
    slowest: tuple[float, str]
    memory: int


def work(pipe: Connection, first: int, end: int, step: int, log: str) -> None:
    """Make the mutants of one process; a call that hangs ends it, and its log says where."""
    with tempfile.TemporaryDirectory() as folder, Path(log).open("w") as stream:
        run = Run(Path(folder))
        gc.collect()
        gc.freeze()  # what is imported is never looked through again
        for seed in range(first, end, step):
            kind = TURNS[seed % len(TURNS)]
            faulthandler.dump_traceback_later(HANG, exit=True, file=stream)
            mutant(run, kind, seed, thorough=seed % THOROUGH == 0)
            faulthandler.cancel_dump_traceback_later()
            pipe.send(
                Done(seed, kind, run.outcome, run.invalid, run.calls, run.failures, run.slowest, peak())
            )
    pipe.close()


class Worker:
    """A process, and the next mutant that it makes; one that ends early is begun again after that mutant."""

    def __init__(self, first: int, end: int, step: int, log: Path, target: Callable[..., None]) -> None:
        self.next, self.end, self.step, self.log, self.target = first, end, step, log, target
        self.begin()

    def begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe(duplex=False)
        self.process = context.Process(
            target=self.target, args=(other, self.next, self.end, self.step, str(self.log)), daemon=True
        )
        self.process.start()
        other.close()

    def received(self) -> Done | None:
        """Return what was done, or None at the end; a mutant that ended the process is a failure."""
        try:
            done: Done = self.pipe.recv()
            self.next = done.seed + self.step
        except EOFError:
            self.process.join()
            if self.next >= self.end:
                return None
            seed, said = self.next, self.log.read_text() or f"exit code {self.process.exitcode}"
            failure = Failure("?", "Hung" if "Timeout" in said else "Ended", said[-1500:], HANG)
            done = Done(seed, TURNS[seed % len(TURNS)], "refused", False, 1, [failure], (HANG, "?"), 0)
            self.next += self.step
            if self.next < self.end:
                self.begin()
        return done


def campaign(
    mutants: int, seed: int, seconds: float, processes: int = 2, target: Callable[..., None] = work
) -> int:
    """Run mutants until there are enough or time is up; print counts and failures; return how many failed."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    slowest, memory, end, failed = (0.0, "", 0), 0, time.monotonic() + seconds, 0
    told = time.monotonic()
    with tempfile.TemporaryDirectory() as logs:
        workers = [
            Worker(seed + n, seed + mutants, processes, Path(logs) / str(n), target)
            for n in range(min(processes, mutants))
        ]
        while workers and time.monotonic() < end:
            if time.monotonic() > told + TELL:
                told = time.monotonic()
                report(counts, slowest, memory)
            ready = wait([w.pipe for w in workers], timeout=1)
            for worker in [w for w in workers if w.pipe in ready]:
                done = worker.received()
                if done is None:
                    workers.remove(worker)
                    continue
                count = counts[done.kind]
                count.update(
                    {
                        "mutants": 1,
                        done.outcome: 1,
                        "invalid": done.invalid,
                        "calls": done.calls,
                        "failures": len(done.failures),
                    }
                )
                slowest = max(slowest, (*done.slowest, done.seed))
                memory = max(memory, done.memory)
                for failure in done.failures:
                    failed += 1
                    print(f"--seed {done.seed} --mutants 1 ({done.kind}): {failure}", flush=True)
        for worker in workers:
            worker.process.kill()
    report(counts, slowest, memory)
    return failed


def report(counts: dict[str, Counter[str]], slowest: tuple[float, str, int], memory: int) -> None:
    """Print what was run."""
    names = ["mutants", "refused", "invalid", "loaded", "calls", "failures"]
    print("| kind | " + " | ".join(names) + " |\n| --- |" + " --- |" * len(names))
    for kind, count in {**counts, "all": sum(counts.values(), Counter())}.items():
        print(f"| {kind} | " + " | ".join(f"{count[name]:,}" for name in names) + " |")
    print(
        f"slowest call {slowest[0]:.2f} s ({slowest[1]}, --seed {slowest[2]}), highest memory {memory / 2**20:.0f} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    sys.exit(1 if campaign(given.mutants, given.seed, given.seconds, given.processes) else 0)


if __name__ == "__main__":
    main()
