"""A file or a folder is there whole, or as it was; what killed runs left is removed, and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Set
from pathlib import Path
from typing import cast

import pytest

from tmt_dataset import files
from tmt_dataset.errors import TargetError
from tmt_dataset.files import beside, put_new, replace_file, replace_folder, update, write_whole


def test_a_new_file_holds_the_bytes_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    write_whole(target, b"a,b\r\n\xff\x00")
    assert target.read_bytes() == b"a,b\r\n\xff\x00"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_is_replaced_and_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    write_whole(target, b"a long first version")
    with target.open("rb") as reader:
        write_whole(target, b"short")
        assert reader.read() == b"a long first version"  # who reads it keeps the whole old one
    assert target.read_bytes() == b"short"


def test_others_may_read_the_file(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    write_whole(target, b"")
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    write_whole(target, b"old")
    with pytest.raises(TypeError):
        write_whole(target, cast(bytes, "text is no bytes"))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failed_rename_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "a folder with a file"
    target.mkdir()
    (target / "inside.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(OSError, match="a folder with a file"):
        write_whole(target, b"no file can take the place of a folder")
    assert (target / "inside.txt").read_text(encoding="utf-8") == "kept"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "missing" / "table.csv", b"")
    assert not (tmp_path / "missing").exists()


# -- folders

EXCHANGES = pytest.mark.parametrize("exchanges", [True, False], ids=["exchange", "renames"])


def own(_folder: Path) -> Set[str]:
    return {"a.txt", "deep/b.txt"}


def making(text: str) -> Callable[[Path], None]:
    """Return a function that makes a folder of own files."""

    def make(folder: Path) -> None:
        for name in own(folder):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    return make


def tree(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8")
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@EXCHANGES
def test_a_folder_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool) -> None:
    if not exchanges:
        monkeypatch.setattr(files, "_exchange", lambda one, other: False)
    for text in ("old", "new"):
        replace_folder(making(text), tmp_path / "out", own)
    assert tree(tmp_path) == {"out/a.txt": "new", "out/deep/b.txt": "new"}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@EXCHANGES
def test_a_file_that_comes_while_two_folders_change_places_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    out, exchange = tmp_path / "out", files._exchange
    replace_folder(making("old"), out, own)

    def late(one: Path, other: Path) -> bool:
        (out / "thesis.txt").write_text("ten years of work", encoding="utf-8")
        monkeypatch.setattr(files, "_exchange", exchange)
        return exchanges and exchange(one, other)

    monkeypatch.setattr(files, "_exchange", late)
    with pytest.raises(TargetError, match=r"\(thesis.txt\)"):
        replace_folder(making("new"), out, own)
    assert tree(tmp_path) == {
        "out/a.txt": "old",
        "out/deep/b.txt": "old",
        "out/thesis.txt": "ten years of work",
    }


def test_a_folder_comes_back_where_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, rename = tmp_path / "out", Path.rename
    replace_folder(making("old"), out, own)

    def stuck(self: Path, target: Path) -> Path:
        if self.name == "ready":
            raise OSError("stuck")
        return rename(self, target)

    monkeypatch.setattr(files, "_exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", stuck)
    with pytest.raises(OSError, match="stuck"):
        replace_folder(making("new"), out, own)
    assert tree(tmp_path) == {"out/a.txt": "old", "out/deep/b.txt": "old"}


@pytest.mark.parametrize("foreign", ["a link", "an empty folder", "a folder in the place of a file"])
def test_links_and_folders_are_foreign_too(tmp_path: Path, foreign: str) -> None:
    out = tmp_path / "out"
    replace_folder(making("old"), out, own)
    if foreign == "an empty folder":
        (out / "empty").mkdir()
    else:
        (out / "a.txt").unlink()
        if foreign == "a link":
            (tmp_path / "thesis.txt").write_text("ten years of work", encoding="utf-8")
            (out / "a.txt").symlink_to(tmp_path / "thesis.txt")
        else:
            (out / "a.txt").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(TargetError, match="holds what this command has not written"):
        replace_folder(making("new"), out, own)
    assert sorted(tmp_path.rglob("*")) == before


# -- what killed runs left


def test_a_folder_that_a_killed_run_had_moved_away_comes_back(tmp_path: Path) -> None:
    making("old")(tmp_path / ".out.tmt-a1b2c3d4" / "old")
    making("new")(tmp_path / ".out.tmt-a1b2c3d4" / "ready")
    with pytest.raises(TargetError, match="exists already"):
        replace_folder(making("new"), tmp_path / "out", own, overwrite=False)
    assert tree(tmp_path) == {"out/a.txt": "old", "out/deep/b.txt": "old"}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_run_left_is_removed_although_nothing_is_written(tmp_path: Path) -> None:
    update(tmp_path / "a.csv", b"a")
    (tmp_path / ".a.csv.tmt-a1b2c3d4").mkdir()
    (tmp_path / ".a.csv.tmt-a1b2c3d4" / "building").write_bytes(b"half")
    assert not update(tmp_path / "a.csv", b"a")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_what_looks_like_a_leftover_and_is_none_stays(tmp_path: Path) -> None:
    names = [
        ".a.csv.original",
        ".a.csv.tmt-notes",
        ".a.csv.tmt-ABCDEFGH",
        ".b.csv.tmt-a1b2c3d4",
        ".aXcsv.tmt-a1b2c3d4",
    ]
    for name in names:
        (tmp_path / name).mkdir()
    (tmp_path / ".a.csv.tmt-a1b2c3d4").touch()  # not a folder
    (tmp_path / ".a.csv.tmt-a1b2c3d5").symlink_to(tmp_path / ".a.csv.original")
    before = set(tmp_path.rglob("*"))
    write_whole(tmp_path / "a.csv", b"a")
    assert set(tmp_path.rglob("*")) == before | {tmp_path / "a.csv"}


def test_a_run_that_lives_is_left_alone(tmp_path: Path) -> None:
    with beside(tmp_path / "a.csv") as folder:
        (folder / "building").write_bytes(b"half")
        write_whole(tmp_path / "a.csv", b"of another run")
        assert (folder / "building").read_bytes() == b"half"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_leftover_with_what_is_not_its_own_is_named_and_stays(tmp_path: Path) -> None:
    left = tmp_path / ".out.tmt-a1b2c3d4"
    making("old")(left / "ready")
    (left / "ready" / "thesis.txt").write_text("ten years of work", encoding="utf-8")
    with pytest.raises(TargetError, match=r"killed left .*\.out\.tmt-a1b2c3d4, which holds .*thesis.txt"):
        replace_folder(making("new"), tmp_path / "out", own)
    assert (left / "ready" / "thesis.txt").is_file()


def test_without_locks_only_what_is_a_day_old_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows
    left = tmp_path / ".a.csv.tmt-a1b2c3d4"
    left.mkdir()
    write_whole(tmp_path / "a.csv", b"a")
    assert left.is_dir()
    os.utime(left, (0, 0))
    write_whole(tmp_path / "a.csv", b"a")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


# -- exclusive creation


def test_of_two_that_must_not_overwrite_the_second_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"

    def slow(path: Path) -> None:
        path.write_bytes(b"second")
        target.write_bytes(b"first")

    with pytest.raises(TargetError, match="exists already"):
        replace_file(slow, target, overwrite=False)
    assert target.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [target]


def test_without_hard_links_a_new_file_is_exclusive_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(source: Path, target: Path) -> None:
        raise PermissionError(1, "no hard links here")

    monkeypatch.setattr(os, "link", none)
    built, target = tmp_path / "built", tmp_path / "a.csv"
    built.write_bytes(b"whole")
    put_new(built, target)
    assert tree(tmp_path) == {"a.csv": "whole"}
    built.write_bytes(b"second")
    with pytest.raises(FileExistsError):
        put_new(built, target)
    assert target.read_bytes() == b"whole"
