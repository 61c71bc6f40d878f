"""Fixtures: a test that changes the small package gets its own copy; tests that only read it share one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import browsing
import factories
import pytest
from hypothesis import settings
from selenium import webdriver

from tmt_dataset.dataset import Dataset, load

if TYPE_CHECKING:  # slow to import, and needed by few tests
    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib.figure import Figure


# no test is timed: on a busy machine each may take long
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


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


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """An interpreter of notebook cells, of its own."""
    from IPython.core.interactiveshell import InteractiveShell

    yield InteractiveShell()  # type: ignore[no-untyped-call]  # IPython has no types here
    InteractiveShell.clear_instance()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of the charts, which are drawn and not written: how they are written needs no next source."""
    from matplotlib import pyplot
    from matplotlib.text import Text

    from tmt_dataset import plots

    texts: list[str] = []

    def show(fig: Figure, number: int, *words: str, alt: str, source: object, caption: str = "") -> None:
        texts.extend([*words, alt, caption, *(text.get_text() for text in fig.findobj(Text))])
        pyplot.close(fig)

    monkeypatch.setattr(plots, "show", show)
    return texts
