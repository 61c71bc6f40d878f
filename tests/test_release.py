"""Releases: what is in them, that they are the same everywhere, what is refused, and what a reader is told of a broken one."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import factories
import pandas as pd
import pytest
from swh.model.from_disk import Directory, ignore_named_directories
from swh.model.swhids import CoreSWHID

from tmt_dataset.citation import cite
from tmt_dataset.cli import main
from tmt_dataset.dataset import load
from tmt_dataset.descriptor import DESCRIPTOR
from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError, ReleaseError
from tmt_dataset.files import put_new
from tmt_dataset.package import SUMS, SWHIDS, embedded, open_package
from tmt_dataset.publish import build
from tmt_dataset.publish.changes import diff
from tmt_dataset.publish.docs import datasheet_blocks
from tmt_dataset.publish.release import archive_bytes, proved, register, release, sums
from tmt_dataset.releases import Release
from tmt_dataset.validation import validate

Edit = Callable[[Path], object]
RELEASED = "data/released_identifiers.csv"

# -- a small repository


def git(folder: Path, *arguments: str) -> str:
    settings = {
        "user.name": "A Maintainer",
        "user.email": "maintainer@example.org",
        "commit.gpgsign": "false",
        "core.hooksPath": os.devnull,
        "init.defaultBranch": "main",
        "advice.detachedHead": "false",
    }
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    done = subprocess.run(
        ["git", *options, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "A commit")


def write(folder: Path, path: str, text: str) -> Path:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return folder / path


def documents(folder: Path, version: str) -> None:
    """Write the documents of a release where they are missing."""
    blocks = datasheet_blocks(load(folder))
    marks = "".join(f"<!-- [[[cog cog.out({name}) ]]] -->\n<!-- [[[end]]] -->\n" for name in blocks)
    texts = {
        ".gitattributes": "* -text\n",
        ".gitignore": "dist/\n",
        "CHANGELOG.md": f"# Changelog\n\n## {version}\n\n- Something.\n",
        "DATASHEET.md": f"# Datasheet\n\n{marks}",
        "LICENSE": "MIT\n",
        "LICENSE-DATA": "CC BY 4.0\n",
        "README.md": "# Lamps\n",
        "validation/codebook.md": "# Codebook\n",
        "notebooks/look.ipynb": "{}\n",
        "src/code.py": "print()\n",
    }
    for path, text in texts.items():
        if not (folder / path).exists():
            write(folder, path, text)


def bump(folder: Path, version: str) -> None:
    """Do what a maintainer does before a release: version, changelog, generated files, identifiers, commit."""
    factories.edit_descriptor(folder, lambda raw: raw.update(version=version))
    factories.declare(folder)
    log = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    if f"## {version}" not in log:
        write(folder, "CHANGELOG.md", f"{log}\n## {version}\n\n- More.\n")
    build.build(folder)
    if register(folder, version):
        build.build(folder)  # declares the new list
    commit(folder)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that is ready for its release 1.0.0; tests take copies."""
    folder, _ = factories.make_annotated_package(tmp_path_factory.mktemp("template"))
    factories.edit_descriptor(folder, lambda raw: raw.update(version="1.0.0", created="2025-03-04T05:06:08Z"))
    documents(folder, "1.0.0")
    git(folder, "init", "--quiet")
    bump(folder, "1.0.0")
    return folder


@pytest.fixture
def tree(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "tree"))


