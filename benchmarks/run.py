"""Measure what the project promises about speed, and write ``README.md`` beside this file: ``python benchmarks/run.py``.

A goal is a ratio of two things measured in one run, A B A B, so that it means the same on every machine. Whole processes
are measured from start to end, with byte code cached as in any installation.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar

# The measuring process stays small, because a child starts with the memory of its parent: what needs pandas is imported
# in functions that run in a process of their own.
import synthetic
from interactive import LIMIT, interactive

from tmt_dataset.descriptor import DESCRIPTOR
from tmt_dataset.files import write_whole
from tmt_dataset.package import embedded, open_package

if TYPE_CHECKING:
    import pandas as pd

    from tmt_dataset import Dataset

HERE = Path(__file__).resolve().parent
#: Figures of a long run of `make fuzz`, which takes hours and is not measured here.
FUZZ = HERE / "fuzz.md"
#: Figures of `python benchmarks/elsewhere.py`, which needs Java and pyspark.
ELSEWHERE = HERE / "elsewhere.md"
#: Figures of `python benchmarks/whole.py`, which runs all tests.
WHOLE = HERE / "whole.md"
SIZES = (10**4, 10**5, 10**6)
#: From this size on frictionless runs once: it takes about a minute.
ONCE = 10**6
VERSIONS = ("tmt-dataset", "pandas", "pyarrow", "numpy", "pandera", "click", "frictionless", "pycldf")
MEBIBYTE = 1024 * 1024
T = TypeVar("T")


# measuring
@dataclass(frozen=True)
class Run:
    """What one process or one call took: seconds by the wall clock and of the processor, and peak memory in bytes."""

    seconds: float
    cpu: float
    peak: int = 0


@dataclass(frozen=True)
class Pairs:
    """Runs of two things measured in turns."""

    ours: list[Run]
    theirs: list[Run]

    @property
    def ratio(self) -> float:
        """Median ratio of neighbouring runs: what slows down the machine slows down both."""
        return median(a.seconds / b.seconds for a, b in zip(self.ours, self.theirs, strict=True))

    @property
    def cpu(self) -> float:
        """The same for processor seconds, which other processes affect less."""
        return median(a.cpu / max(b.cpu, 1e-6) for a, b in zip(self.ours, self.theirs, strict=True))


def process(command: Sequence[str | Path]) -> Run:
    """Run a process to its end.

    Raises
    ------
    RuntimeError
        If it fails: the time of a failure proves nothing.
    """
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        child = subprocess.Popen([str(c) for c in command], stdout=output, stderr=output)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(map(str, command))[:200]} failed:\n{said}")
    kilobytes = used.ru_maxrss // 1024 if sys.platform == "darwin" else used.ru_maxrss
    return Run(seconds, used.ru_utime + used.ru_stime, kilobytes * 1024)


def call(function: Callable[[], object]) -> Run:
    """Run a function."""
    start, cpu = time.perf_counter(), time.process_time()
    function()
    return Run(time.perf_counter() - start, time.process_time() - cpu)


def in_turns(ours: Callable[[], Run], theirs: Callable[[], Run], times: int, warm: bool = True) -> Pairs:
    """Measure two things, A B A B; the first turn, which fills caches, is not counted."""
    runs = [(ours(), theirs()) for _ in range(times + warm)][warm:]
    return Pairs([a for a, _ in runs], [b for _, b in runs])


def apart(function: Callable[..., T], *arguments: object) -> T:
    """Return the result of a function in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


# writing
@dataclass(frozen=True)
class Goal:
    """One row of the table of goals; ``why`` is printed if the goal is missed."""

    what: str
    over: str
    limit: float | None
    pairs: Pairs
    why: str = ""
    at_least: bool = False

    @property
    def value(self) -> float:
        """The ratio that is compared with the goal."""
        return 1 / self.pairs.ratio if self.at_least else self.pairs.ratio

    @property
    def met(self) -> bool:
        """Whether the goal is met, or there is none."""
        return self.limit is None or (self.value >= self.limit if self.at_least else self.value <= self.limit)

    def row(self) -> list[str]:
        """Return its cells."""
        sign = "≥" if self.at_least else "≤"
        cpu = 1 / self.pairs.cpu if self.at_least else self.pairs.cpu
        verdict = "–" if self.limit is None else "met" if self.met else "**missed**"
        times = [seconds(median(r.seconds for r in runs)) for runs in (self.pairs.ours, self.pairs.theirs)]
        goal = "–" if self.limit is None else f"{sign} {self.limit:g}"
        return [self.what, self.over, *times, goal, f"{self.value:.2f}", f"{cpu:.2f}", verdict]


