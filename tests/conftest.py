"""Fixtures: each test gets its own copy of the small package, and may break it."""

from __future__ import annotations

from pathlib import Path

import factories
import pytest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return the folder of a small valid package."""
    return factories.make_package(tmp_path / "package")


@pytest.fixture
def annotated(tmp_path: Path) -> tuple[Path, Path]:
    """Return a small valid package with its annotations, and the folder of its source texts."""
    return factories.make_annotated_package(tmp_path)