@pytest.fixture(scope="module")
def built(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the archive of release 1.0.0; no test changes it."""
    return release(template, "1.0.0", tmp_path_factory.mktemp("built"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as z:
        return {n: z.read(n) for n in z.namelist()}


def rewritten(archive: Path, target: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as z:
        for name, data in entries.items():
            z.writestr(name, data)
    return target


# -- what a release is


def test_a_release_loads_is_valid_and_is_the_tree(template: Path, built: Path) -> None:
    assert built.name == f"{load(template).descriptor.name}-1.0.0.zip"
    assert load(built) == load(template)
    assert validate(built).valid
    assert diff(built, template).empty
    assert [p.name for p in built.parent.iterdir()] == [built.name]


def test_everything_is_in_one_folder_and_nothing_is_code_or_text_of_a_source(
    template: Path, built: Path
) -> None:
    names = list(contents(built))
    assert {PurePosixPath(n).parts[0] for n in names} == {built.stem}
    inside = {n.removeprefix(f"{built.stem}/") for n in names}
    tables = {t.path for t in load(built).descriptor.tables.values()}
    assert inside >= {DESCRIPTOR, RELEASED, SUMS, "CHANGELOG.md", "CITATION.cff", "DATASHEET.md", *tables}
    assert inside >= {
        "LICENSE",
        "LICENSE-DATA",
        "README.md",
        "validation/codebook.md",
        "metadata/croissant.json",
    }
    assert {f"data/annotations/{p.name}" for p in (template / "data/annotations").iterdir()} <= inside
    assert not {n for n in inside if PurePosixPath(n).suffix in (".py", ".ipynb", ".txt")}
    assert "docs/data-dictionary.md" in inside
    assert not {n for n in inside if n.startswith(("src/", "notebooks/", ".git/"))}


def test_every_entry_has_its_checksum(built: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(built) as z:
        z.extractall(tmp_path)
    top = tmp_path / built.stem
    listed = {}
    for line in (top / SUMS).read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        listed[name] = digest
    files = {p.relative_to(top).as_posix(): p for p in top.rglob("*") if p.is_file() and p.name != SUMS}
    assert listed == {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in files.items()}
    assert list(listed) == sorted(listed)


def test_entries_are_sorted_stored_and_of_one_time(built: Path) -> None:
    with zipfile.ZipFile(built) as z:
        infos = z.infolist()
    assert [i.filename for i in infos] == sorted(i.filename for i in infos)
    assert {i.compress_type for i in infos} == {zipfile.ZIP_STORED}
    assert {i.date_time for i in infos} == {(2025, 3, 4, 5, 6, 8)}
    assert {(i.external_attr >> 16, i.create_system, i.extra) for i in infos} == {(0o100644, 3, b"")}


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set another time zone, language and umask."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    time.tzset()
    before = os.umask(0o077)
    yield
    os.umask(before)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_the_same_commit_gives_the_same_bytes(template: Path, built: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(template), "clone")
    for path in (tmp_path / "clone").rglob("*.csv"):
        os.utime(path, (1, 1))
        path.chmod(0o755)
    git(tmp_path / "clone", "config", "core.fileMode", "false")
    again = release(tmp_path / "clone", "1.0.0", tmp_path / "out")
    assert again.read_bytes() == built.read_bytes()


def test_the_bytes_of_an_archive_are_these() -> None:
    data = archive_bytes(
        {"b/é.csv": b"x\n", "a": b""}, "top-1.0.0", datetime(2025, 1, 2, 3, 4, 6, tzinfo=UTC)
    )
    assert hashlib.sha256(data).hexdigest() == GOLDEN


#: Whatever changes this changes the bytes of every release.
GOLDEN = "7156f0f57a3d16ac5e1ed5faa5070bde3acb72f95a216889911ed13d405e7c94"


def test_a_package_may_stand_below_the_top_of_its_repository(
    tree: Path, tmp_path: Path, out: Path, built: Path
) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    shutil.rmtree(tree / ".git")
    tree.rename(outer / "package")
    git(outer, "init", "--quiet")
    commit(outer)
    archive = release(outer / "package", "1.0.0", out)
    same = {n: d for n, d in contents(built).items() if PurePosixPath(n).name not in (SUMS, SWHIDS)}
    found = contents(archive)
    assert {name: found[name] for name in same} == same
    directory, revision = found[f"{archive.stem}/{SWHIDS}"].decode().split()
    assert directory == f"swh:1:dir:{git(outer, 'rev-parse', 'HEAD:package').strip()}"
    assert revision == f"swh:1:rev:{git(outer, 'rev-parse', 'HEAD').strip()}"


def test_the_real_package_can_be_released(tmp_path: Path, out: Path) -> None:
    source, folder = embedded(), tmp_path / "package"
    tables = open_package(source).descriptor.tables.values()
    shutil.copytree(source / "data", folder / "data")
    for path in [
        DESCRIPTOR,
        "README.md",
        "DATASHEET.md",
        "LICENSE",
        "LICENSE-DATA",
        *(t.path for t in tables),
    ]:
        if (source / path).is_file():
            (folder / path).parent.mkdir(exist_ok=True)
            shutil.copy(source / path, folder / path)
    # as before its first release
    (folder / RELEASED).write_text((folder / RELEASED).read_text(encoding="utf-8").partition("\n")[0] + "\n")
    factories.edit_descriptor(folder, lambda raw: raw.update(version=raw["version"].removesuffix(".dev")))
    factories.declare(folder)
    version = load(folder).version
    documents(folder, version)
    git(folder, "init", "--quiet")
    bump(folder, version)
    archive = release(folder, version, out)
    assert load(archive) == load(folder)
    assert validate(archive).valid
    assert diff(archive, folder).empty


def test_an_archive_says_from_which_directory_and_revision_it_was_built(template: Path, built: Path) -> None:
    """Computed from the files by the library of Software Heritage, and read by every citation of the archive."""
    directory, revision = contents(built)[f"{built.stem}/{SWHIDS}"].decode().split()
    not_git = ignore_named_directories([b".git", b"dist"])
    assert (
        str(Directory.from_disk(path=bytes(template), path_filter=not_git, max_content_length=None).swhid())
        == directory
    )
    assert CoreSWHID.from_string(revision).object_id.hex() == git(template, "rev-parse", "HEAD").strip()
    assert f"{directory}, {revision}" in cite(built)
    assert cite(load(built)) == cite(built)


def test_building_again_changes_nothing(template: Path, built: Path) -> None:
    before = built.stat()
    assert release(template, "1.0.0", built.parent) == built
    assert (before.st_ino, before.st_mtime_ns) == (built.stat().st_ino, built.stat().st_mtime_ns)
    assert list(built.parent.iterdir()) == [built]


def test_another_archive_of_the_same_name_is_kept(template: Path, built: Path, out: Path) -> None:
    out.mkdir()
    (out / built.name).write_bytes(b"of somebody else")
    with pytest.raises(ReleaseError, match="exists with other bytes"):
        release(template, "1.0.0", out)
    assert [p.read_bytes() for p in out.iterdir()] == [b"of somebody else"]


def test_a_folder_that_cannot_be_written_is_an_error(template: Path, out: Path) -> None:
    out.write_text("a file")
    with pytest.raises(ReleaseError, match="cannot be written"):
        release(template, "1.0.0", out / "below")
    assert out.read_text() == "a file"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (os.mkfifo, "not a regular file"),
        (Path.mkdir, r"cannot be read \(Is a directory\)"),
        (lambda path: path.symlink_to("nowhere"), "a link to nothing"),
    ],
    ids=["pipe", "folder", "dangling link"],
)
def test_what_is_not_a_file_in_the_place_of_the_archive_is_refused(
    template: Path, out: Path, built: Path, make: Callable[[Path], None], said: str
) -> None:
    """In a process that can be ended: a pipe would be waited for. A link to nothing passed for the archive."""
    out.mkdir()
    make(out / built.name)
    code = "import sys; from pathlib import Path; from tmt_dataset.publish.release import release;"
    code += "release(Path(sys.argv[1]), '1.0.0', Path(sys.argv[2]))"
    command = [sys.executable, "-c", code, str(template), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert re.search(rf"ReleaseError: {re.escape(str(out / built.name))}: {said}; .*another folder$", last)
    assert [path.name for path in out.iterdir()] == [built.name]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("nowhere")], ids=["pipe", "link"])
def test_archives_go_into_a_folder(template: Path, out: Path, make: Callable[[Path], None]) -> None:
    make(out)
    with pytest.raises(ReleaseError, match=r"out: is not a folder; choose another one"):
        release(template, "1.0.0", out)
    assert not out.is_dir()


def test_the_home_folder_is_expanded(tree: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tree.parent))
    monkeypatch.setenv("USERPROFILE", str(tree.parent))
    home = Path("~")
    assert register(home / tree.name, "1.0.0") == []
    assert release(home / tree.name, "1.0.0", home / out.name).parent == out


def test_an_archive_that_would_not_open_is_not_left(tree: Path, out: Path) -> None:
    write(tree, "validation/a:b.md", "A colon leads out of the archive on some systems.\n")
    commit(tree)
    with pytest.raises(ReleaseError, match=r"a:b\.md"):
        release(tree, "1.0.0", out / "made" / "here")
    assert not out.exists()


def test_files_that_cannot_all_be_placed_are_all_taken_back(
    tree: Path, out: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bump(tree, "1.0.1")
    done: list[Path] = []

    def full(built: Path, target: Path) -> None:
        if len(done) == 2:
            raise OSError(28, "No space left on device")
        done.append(target)
        put_new(built, target)

    monkeypatch.setattr("tmt_dataset.publish.release.put_new", full)
    with pytest.raises(ReleaseError, match=r"cannot be written.*No space left"):
        release(tree, "1.0.1", out, previous=built)
    assert len(done) == 2
    assert not out.exists()


# -- what is refused


def edit_csv(path: str, fn: Callable[[list[list[str]]], object]) -> Edit:
    """Change the records of a committed CSV file."""

    def edit(folder: Path) -> None:
        rows = list(csv.reader(io.StringIO((folder / path).read_text(encoding="utf-8"))))
        fn(rows)
        (folder / path).write_bytes(factories.csv_bytes(rows[0], rows[1:]))
        factories.declare(folder)

    return edit


def ledger(fn: Callable[[list[list[str]]], object]) -> Edit:
    return edit_csv(RELEASED, fn)


def text(path: str, content: str) -> Edit:
    return lambda folder: write(folder, path, content)


def table(name: str, row: int, field: str, value: str) -> Edit:
    def change(frame: Any) -> None:
        frame.loc[row, field] = value

    return lambda folder: factories.edit_table(folder, name, change)


def annotation(fn: Callable[[Any], None]) -> Edit:
    return lambda folder: factories.edit_annotation(folder, factories.WINTER, fn)


def descriptor(**values: object) -> Edit:
    return lambda folder: factories.edit_descriptor(folder, lambda raw: raw.update(values))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda f: (f / "CHANGELOG.md").unlink(), "not committed, but part of every release: CHANGELOG.md"),
        (lambda f: (f / RELEASED).unlink(), f"not committed, but part of every release: {RELEASED}"),
        (lambda f: (f / "validation/codebook.md").unlink(), r"validation/codebook\.md"),
        (
            lambda f: (f / "metadata/datacite.json").unlink(),
            r"part of every release: metadata/datacite\.json",
        ),
        (text("validation/annotation.schema.json", "{}\n"), r"out of step.*annotation\.schema\.json"),
        (
            text("CHANGELOG.md", "# Changelog\n\n## 1.0.0-rc1\n"),
            r"CHANGELOG\.md: has no section '## 1\.0\.0'",
        ),
        (text("validation/agreement.py", "print()\n"), r"not released: validation/agreement\.py"),
        (text("validation/look.ipynb", "{}\n"), r"not released: validation/look\.ipynb"),
        (text("validation/second/newsletter.txt", "All of it.\n"), r"validation/second/newsletter\.txt"),
        (text("data/newsletter.md", "All of it.\n"), r"not released: data/newsletter\.md"),
        (text("data/annotations/notes.txt", "x\n"), r"not released: data/annotations/notes\.txt"),
        (descriptor(created="yesterday"), "field created: expected a time as .*found 'yesterday'"),
        (
            descriptor(created="1970-01-01T00:00:00Z"),
            "field created: expected a year that a zip archive can hold",
        ),
        (table("developments", 1, "action", "isuance"), r"not valid:\n.*developments, row 3, field action"),
        (table("developments", 1, "title", "Another"), r"(?s)out of step.*developments\.csv: .*\n\s+row 3"),
        (text("CITATION.cff", "cff-version: 1.2.0\n"), r"out of step.*CITATION\.cff"),
        (ledger(lambda rows: rows.pop(2)), r"released_identifiers\.csv: not registered: TMT-0002"),
        (
            ledger(lambda rows: rows.append(rows[1])),
            r"duplicate primary key \(development_id\)",
        ),
        (
            ledger(lambda rows: rows[1].__setitem__(2, "x")),
            "row 2, field start: .*'x'",
        ),
        (
            ledger(lambda rows: rows[1].__setitem__(4, "1.0")),
            "row 2, field released_in: .*'1.0'",
        ),
        (
            ledger(lambda rows: rows[1].__setitem__(4, "2.0.0")),
            "row 2, field released_in: .*at most 1.0.0",
        ),
        (
            ledger(lambda rows: rows[1].__setitem__(4, "0.9.0")),
            "names the earlier release 0.9.0; give its archive",
        ),
        (ledger(lambda rows: rows[0].__setitem__(2, "begin")), r"released_identifiers, row 1"),
        (lambda f: (f / RELEASED).write_bytes(b"\xff"), r"released_identifiers.*UTF-8"),
        (
            lambda f: factories.edit_bytes(f, RELEASED, lambda b: b.replace(b"\n", b"\r\n"), rehash=True),
            "released_identifiers, row 1: the file has a carriage return",
        ),
        (
            ledger(lambda rows: rows.append(["TMT-9999", factories.WINTER, "0", "9", "1.0.0", ""])),
            "TMT-9999, released in 1.0.0, is missing",
        ),
        (
            ledger(lambda rows: rows[1].__setitem__(slice(2, 4), ["90000", "90001"])),
            "TMT-0001, released in 1.0.0, now refers to another report",
        ),
    ],
)
def test_a_commit_with_a_fault_is_refused(tree: Path, out: Path, edit: Edit, said: str) -> None:
    edit(tree)
    commit(tree)
    with pytest.raises(ReleaseError, match=said):
        release(tree, "1.0.0", out)
    assert not out.exists()


@pytest.mark.parametrize("version", ["", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.0\n", "1.0.0/.."])
def test_an_invalid_version_is_refused(tree: Path, out: Path, version: str) -> None:
    with pytest.raises(ReleaseError, match=r"invalid version '.*'; expected MAJOR\.MINOR\.PATCH"):
        release(tree, version, out)
    with pytest.raises(ReleaseError, match="invalid version"):
        register(tree, version)
    assert not out.exists()


def test_a_version_in_development_is_refused(tree: Path, out: Path) -> None:
    factories.edit_descriptor(tree, lambda raw: raw.update(version="1.1.0.dev"))
    said = r"1\.1\.0\.dev is a version in development, and cannot be released; write 1\.1\.0 in"
    with pytest.raises(ReleaseError, match=said):
        release(tree, "1.1.0.dev", out)
    with pytest.raises(ReleaseError, match=said):
        register(tree, "1.1.0.dev")
    commit(tree)
    with pytest.raises(ReleaseError, match=r"expected '1\.1\.0', found '1\.1\.0\.dev'"):
        release(tree, "1.1.0", out)


def test_another_version_than_that_of_the_descriptor_is_refused(tree: Path, out: Path) -> None:
    with pytest.raises(
        ReleaseError, match=r"datapackage\.json: field version: expected '1\.0\.1', found '1\.0\.0'"
    ):
        release(tree, "1.0.1", out)
    with pytest.raises(ReleaseError, match=r"field version: expected '1\.0\.1'"):
        register(tree, "1.0.1")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (text("README.md", "# Changed\n"), r" M README\.md"),
        (text("new.txt", "untracked\n"), r"\?\? new\.txt"),
        (lambda f: (f / "LICENSE").unlink(), " D LICENSE"),
        (lambda f: (write(f, "README.md", "# Staged\n"), git(f, "add", "README.md")), r"M  README\.md"),
        (
            lambda f: (
                git(f, "update-index", "--assume-unchanged", "LICENSE"),
                write(f, "LICENSE", "overlooked\n"),
            ),
            "not as committed: LICENSE",
        ),
    ],
)
def test_a_tree_that_is_not_its_commit_is_refused(tree: Path, out: Path, edit: Edit, said: str) -> None:
    git(tree, "config", "status.showUntrackedFiles", "no")
    edit(tree)
    with pytest.raises(ReleaseError, match=said):
        release(tree, "1.0.0", out)
    assert not out.exists()


def test_what_a_killed_run_left_does_not_count(tree: Path, out: Path) -> None:
    write(tree, "data/.quotes.csv.tmt-a1b2c3d4/building", "half\n")
    write(tree, ".r\u00e9sum\u00e9 1.tmt-a1b2c3d4/ready/api/index.html", "half\n")
    assert release(tree, "1.0.0", out).is_file()
    write(tree, "data/.quotes.csv.tmt-notes", "of somebody\n")
    with pytest.raises(ReleaseError, match=r"not everything is committed.*\n.*tmt-notes$"):
        release(tree, "1.0.0", out)


def test_what_comes_to_the_place_of_an_archive_meanwhile_is_kept(
    template: Path, out: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def late(archive: Path, target: Path) -> None:
        target.write_bytes(b"of somebody else")
        put_new(archive, target)

    monkeypatch.setattr("tmt_dataset.publish.release.put_new", late)
    with pytest.raises(ReleaseError, match="exists with other bytes"):
        release(template, "1.0.0", out)
    assert [p.read_bytes() for p in out.iterdir()] == [b"of somebody else"]


def test_a_link_is_not_a_file_of_a_release(tree: Path, tmp_path: Path, out: Path) -> None:
    (tmp_path / "licence").write_text("elsewhere\n")
    (tree / "LICENSE").unlink()
    (tree / "LICENSE").symlink_to(tmp_path / "licence")
    commit(tree)
    with pytest.raises(ReleaseError, match="not committed, but part of every release: LICENSE"):
        release(tree, "1.0.0", out)


def test_a_folder_without_a_commit_is_refused(tree: Path, tmp_path: Path, out: Path) -> None:
    with pytest.raises(ReleaseError, match="no such folder"):
        release(tmp_path / "nowhere", "1.0.0", out)
    shutil.rmtree(tree / ".git")
    with pytest.raises(ReleaseError, match="no git repository: a release is built from a commit"):
        release(tree, "1.0.0", out)
    git(tree, "init", "--quiet")
    with pytest.raises(ReleaseError, match="nothing is committed yet"):
        release(tree, "1.0.0", out)


def test_another_repository_in_the_environment_is_not_looked_at(
    tree: Path, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    git(tmp_path / "other", "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert release(tree, "1.0.0", out).is_file()


def test_without_git_the_reason_is_given(tree: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tree))
    with pytest.raises(ReleaseError, match="git is not installed"):
        release(tree, "1.0.0", out)


# -- against the release before


def correct(node: Any) -> None:
    node["developments"][0]["title"] = "A corrected title"


def unused_place(rows: list[list[str]]) -> None:
    rows.append(["440000", "Guangdong", "", "province", "100000", ""])


@pytest.fixture(scope="module")
def corrected(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tree of release 1.1.0, in which a title was corrected; no test changes it."""
    folder = Path(shutil.copytree(template, tmp_path_factory.mktemp("corrected") / "tree"))
    annotation(correct)(folder)
    bump(folder, "1.1.0")
    return folder


def test_a_correction_is_a_minor_release_and_ships_its_difference(
    corrected: Path, out: Path, built: Path
) -> None:
    tree = corrected
    archive = release(tree, "1.1.0", out, previous=built)
    assert {p.name for p in out.iterdir()} == {
        archive.name,
        *(f"diff-1.0.0-1.1.0.{suffix}" for suffix in ("csv", "json", "txt")),
    }
    inside = contents(archive)
    for suffix in ("csv", "json", "txt"):
        name = f"diff-1.0.0-1.1.0.{suffix}"
        assert inside[f"{archive.stem}/changes/{name}"] == (out / name).read_bytes()
    rows = list(csv.DictReader(io.StringIO((out / "diff-1.0.0-1.1.0.csv").read_text(encoding="utf-8"))))
    (changed,) = [r for r in rows if r["table"] == "developments"]
    assert (changed["field"], changed["new"]) == ("title", "A corrected title")
    assert json.loads((out / "diff-1.0.0-1.1.0.json").read_text(encoding="utf-8"))["step"] == "minor"
    assert validate(archive).valid
    assert diff(archive, tree).empty


def test_a_patch_changes_documents_only(tree: Path, out: Path, built: Path) -> None:
    write(tree, "README.md", "# Better words\n")
    bump(tree, "1.0.1")
    assert load(release(tree, "1.0.1", out, previous=built)).version == "1.0.1"


def test_a_patch_whose_data_changed_is_refused(tree: Path, out: Path, built: Path) -> None:
    annotation(correct)(tree)
    bump(tree, "1.0.1")
    with pytest.raises(
        ReleaseError, match=r"1\.0\.0 → 1\.0\.1 is a patch step, expected a minor one"
    ) as caught:
        release(tree, "1.0.1", out, previous=built)
    assert "developments, row TMT-0001, field title:" in str(caught.value)
    assert not out.exists()


def test_a_minor_release_keeps_its_codes(tree: Path, tmp_path: Path, out: Path) -> None:
    edit_csv("data/vocabularies/places.csv", unused_place)(tree)
    bump(tree, "1.0.0")
    before = release(tree, "1.0.0", tmp_path / "before")
    edit_csv("data/vocabularies/places.csv", lambda rows: rows.pop())(tree)
    bump(tree, "1.1.0")
    with pytest.raises(
        ReleaseError, match=r"is a minor step, expected a major one.*\n.*code places: 440000 removed"
    ):
        release(tree, "1.1.0", out, previous=before)
    assert not out.exists()
    bump(tree, "2.0.0")
    assert release(tree, "2.0.0", out, previous=before).is_file()


def test_the_release_before_has_to_be_before(tree: Path, out: Path, built: Path) -> None:
    with pytest.raises(ReleaseError, match=r"field version: expected one after 1\.0\.0"):
        release(tree, "1.0.0", out, previous=built)
    with pytest.raises(PackageNotFoundError, match=r"nowhere\.zip"):
        release(tree, "1.0.0", out, previous=out / "nowhere.zip")
    with pytest.raises(ReleaseError, match="not a release archive of"):
        release(tree, "1.0.0", out, previous=tree)
    assert not out.exists()


def test_the_release_before_has_to_be_the_last_one(
    tree: Path, tmp_path: Path, out: Path, built: Path
) -> None:
    ledger(lambda rows: rows.append(["TMT-0900", factories.WINTER, "0", "9", "1.1.0", "a duplicate"]))(tree)
    write(tree, "README.md", "# Better words\n")
    bump(tree, "1.2.0")
    with pytest.raises(ReleaseError, match=r"names the later 1\.1\.0; give that one"):
        release(tree, "1.2.0", out, previous=built)


def test_what_was_released_needs_the_release_before(tree: Path, out: Path) -> None:
    bump(tree, "1.0.1")
    with pytest.raises(
        ReleaseError, match=r"names the earlier release 1\.0\.0; give its archive as `previous`"
    ):
        release(tree, "1.0.1", out)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            ledger(lambda rows: rows[2].__setitem__(2, "1")),
            "row 3, field start: expected '.*', as released, found '1'",
        ),
        (ledger(lambda rows: rows[2].__setitem__(4, "1.1.0")), "row 3, field released_in: expected '1.0.0'"),
    ],
)
def test_a_released_identifier_is_not_changed(
    corrected: Path, tmp_path: Path, out: Path, built: Path, edit: Edit, said: str
) -> None:
    tree = Path(shutil.copytree(corrected, tmp_path / "tree"))
    edit(tree)
    bump(tree, "1.1.0")
    with pytest.raises(ReleaseError, match=said):
        release(tree, "1.1.0", out, previous=built)


