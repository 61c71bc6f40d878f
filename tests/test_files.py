"""A file is there whole, or as it was."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tmt_dataset.files import write_whole


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