def seconds(value: float) -> str:
    """Return a time for a reader.

    >>> seconds(0.01234), seconds(61.234), seconds(1474.2)
    ('0.0123 s', '61.2 s', '1,474 s')
    """
    return f"{value:,.0f} s" if value >= 1000 else f"{value:.3g} s"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


GOALS = ("measured", "compared with", "takes", "the other takes", "goal", "ratio", "processor time", "")
SIZES_HEADER = (
    "rows", "`tmt-dataset validate`", "`frictionless validate`", "times faster", "in processor time", "`load`",
    "`read_csv`", "ratio",
)  # fmt: skip


# what is measured
@dataclass(frozen=True)
class Bench:
    """How often to measure, at which sizes, and the folder for large packages."""

    times: int
    warm: bool
    folder: Path
    sizes: tuple[int, ...]

    def over(self, ours: Sequence[str | Path], theirs: Sequence[str | Path], once: bool = False) -> Pairs:
        """Measure two processes in turns, or the second one only once."""
        if once:
            long = process(theirs)
            return Pairs([process(ours) for _ in range(self.times)], [long] * self.times)
        return in_turns(partial(process, ours), partial(process, theirs), self.times, self.warm)

    def package(self, rows: int) -> tuple[Path, int]:
        """Write a package of about as many rows; return its folder, and how many rows it has."""
        return synthetic.make(self.folder / str(rows), rows)


def python(code: str, *arguments: str | Path) -> list[str | Path]:
    """Return the command that runs some code."""
    return [sys.executable, "-c", code, *arguments]


def script(name: str) -> Path:
    """Return a console script of this environment."""
    return Path(sys.executable).parent / name


SEARCH = "import tmt_dataset; ds = tmt_dataset.load(); ds.search('deepfake')"
LOAD = "import sys, tmt_dataset; tmt_dataset.load(*sys.argv[1:])"
READ = "import sys, pandas\nfor path in sys.argv[1:]: pandas.read_csv(path)"


def csv_files(folder: Path) -> list[Path]:
    """Return the files that ``load`` reads."""
    return [folder / t.path for t in open_package(folder).descriptor.tables.values()]


def starting(bench: Bench) -> list[Goal]:
    """Measure loading, importing, and the commands that read no table."""
    empty, pandas, read = python("pass"), python("import pandas"), python(READ, *csv_files(embedded()))
    goals = [
        Goal(
            "`tmt_dataset.load()`", "`pandas.read_csv` of the same files", 1.15, bench.over(python(LOAD), read),
            "Beyond reading, `load` gives every column its declared type and looks up every code in its vocabulary.",
        ),
        Goal("`import tmt_dataset`", "`import pandas`", 1.05, bench.over(python("import tmt_dataset"), pandas)),
        Goal(
            "`import tmt_dataset; tmt_dataset.load`", "`import pandas`", 1.05,
            bench.over(python("import tmt_dataset; tmt_dataset.load"), pandas),
        ),
    ]  # fmt: skip
    goals += [
        Goal("the first `search` with `load()`", "`tmt_dataset.load()`", None, bench.over(python(SEARCH), python(LOAD))),
        Goal(
            "ten more searches", "the first with `load()`", None,
            bench.over(python(f"{SEARCH}\nfor _ in range(10): ds.search('AI')"), python(SEARCH)),
        ),
    ]  # fmt: skip
    why = (
        "`import click`, which is measured below, takes most of it; the rest is modules of the standard library and, "
        "except for `--help`, reading the descriptor."
    )
    for arguments in (["--help"], ["--version"], ["cite"]):
        pairs = bench.over([script("tmt-dataset"), *arguments], empty)
        goals.append(Goal(f"`tmt-dataset {arguments[0]}`", "`python -c pass`", 5, pairs, why))
    pairs = bench.over(python("import click"), empty)
    goals.append(Goal("`import click`, which every command needs", "`python -c pass`", None, pairs))
    return goals


def validating(bench: Bench, folder: Path, once: bool = False) -> Pairs:
    """Measure our validation of a package beside that of frictionless."""
    ours: list[str | Path] = [script("tmt-dataset"), "validate", "--package", folder]
    return bench.over(ours, [script("frictionless"), "validate", folder / DESCRIPTOR], once)


