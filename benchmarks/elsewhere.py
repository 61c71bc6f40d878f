"""Ask the four questions of ``docs/elsewhere.md`` of ten million rows in other engines, and write ``elsewhere.md`` beside this file.

The blocks of the document run as they are, each in a process that may not have more than four gibibytes of data. It takes some
minutes and two gigabytes of disk, and needs Java and pyspark: ``python benchmarks/elsewhere.py``.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import synthetic

import tmt_dataset as tmt
from tmt_dataset.descriptor import Descriptor
from tmt_dataset.files import write_whole

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent / "docs" / "elsewhere.md"
GIBIBYTE = 1024**3
LIMIT = 4 * GIBIBYTE
#: PySpark is no dependency: `uv pip install --target .venv/spark pyspark`.
SPARK = Path(sys.prefix) / "spark"
#: So many copies are written at once.
BATCH = 40
#: The engines by their names in the document, and how the result of a query in SQL is fetched.
ENGINES = {
    "DuckDB": "duckdb.sql(query).fetchall()",
    "Polars": "globals()[name].rows()",
    "PySpark": "[tuple(row) for row in spark.sql(query).collect()]",
}
#: Before a block: the limit, which children inherit. After it: the answers, in one form for all engines.
BEFORE = "import resource\nresource.setrlimit(resource.RLIMIT_DATA, ({limit}, {limit}))\n"
AFTER = """
from hashlib import sha256

def cell(value):
    return f"{{value:.9g}}" if isinstance(value, int | float) else str(value)

for name, query in {queries!r}.items():
    rows = sorted(tuple(map(cell, row)) for row in {fetch})
    print(name, len(rows), sha256(repr(rows).encode()).hexdigest())
"""


# the data
def multiply(descriptor: Descriptor, one: Path, folder: Path, copies: int) -> int:
    """Write an export with the rows of another one as often as asked, and return how many rows the growing tables have."""
    import pyarrow.parquet as pq

    growing = {table.name for table in synthetic.growing(descriptor)}
    rows = 0
    for path in one.rglob("*.parquet"):
        if path.is_dir():
            continue
        relative = path.relative_to(one)
        name = relative.parts[0].removesuffix(".parquet")
        ids = synthetic.identifiers(descriptor, descriptor.table(name))
        part = pq.ParquetFile(path).read()
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        times = copies if name in growing else 1
        with pq.ParquetWriter(target, part.schema) as writer:
            for first in range(0, times, BATCH):
                writer.write_table(copied(part, ids, range(first, min(first + BATCH, times))))
        rows += part.num_rows * times * (name in growing)
    return rows


def copied(part: Any, ids: list[str], copies: range) -> Any:
    """Return the rows of a table once for each copy, under the identifiers of that copy."""
    import pyarrow as pa

    columns = []
    for field in part.schema:
        column = part[field.name].combine_chunks()
        if field.name not in ids:
            columns.append(pa.chunked_array([column] * len(copies)))
            continue
        codes = column if pa.types.is_dictionary(field.type) else column.dictionary_encode()
        known = codes.dictionary.to_pylist()
        named = [pa.array([synthetic.renamed(i, copy) for i in known], pa.string()) for copy in copies]
        new = [pa.DictionaryArray.from_arrays(codes.indices, names) for names in named]
        columns.append(pa.chunked_array(new).cast(field.type))
    return pa.table(columns, schema=part.schema).unify_dictionaries()


# measuring
def block(engine: str) -> str:
    """Return the code of an engine's section of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = re.search(rf"^## {engine}$.*?^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"{DOCUMENT}: no section {engine} with a block of Python")
    return found[1]


def questions() -> dict[str, str]:
    """Return the four questions in SQL, by name; the last query of the document is none of them."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = re.findall(r"^```sql\n(-- (\w+)\n.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return {name: query for query, name in found if name != "recent"}


def memory(pid: int) -> int:
    """Return the sum of the peaks of a process and of those that it has started, in bytes."""
    total = 0
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        if peak := re.search(r"VmHWM:\s+(\d+) kB", status):
            total += int(peak[1]) * 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(memory(int(child)) for child in (task / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        pass
    return total


def ask(engine: str, folder: Path) -> tuple[float, int, str]:
    """Return the seconds and the peak memory that the four questions take, and the answers."""
    after = AFTER.format(queries=questions(), fetch=ENGINES[engine])
    code = BEFORE.format(limit=LIMIT) + block(engine) + after
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        start, peak = time.perf_counter(), 0
        environment = os.environ | {"PYTHONPATH": str(SPARK)}
        child = subprocess.Popen(
            [sys.executable, "-c", code], cwd=folder, env=environment, stdout=said, stderr=errors
        )
        while child.poll() is None:
            peak = max(peak, memory(child.pid))
            time.sleep(0.05)
        seconds = time.perf_counter() - start
        said.seek(0)
        errors.seek(0)
        if child.returncode:
            raise RuntimeError(f"{engine} failed:\n{errors.read().decode(errors='replace')[-3000:]}")
        return seconds, peak, said.read().decode()


def report(rows: int, size: int, measured: dict[str, tuple[float, int, str]], load: tuple[float, ...]) -> str:
    """Return the section."""
    answers = {text for _, _, text in measured.values()}
    if len(answers) > 1:
        raise RuntimeError("the answers differ:\n" + "\n".join(f"{k}:\n{v[2]}" for k, v in measured.items()))
    lines = [line.split() for line in answers.pop().splitlines()]
    counts = ", ".join(f"{int(n):,} of `{name}`" for name, n, _ in lines)
    sys.path.append(str(SPARK))
    versions = ", ".join(f"{name} {version(name.lower())}" for name in measured)
    before = ", ".join(f"{x:.1f}" for x in load)
    table = "\n".join(
        f"| {engine} | {seconds:.1f} s | {peak / GIBIBYTE:.2f} GiB |"
        for engine, (seconds, peak, _) in measured.items()
    )
    return f"""\
`python benchmarks/elsewhere.py` makes a Parquet export by year of {rows:,} rows ({size / GIBIBYTE:.2f} GiB): the rows of this package again and again under
new identifiers, as in `synthetic.py`. The four questions of `docs/elsewhere.md` are put to it by the blocks of that document. Each engine is a process
of its own, measured from start to end, that with its children may have {LIMIT // GIBIBYTE} GiB of data each (`RLIMIT_DATA`); memory is the sum of the
peaks of the processes. All give the same rows: {counts}.

Python {platform.python_version()}, {versions}; {os.cpu_count()} cores, load average before: {before}.

| engine | four questions | peak memory |
| --- | --- | --- |
{table}
"""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows", type=int, default=10**7, help="rows of the growing tables (default: ten million)"
    )
    parser.add_argument("--out", type=Path, default=HERE / "elsewhere.md", help="file to write")
    options = parser.parse_args()
    ds = tmt.load()
    one = sum(len(ds[table.name]) for table in synthetic.growing(ds.descriptor))
    load = os.getloadavg()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tmt.export(ds, folder / "one", format="parquet", partition_by="year")
        rows = multiply(ds.descriptor, folder / "one", folder / "tmt", max(1, round(options.rows / one)))
        size = sum(path.stat().st_size for path in (folder / "tmt").rglob("*.parquet") if path.is_file())
        measured = {engine: ask(engine, folder) for engine in ENGINES}
    text = report(rows, size, measured, load)
    write_whole(options.out, text.encode())
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
