"""Fixtures: a test that changes the small package gets its own copy; tests that only read it share one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import browsing
import factories
import pytest
from selenium import webdriver

from tmt_dataset.dataset import Dataset, load


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return the folder of a small valid package."""
    return factories.make_package(tmp_path / "package")


@pytest.fixture
def annotated(tmp_path: Path) -> tuple[Path, Path]:
    """Return a small valid package with its annotations, and the folder of its source texts."""
    return factories.make_annotated_package(tmp_path)


@pytest.fixture(scope="session")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Return the small package as a data set, for tests that only read it."""
    return load(factories.make_package(tmp_path_factory.mktemp("small") / "package"))


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    """Return a browser, one for all tests of a worker."""
    driver = browsing.launched()
    yield driver
    driver.quit()