@dataclass(frozen=True)
class Size:
    """What a package of a certain size costs."""

    rows: int
    validated: Pairs
    loaded: Pairs

    def row(self) -> list[str]:
        """Return its cells."""
        cells = [f"{self.rows:,}"]
        for runs in (self.validated.ours, self.validated.theirs):
            peak = max(r.peak for r in runs) / MEBIBYTE
            cells += [f"{seconds(median(r.seconds for r in runs))}, {peak:,.0f} MiB"]
        cells += [f"{1 / self.validated.ratio:.1f}", f"{1 / self.validated.cpu:.1f}"]
        for runs in (self.loaded.ours, self.loaded.theirs):
            cells += [seconds(median(r.seconds for r in runs))]
        return [*cells, f"{self.loaded.ratio:.2f}"]


def growing(bench: Bench) -> list[Size]:
    """Measure validation and loading on packages of growing size."""
    out = []
    for size in bench.sizes:
        folder, rows = bench.package(size)
        read = python(READ, *csv_files(folder))
        out.append(
            Size(rows, validating(bench, folder, size >= ONCE), bench.over(python(LOAD, folder), read))
        )
    return out


def masked(ds: Dataset, wanted: pd.Series) -> dict[str, pd.DataFrame]:
    """Return the tables that ``select`` returns, in plain pandas: the rows of some developments, and what they use."""
    dev = ds.developments[wanted].reset_index(drop=True)
    ids, out = dev["development_id"], {n: ds[n] for n in ds} | {"developments": dev}
    for name in ds:
        if name != "developments" and "development_id" in ds[name]:
            keep = ds[name]["development_id"].isin(ids)
            if name == "relations":
                keep &= ds[name]["related_id"].isin(ids)
            out[name] = ds[name][keep].reset_index(drop=True)
    for name, key, user in (
        ("segments", "segment_id", "mentions"),
        ("instruments", "instrument_id", "development_instruments"),
    ):
        out[name] = ds[name][ds[name][key].isin(out[user][key])].reset_index(drop=True)
    out["terms"] = ds["terms"][ds["terms"]["segment_id"].isin(out["segments"]["segment_id"])].reset_index(
        drop=True
    )
    used = {*out["segments"]["source_id"], *out["quotes"]["source_id"]}
    for name in ("sources", "errata", "draft_effort"):
        out[name] = ds[name][ds[name]["source_id"].isin(used)].reset_index(drop=True)
    return out


def selecting(folder: Path, times: int) -> list[tuple[str, Pairs]]:
    """Measure ``select`` beside plain masks that give the same tables; to be called in a process of its own.

    Raises
    ------
    AssertionError
        If the tables differ.
    """
    import tmt_dataset as tmt

    ds = tmt.load(folder)
    action = str(ds.developments["action"].value_counts().index[0])
    topic = str(ds.development_topics["topic_id"].astype("str").str.partition("/")[0].value_counts().index[0])

    def by_action() -> pd.Series:
        return ds.developments["action"] == action

    def by_topic() -> pd.Series:
        links = ds.development_topics
        codes = ds.topics.loc[(ds.topics["topic_id"] == topic) | (ds.topics["parent"] == topic), "topic_id"]
        return ds.developments["development_id"].isin(
            links.loc[links["topic_id"].isin(codes), "development_id"]
        )

    def bare(mask: Callable[[], pd.Series]) -> dict[str, pd.DataFrame]:
        return masked(ds, mask())

    out = []
    queries: list[tuple[str, Callable[[], pd.Series], dict[str, Any]]] = [
        (f"action={action!r}", by_action, {"action": action}),
        (f"topic={topic!r}", by_topic, {"topic": topic}),
    ]
    for name, mask, query in queries:
        ours, theirs = ds.select(**query), masked(ds, mask())
        differing = [t for t in ds if not ours[t].equals(theirs[t])]
        if differing or not len(ours.developments):
            raise AssertionError(f"select({name}) and its mask differ in {differing}")
        pairs = in_turns(
            partial(call, partial(ds.select, **query)), partial(call, partial(bare, mask)), times
        )
        out.append((f"`select({name})` of {len(ds.developments):,} developments", pairs))
    return out


@dataclass(frozen=True)
class Found:
    """Which validators find a planted defect."""

    name: str
    rule: str
    ours: bool
    theirs: bool | None  # None: a traceback


def planted(limit: int | None) -> list[Found]:
    """Plant each defect of the tests in a small package, and run both validators; to be called in a process of its own.

    Raises
    ------
    ImportError
        If the tests, or what they need, are missing.
    """
    sys.path.insert(0, str(HERE.parent / "tests"))
    import factories
    import frictionless
    from test_validate import DEFECTS

    from tmt_dataset.validation import validate

    def says(folder: Path) -> bool | None:
        try:
            return not frictionless.Package(str(folder / DESCRIPTOR)).validate().valid
        except frictionless.FrictionlessException:
            return True
        except Exception:
            return None

    found: list[Found] = []
    for defect in DEFECTS[:limit]:
        with tempfile.TemporaryDirectory() as temporary:
            folder = factories.make_package(Path(temporary) / "package")
            if not found and says(folder) is not False:
                raise AssertionError("frictionless finds errors in the package without a defect")
            defect.plant(folder)
            found.append(Found(defect.name, defect.rule, defect.found_in(validate(folder)), says(folder)))
    return found