@pytest.fixture(scope="module")
def retired(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a tree whose list holds a retired identifier, and the archive of its release; tests take copies."""
    folder = tmp_path_factory.mktemp("retired")
    tree = Path(shutil.copytree(template, folder / "tree"))
    ledger(lambda rows: rows.append(["TMT-0900", factories.WINTER, "0", "9", "1.0.0", "a duplicate"]))(tree)
    bump(tree, "1.0.0")
    return tree, release(tree, "1.0.0", folder / "first")


def test_a_released_identifier_does_not_leave_the_list(
    retired: tuple[Path, Path], tmp_path: Path, out: Path
) -> None:
    tree, before = Path(shutil.copytree(retired[0], tmp_path / "tree")), retired[1]
    ledger(lambda rows: rows.pop())(tree)
    bump(tree, "1.1.0")
    with pytest.raises(ReleaseError, match=r"TMT-0900, released in 1\.0\.0, is gone; restore its row"):
        release(tree, "1.1.0", out, previous=before)


def test_a_reason_that_was_given_stays(retired: tuple[Path, Path], tmp_path: Path, out: Path) -> None:
    tree, before = Path(shutil.copytree(retired[0], tmp_path / "tree")), retired[1]
    ledger(lambda rows: rows[-1].__setitem__(5, "for another reason"))(tree)
    bump(tree, "1.1.0")
    with pytest.raises(ReleaseError, match="field retired: expected 'a duplicate', as released"):
        release(tree, "1.1.0", out, previous=before)


# -- the list of identifiers


def test_registering_gives_the_place_of_each_primary_report(template: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((template / RELEASED).read_text(encoding="utf-8"))))
    assert list(rows[0]) == open_package(template).descriptor.table("released_identifiers").field_names
    segments = {r["segment_id"]: r for r in factories.read_table(template, "segments").to_dict("records")}
    spans: dict[str, list[Any]] = {}
    for m in factories.read_table(template, "mentions").to_dict("records"):
        if m["rank"] == "primary":
            spans.setdefault(str(m["development_id"]), []).append(segments[m["segment_id"]])
    assert rows == [
        {
            "development_id": name,
            "source_id": own[0]["source_id"],
            "start": str(min(int(s["start"]) for s in own)),
            "end": str(max(int(s["end"]) for s in own)),
            "released_in": "1.0.0",
            "retired": "",
        }
        for name, own in sorted(spans.items())
    ]


def test_registering_again_adds_nothing_and_what_is_there_stays(tree: Path) -> None:
    before = (tree / RELEASED).read_bytes()
    assert register(tree, "1.0.0") == []
    assert (tree / RELEASED).read_bytes() == before
    ledger(lambda rows: rows.pop(2))(tree)
    factories.edit_descriptor(tree, lambda raw: raw.update(version="1.1.0"))
    assert register(tree, "1.1.0") == ["TMT-0002"]
    assert (tree / RELEASED).read_bytes() == before.replace(*_released_later(before))


def _released_later(data: bytes) -> tuple[bytes, bytes]:
    line = next(line for line in data.splitlines() if line.startswith(b"TMT-0002,"))
    return line, line.replace(b",1.0.0,", b",1.1.0,")


def test_registering_refuses_a_development_without_a_primary_report(tree: Path) -> None:
    factories.edit_table(tree, "mentions", lambda f: f.loc[f["development_id"] != "TMT-0001"])
    with pytest.raises(ReleaseError, match="developments: row 2: TMT-0001 has no primary report"):
        register(tree, "1.0.0")


# -- archives that are not as they were released


def entry(name: str) -> str:
    return f"{factories.NAME}-1.0.0/{name}"


def with_entry(name: str, fn: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], object]:
    return lambda entries: entries.__setitem__(entry(name), fn(entries[entry(name)]))


@pytest.mark.parametrize(
    ("tamper", "error", "said"),
    [
        (
            with_entry("data/figures.csv", lambda b: b.replace(b"40000", b"400000")),
            ChecksumError,
            r"data/figures\.csv: expected sha256:",
        ),
        (
            with_entry(DESCRIPTOR, lambda b: b.replace(b'"title"', b'"titel"', 1)),
            ChecksumError,
            r"datapackage\.json: expected sha256:",
        ),
        (
            with_entry("LICENSE-DATA", lambda b: b + b"and more\n"),
            ChecksumError,
            "LICENSE-DATA: expected sha256:",
        ),
        (with_entry(SUMS, lambda b: b""), ChecksumError, f"datapackage.json is not in {SUMS}"),
        (with_entry(SUMS, lambda b: b"\xff\n" + b), ChecksumError, "is missing"),
        (lambda e: e.pop(entry("data/figures.csv")), ChecksumError, r"data/figures\.csv is missing"),
        (lambda e: e.pop(entry("README.md")), ChecksumError, r"README\.md is missing"),
        (lambda e: e.update({entry("more.md"): b"x"}), ChecksumError, rf"more\.md is not in {SUMS}"),
        (lambda e: e.pop(entry(DESCRIPTOR)), PackageError, rf"expected one {DESCRIPTOR} at its top, found 0"),
        (lambda e: e.update({f"other/{DESCRIPTOR}": b"{}"}), PackageError, "at its top, found 2"),
        (lambda e: e.update({"/etc/passwd": b"x"}), PackageError, "'/etc/passwd' points outside the archive"),
        (lambda e: e.update({entry("../../up.csv"): b"x"}), PackageError, "points outside the archive"),
        (lambda e: e.update({"C:up.csv": b"x"}), PackageError, "points outside the archive"),
        (
            lambda e: (e.clear(), e.update({"a.txt": b"x"})),
            PackageError,
            f"expected one {DESCRIPTOR} at its top",
        ),
        (lambda e: e.clear(), PackageError, f"expected one {DESCRIPTOR} at its top"),
    ],
)
def test_an_archive_that_was_changed_is_refused(
    built: Path,
    tmp_path: Path,
    tamper: Callable[[dict[str, bytes]], object],
    error: type[PackageError],
    said: str,
) -> None:
    entries = contents(built)
    tamper(entries)
    assert_refused(rewritten(built, tmp_path / "changed.zip", entries), error, said)


def assert_refused(archive: Path, error: type[PackageError], said: str) -> None:
    """Assert one clear error, from each way in, and nothing left behind."""
    with pytest.raises(error, match=said) as caught:
        load(archive)
    assert str(archive) in str(caught.value)
    with pytest.raises(PackageError, match=said):
        diff(archive, None)
    report = validate(archive)
    assert not report.valid
    assert len(report) == 1
    assert [p.name for p in archive.parent.iterdir()] == [archive.name]


def test_a_truncated_archive_is_refused(built: Path, tmp_path: Path) -> None:
    archive = tmp_path / "cut.zip"
    for size in (0, 10, built.stat().st_size // 2, built.stat().st_size - 1):
        archive.write_bytes(built.read_bytes()[:size])
        assert_refused(archive, PackageError, "zip archive")


def test_a_flipped_bit_is_refused(built: Path, tmp_path: Path) -> None:
    archive = tmp_path / "flipped.zip"
    data = bytearray(built.read_bytes())
    data[data.index(b"development_id,")] ^= 1
    archive.write_bytes(data)
    assert_refused(archive, PackageError, "zip archive.*CRC")


def test_a_duplicate_entry_is_refused(built: Path, tmp_path: Path) -> None:
    archive = tmp_path / "twice.zip"
    shutil.copy(built, archive)
    with zipfile.ZipFile(archive, "a") as z, pytest.warns(UserWarning, match="Duplicate name"):
        z.writestr(entry("README.md"), b"another\n")
    assert_refused(archive, PackageError, "duplicate entry")


def test_an_archive_that_claims_to_be_huge_is_refused_unread(built: Path, tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in contents(built).items():
            z.writestr(name, data)
        for n in range(3):
            z.writestr(entry(f"data/{n}.csv"), bytes(100 * 1024 * 1024))
    assert archive.stat().st_size < 2 * 1024 * 1024
    assert_refused(archive, PackageError, "would unpack to .* bytes, expected at most")


def test_an_entry_that_is_larger_than_it_claims_is_refused(built: Path, tmp_path: Path) -> None:
    archive = tmp_path / "liar.zip"
    entries = contents(built)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in entries.items():
            z.writestr(name, data if name != entry("README.md") else bytes(1_234_567))
    data = archive.read_bytes()
    claimed = (1_234_567).to_bytes(4, "little")
    assert data.count(claimed) == 2  # in the entry's own header and in the directory
    archive.write_bytes(data.replace(claimed, (5).to_bytes(4, "little")))
    assert_refused(archive, PackageError, "zip archive")


def test_what_is_not_a_zip_archive_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "page.zip"
    archive.write_text("<html>Not found</html>")
    assert_refused(archive, PackageError, "not a readable zip archive")


def test_checksums_have_the_form_that_sha256sum_reads() -> None:
    assert sums({"b": b"", "a": b"x"}).decode().splitlines() == [
        f"{hashlib.sha256(b'x').hexdigest()}  a",
        f"{hashlib.sha256(b'').hexdigest()}  b",
    ]


def test_a_version_is_built_from_its_tag_alone(tree: Path, tmp_path: Path) -> None:
    git(tree, "tag", "--annotate", "v1.0.0", "--message", "1.0.0")
    first = release(tree, "1.0.0", tmp_path / "one")  # the tagged commit may be built again
    write(tree, "README.md", "# Later\n")
    commit(tree)
    with pytest.raises(
        ReleaseError, match=r"the tag v1\.0\.0 names the commit [0-9a-f]{12}, .* raise the version"
    ):
        release(tree, "1.0.0", tmp_path / "two")
    assert not (tmp_path / "two").exists()
    git(tree, "checkout", "--quiet", "v1.0.0")
    assert release(tree, "1.0.0", tmp_path / "two").read_bytes() == first.read_bytes()


def listed(folder: Path, version: str, commit: str, sha: str) -> None:
    """Enter a release in the list of a checkout, build and commit."""
    factories.edit_table(
        folder,
        "released",
        lambda f: pd.DataFrame(
            [
                [
                    version,
                    "",
                    commit,
                    git(folder, "rev-parse", f"{commit}:./").strip(),
                    sha,
                    f"sha256:{'0' * 64}",
                ]
            ],
            columns=f.columns,
            dtype="str",
        ),
    )
    build.build(folder)


def test_a_released_version_is_not_built_from_another_commit(tree: Path, out: Path, built: Path) -> None:
    """The tag is lost in some clones; the list of releases is not."""
    first = git(tree, "rev-parse", "HEAD").strip()
    listed(tree, "1.0.0", first, hashlib.sha256(built.read_bytes()).hexdigest())
    commit(tree)
    with pytest.raises(
        ReleaseError,
        match=rf"1\.0\.0 was released from the commit {first[:12]}, but [0-9a-f]{{12}} is checked out; .* raise the version",
    ):
        release(tree, "1.0.0", out)
    assert not out.exists()


@pytest.fixture(scope="module")
def with_commands(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a repository whose release 1.0.0 has the reference of the commands, and the archive of it."""
    tree = Path(shutil.copytree(template, tmp_path_factory.mktemp("with") / "tree"))
    build.build(tree, commands=main)
    commit(tree)
    return tree, release(tree, "1.0.0", tree.parent / "built", commands=main)


def later(with_commands: tuple[Path, Path], folder: Path, sha: str) -> Path:
    """Return the repository gone on to 1.1.0, with release 1.0.0 in the list."""
    tree = Path(shutil.copytree(with_commands[0], folder / "later"))
    listed(tree, "1.0.0", git(tree, "rev-parse", "HEAD").strip(), sha)
    bump(tree, "1.1.0")
    return tree


def test_an_older_release_is_proved_from_its_commit(
    with_commands: tuple[Path, Path], tmp_path: Path, out: Path
) -> None:
    built = with_commands[1].read_bytes()
    tree = later(with_commands, tmp_path, hashlib.sha256(built).hexdigest())
    questions = (("for-each-ref",), ("worktree", "list"), ("status", "--porcelain"))
    before = [git(tree, *asked) for asked in questions]
    archive = proved(tree, "1.0.0", out)
    assert archive == out / with_commands[1].name
    assert archive.read_bytes() == built
    assert [git(tree, *asked) for asked in questions] == before
    assert proved(tree, "1.1.0", out) is None  # is not in the list yet


def test_an_older_release_with_other_bytes_is_told(
    with_commands: tuple[Path, Path], tmp_path: Path, out: Path
) -> None:
    tree = later(with_commands, tmp_path, "0" * 64)
    with pytest.raises(ReleaseError, match=f"expected the SHA-256 {'0' * 64}, as released, found"):
        proved(tree, "1.0.0", out)
    assert not out.exists()


def test_a_clone_without_the_commit_of_an_older_release_says_so(tree: Path, out: Path) -> None:
    listed(tree, "0.9.0", git(tree, "rev-parse", "HEAD").strip(), "0" * 64)
    factories.edit_table(tree, "released", lambda f: f.assign(commit="f" * 40))
    with pytest.raises(ReleaseError, match=f"this clone lacks the commit {'f' * 40} of 0.9.0; fetch it"):
        proved(tree, "0.9.0", out)


def test_a_released_version_is_not_built_with_other_bytes(
    tree: Path, out: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, digest = git(tree, "rev-parse", "HEAD").strip(), hashlib.sha256(built.read_bytes()).hexdigest()
    known = {"1.0.0": Release("1.0.0", head, "", digest, "")}
    monkeypatch.setattr("tmt_dataset.publish.release.releases", lambda _: known)
    assert release(tree, "1.0.0", out / "same").read_bytes() == built.read_bytes()
    known["1.0.0"] = known["1.0.0"]._replace(sha256="0" * 64)
    with pytest.raises(ReleaseError, match=f"expected the SHA-256 {'0' * 64}, as released, found {digest}"):
        release(tree, "1.0.0", out / "other")
    assert not (out / "other").exists()
