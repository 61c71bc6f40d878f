"""Run a command, kill it at each of its steps in the file system, and look at what is there.

Called by test_killed.py as ``python killing.py kill|race FOLDER``, in a process without threads that may fork.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import factories

from tmt_dataset import files
from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import ExportError
from tmt_dataset.exports import export, text
from tmt_dataset.exports.tables import sheets
from tmt_dataset.publish import build, release, site

STEPS = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.chmod"}
WRITES = os.O_CREAT | os.O_WRONLY | os.O_RDWR
#: What is the user's, beside the target.
FOREIGN = {"thesis.txt": b"ten years of work", ".out.original": b"a copy", ".out.tmt-notes": b"notes"}
State = dict[str, bytes]


class Scenario(NamedTuple):
    """A command; what is done before it; whether its target may be missing until the next run."""

    command: Callable[[Path], object]
    before: Callable[[Path], object] | None = None
    gap: bool = False


def state(path: Path) -> State:
    """Return all files at a place by path; none where nothing is."""
    paths = [path, *path.rglob("*")]
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in paths if p.is_file()}


def kill_at(step: int, folder: Path) -> None:
    """Let this process be killed before it takes a step, the first one being 1."""
    left = step

    def count_down(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and str(args[0]).startswith(str(folder)) and args[2] & WRITES
        if event in STEPS or writes:
            count_down()

    exchange = files._exchange

    def exchanged(one: Path, other: Path) -> bool:
        count_down()
        done = exchange(one, other)
        count_down()
        return done

    patch.object(files, "_exchange", exchanged).start()
    sys.addaudithook(hook)


def prepared(folder: Path, before: Callable[[Path], object] | None) -> Path:
    folder.mkdir()
    for name, data in FOREIGN.items():
        (folder / name).write_bytes(data)
    if before is not None:
        before(folder / "out")
    return folder


def check(scenario: Scenario, folder: Path) -> int:
    """Kill a command at every step; return how many there are."""
    command, before, gap = scenario
    old = state(prepared(folder / "before", before) / "out")
    after = prepared(folder / "after", before)
    command(after / "out")
    new = state(after / "out")
    assert old != new
    for step in count(1):
        here = prepared(folder / str(step), before)
        pid = os.fork()
        if pid == 0:
            kill_at(step, folder)
            command(here / "out")
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        assert status in (0, signal.SIGKILL), status
        found = state(here / "out")
        if scenario.command in (built, released):  # several files, each of them old or new
            assert all(found[n] in (old.get(n), new[n]) for n in found if not files.is_temporary(n)), step
        else:
            assert found in (old, new) or (gap and not found), step
        command(here / "out")
        assert state(here) == state(after), step
        assert {p.name for p in here.iterdir()} == {p.name for p in after.iterdir()}, step
        if status == 0:
            return step - 1
    raise AssertionError


# -- the commands


def exported(form: str, part: Dataset) -> Callable[[Path], object]:
    return lambda out: export(part, out, format=form, overwrite=True)


def exported_new(form: str, part: Dataset) -> Callable[[Path], object]:
    """Return an export that does not overwrite; one that is there is that of the killed run."""

    def command(out: Path) -> None:
        with suppress(ExportError):
            export(part, out, format=form)

    return command


def without_exchange(command: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return a command on a system that cannot exchange two folders."""

    def plain(out: Path) -> None:
        patch.object(files, "_exchange", lambda one, other: False).start()
        command(out)

    return plain


def reported(words: str, ds: Dataset) -> Callable[[Path], object]:
    """Return the site with a few pages."""

    def built(ds: object, **_: object) -> dict[str, bytes]:
        return {f"{name}.html": words.encode() for name in ("1", "-2", "d/3", "api/deep/page")}

    def command(out: Path) -> None:
        patch.object(site, "build", built).start()
        site.write(ds, out, beside={"summary.txt": words.encode()})

    return command


def built(out: Path) -> None:
    """Build three files: one is there in its new form, one in an old form, one is missing."""
    tables, derived = {"data/a.csv": b"a", "data/b.csv": b"b"}, {"docs/c.md": b"c"}
    patch.multiple(build, built=lambda *_: (tables, derived, None), open_package=lambda _: None).start()
    build.build(out)


def half_built(out: Path) -> None:
    for name, data in {"data/a.csv": b"a", "data/b.csv": b"old"}.items():
        files.update(out / name, data)


def released(out: Path) -> None:
    """Place an archive and two other products."""
    contents = dict(factories.clean_files())
    archive = release.archive_bytes(contents, "p-1.0.0", datetime(2025, 1, 1, tzinfo=UTC))
    release._place(out, "p-1.0.0.zip", {"d.csv": b"d", "d.json": b"{}", "p-1.0.0.zip": archive}, contents)


def scenarios(ds: Dataset) -> dict[str, Scenario]:
    part = ds.select(action="judgment")
    # a few tables have all kinds of steps, and a cell is read once
    few = {id(data): dict(list(sheets(data).items())[:3]) for data in (ds, part)}
    patch.object(text, "sheets", lambda data: few[id(data)]).start()
    gap, old = without_exchange(exported("csv", part)), exported("csv", ds)
    return {
        "csv-new": Scenario(exported_new("csv", part)),
        "csv": Scenario(exported("csv", part), old),
        "csv-without-exchange": Scenario(gap, old, gap=True),
        "sqlite-new": Scenario(exported_new("sqlite", part)),
        "sqlite": Scenario(exported("sqlite", part), exported("sqlite", ds)),
        "report-new": Scenario(reported("new", part)),
        "report": Scenario(reported("new", part), reported("old", part)),
        "report-without-exchange": Scenario(
            without_exchange(reported("new", part)), reported("old", part), gap=True
        ),
        "build": Scenario(built, half_built),
        "release": Scenario(released),
    }


# -- several at once


def race(ds: Dataset, form: str, out: Path, runs: int = 8) -> int:
    """Export from several processes at once to one target, without overwriting; return how many succeeded."""
    start, go = os.pipe()
    pids = []
    for _ in range(runs):
        pid = os.fork()
        if pid == 0:
            os.close(go)
            os.read(start, 1)
            try:
                export(ds, out, format=form)
            except ExportError as error:
                os._exit(1 if "exists already" in str(error) else 2)
            os._exit(0)
        pids.append(pid)
    os.close(go)
    os.close(start)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    assert set(codes) <= {0, 1}, codes
    assert [p.name for p in out.parent.iterdir()] == [out.name]
    return codes.count(0)


def in_a_fork(name: str, run: Callable[[], object]) -> None:
    """Print what a function returns; what it changes in its process ends with it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            print(name, run(), flush=True)
            code = 0
        except BaseException:
            print(name, traceback.format_exc(), file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        sys.exit(1)


def main(what: str, folder: Path) -> None:
    ds = load(factories.make_package(folder / "package"))
    if what == "race":
        for form in ("csv", "sqlite"):
            (folder / form).mkdir()
            in_a_fork(form, partial(race, ds, form, folder / form / "out"))
    else:
        for name, scenario in scenarios(ds).items():
            (folder / name).mkdir()
            in_a_fork(name, partial(check, scenario, folder / name))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