def cldf(folder: Path, rows: int) -> Path:
    """Write a CLDF StructureDataset of as many rows, nine tenths of them values; to be called in a process of its own."""
    pycldf = importlib.import_module("pycldf")
    dataset = pycldf.StructureDataset.in_dir(folder)
    dataset.add_component("LanguageTable")
    dataset.add_component("ParameterTable")
    languages = max(1, rows // 20)
    parameters = max(1, rows // 20)
    values = rows - languages - parameters
    dataset.write(
        LanguageTable=[{"ID": f"l{n}", "Name": f"Language {n}", "Latitude": n % 90, "Longitude": n % 180} for n in range(languages)],
        ParameterTable=[{"ID": f"p{n}", "Name": f"Parameter {n}", "Description": "What it asks."} for n in range(parameters)],
        ValueTable=[
            {"ID": f"v{n}", "Language_ID": f"l{n % languages}", "Parameter_ID": f"p{n // 18 % parameters}", "Value": str(n % 7)}
            for n in range(values)
        ],
    )  # fmt: skip
    return folder / "StructureDataset-metadata.json"


def beside_cldf(bench: Bench) -> list[Goal]:
    """Measure reading and validating a CLDF data set with pycldf beside a package of the same size."""
    read = "import pycldf, sys\nfor table in pycldf.Dataset.from_metadata(sys.argv[1]).tables: list(table)"
    check = "import pycldf, sys\nif not pycldf.Dataset.from_metadata(sys.argv[1]).validate(): sys.exit(1)"
    out = []
    for size in bench.sizes[:2]:
        folder, rows = bench.package(size)
        target = bench.folder / f"cldf-{size}"
        metadata = apart(cldf, target, rows)
        pairs = bench.over(python(LOAD, folder), python(read, metadata))
        out.append(Goal(f"`load`, {rows:,} rows", "pycldf reads all tables", None, pairs))
        ours: list[str | Path] = [script("tmt-dataset"), "validate", "--package", folder]
        pairs = bench.over(ours, python(check, metadata))
        out.append(Goal(f"`validate`, {rows:,} rows", "pycldf validates", None, pairs))
    return out


# the report
def installed() -> str:
    """Return the versions of what is measured, and the kind and the cores of the machine."""
    parts = [f"Python {platform.python_version()}"]
    for name in VERSIONS:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            parts.append(f"{name} not installed")
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return f"{', '.join(parts)}; {platform.system()} {platform.machine()}, {os.cpu_count()} cores, load average before: {load}."


def defects(found: list[Found] | None) -> str:
    """Return the section on planted defects."""
    if found is None:
        return "Not measured: the tests that plant them, or what they need, are missing."

    kinds = {
        "Found by both": ((True,), True),
        "Found by `tmt-dataset validate` alone": ((True,), False),
        "frictionless ends in a traceback": ((True, False), None),
        "Found by frictionless alone": ((False,), True),
        "Found by neither": ((False,), False),
    }
    parts = [
        f"Of {len(found)} defects that the tests plant, one at a time, in a small valid package, `tmt-dataset validate` names "
        f"{sum(f.ours for f in found)} with their place; `frictionless validate` calls the package invalid for "
        f"{sum(f.theirs is True for f in found)}, finds nothing for {sum(f.theirs is False for f in found)}, and ends in a "
        f"traceback for {sum(f.theirs is None for f in found)}. The rules from `ledger` to `identifiers` are part of this "
        "library; no declaration that frictionless reads could express them."
    ]
    for title, (ours, theirs) in kinds.items():
        chosen = [f for f in found if f.ours in ours and f.theirs is theirs]
        if chosen:
            parts.append(f"{title} ({len(chosen)}), by our rule:\n\n{by_rule(chosen)}")
    return "\n\n".join(parts)


def by_rule(found: Iterable[Found]) -> str:
    """Return the names of defects as a list, one item per rule."""
    rules: dict[str, list[str]] = {}
    for f in found:
        rules.setdefault(f.rule, []).append(f.name)
    return "\n".join(f"- {rule}: {', '.join(names)}" for rule, names in rules.items())


def goals_of(bench: Bench, last: Size) -> list[Goal]:
    """Measure everything that has a goal, but for the packages of growing size; ``last`` is the largest of them."""
    goals = starting(bench)
    why = "Most of it is the import of pandas."
    goals.append(
        Goal("`tmt-dataset validate`", "`frictionless validate`", 1.0, validating(bench, embedded()), why)
    )
    reading = median(r.seconds for r in last.loaded.theirs)
    most = median(r.seconds for r in last.validated.theirs) / reading
    why = (
        f"Starting pandas and reading the files alone takes {seconds(reading)}: {most:.0f} times faster is the upper limit. "
        "Beyond that, every byte is hashed, decoded and checked for its canonical form, every cell is checked, every key is "
        "looked up, and the rules between tables are checked, which frictionless does not have."
    )
    what = f"`tmt-dataset validate`, {last.rows:,} rows: times faster"
    goals.append(Goal(what, "`frictionless validate`", 20, last.validated, why, at_least=True))
    for name, pairs in apart(selecting, bench.package(bench.sizes[-1])[0], bench.times):
        goals.append(Goal(name, "plain pandas masks that give the same tables", 2, pairs))
    return goals


def cldf_part(bench: Bench) -> list[str]:
    """Return the section on pycldf, measured if it is installed."""
    if importlib.util.find_spec("pycldf") is None:
        return ["Not measured: pycldf is not installed (`uv pip install pycldf`)."]
    return [
        "For context, without a goal: pycldf reads and validates a StructureDataset of as many rows (languages, "
        "parameters, values). The data differ, and so do the rules.",
        table(GOALS, (g.row() for g in beside_cldf(bench))),
    ]


def explorer_part(bench: Bench) -> str:
    """Return the section on the explorer in a browser."""
    taken = apart(interactive, bench.times)
    if taken is None:
        return "Not measured: Chromium with its driver, selenium or itables is missing."
    verdict = "met" if median(taken) <= LIMIT else "**missed**"
    return (
        f"In headless Chromium, from the address of a file to a table that can be searched: {seconds(median(taken))} "
        f"(median of {len(taken)}; {seconds(min(taken))} to {seconds(max(taken))}). Goal: {LIMIT} s, {verdict}."
    )


def measured(bench: Bench, limit: int | None) -> str:
    """Measure everything and return the report."""
    environment = installed()
    sizes = growing(bench)
    goals = goals_of(bench, sizes[-1])
    try:
        found = apart(planted, limit)
    except ImportError:
        found = None
    missed = [
        f"- {g.what} compared with {g.over}: {g.value:.2f}; the goal is {g.limit:g}. {g.why}"
        for g in goals
        if not g.met
    ]
    parts = [
        "# Benchmarks",
        "Written by `make bench`; do not edit. A ratio of times is the median ratio of runs measured in turns "
        f"(A B A B, {bench.times} of each), so it depends little on the machine. `processor time` is the same ratio for "
        "processor seconds, which other work on the machine affects less. Whole processes are measured, with byte code cached.",
        environment,
        "## Goals",
        table(GOALS, (g.row() for g in goals)),
        "### Goals that are missed" if missed else "Every goal is met.",
        "\n".join(missed),
        "## From ten thousand to a million rows",
        "Packages made by `synthetic.py`: the rows of this package again and again under new identifiers, all tables in "
        "proportion, valid for both validators. Whole processes, with their peak memory; from a million rows on, "
        "frictionless runs once. Loading is measured beside `pandas.read_csv` of the same files.",
        table(SIZES_HEADER, (s.row() for s in sizes)),
        "## The explorer",
        explorer_part(bench),
        "## Long commands",
        WHOLE.read_text(encoding="utf-8").strip(),
        "## Planted defects",
        defects(found),
        "## Beside pycldf",
        *cldf_part(bench),
        "## Other engines",
        ELSEWHERE.read_text(encoding="utf-8").strip(),
        "## Fuzz",
        FUZZ.read_text(encoding="utf-8").strip(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="run everything once and small: shows that it runs, and measures nothing",
    )
    parser.add_argument("--times", type=int, default=7, help="number of turns (default: 7)")
    parser.add_argument("--out", type=Path, default=HERE / "README.md", help="file to write")
    options = parser.parse_args(arguments)
    if options.times < 5:
        parser.error("--times: expected at least 5, for a median")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # as after any installation, but kept out of the checkout and of the installed packages
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        sizes = (10**3,) if options.quick else SIZES
        bench = Bench(1 if options.quick else options.times, not options.quick, folder, sizes)
        text = measured(bench, 3 if options.quick else None)
    write_whole(options.out, text.encode())
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
