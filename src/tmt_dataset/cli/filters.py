"""The filters of ``select`` as options: read from the criteria themselves, so that a new criterion is an option too."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tmt_dataset.cli.face import Text
from tmt_dataset.errors import TmtDatasetError

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset
    from tmt_dataset.selection import Criterion

__all__ = ["CODES", "OTHERS", "Selecting", "selected", "wrong_usage"]


#: The filters that take no codes.
OTHERS: dict[str, dict[str, Any]] = {
    "development": {
        "type": Text(),
        "multiple": True,
        "metavar": "IDENTIFIER",
        "help": "Development, as TMT-0001; several mean any of them.",
    },
    "with_offices": {"is_flag": True, "help": "A body also matches the bodies below it."},
    "year": {"type": int, "help": "Year in which it took place."},
    "date": {"type": Text(), "help": "EDTF date or interval, as 2024-07/2024-08."},
    "dates": {
        "type": click.Choice(["overlap", "within"]),
        "default": "overlap",
        "show_default": True,
        "help": "How a date that is an interval has to match.",
    },
    "text": {"type": Text(), "help": "Text to be found in titles, summaries, quotes and names."},
}


CODES = (
    "CODE may be given several times and means any of them; `tmt-dataset codes topic` lists those of --topic."
)


class Selecting(click.Command):
    """A command with an option for each filter of ``select``, except those that it declares itself.

    The criteria are read when the command is used: they need pandas, which the other commands' help does not.
    """

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.epilog = f"{CODES}\n\n{self.epilog or ''}"

    @cached_property
    def filters(self) -> list[click.Parameter]:
        """The options, in the order of ``select``."""
        from tmt_dataset.dataset import Dataset
        from tmt_dataset.selection import CRITERIA

        own = {param.name for param in self.params}
        settings = {**OTHERS, **{name: _of_codes(criterion) for name, criterion in CRITERIA.items()}}
        return [
            click.Option([f"--{name.replace('_', '-')}"], **settings[name])
            for name in inspect.signature(Dataset.select).parameters
            if name in settings and name not in own
        ]

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters of the command: its arguments, the filters, its options."""
        params = super().get_params(ctx)
        arguments = [param for param in params if isinstance(param, click.Argument)]
        return [*arguments, *self.filters, *(param for param in params if param not in arguments)]


def _of_codes(criterion: Criterion) -> dict[str, Any]:
    """Return the settings of the option of a criterion, whose help is its own or else its name."""
    said = getattr(criterion, "help", "") or f"{criterion.what[:1].upper()}{criterion.what[1:]}."
    return {"type": Text(), "multiple": True, "metavar": "CODE", "help": said}


@contextmanager
def wrong_usage() -> Iterator[None]:
    """Let an argument that no command takes, as an invalid date, be wrong usage."""
    try:
        yield
    except ValueError as error:
        if isinstance(error, TmtDatasetError):
            raise
        raise click.UsageError(str(error)) from None


def selected(package: Path | None, sha256: str | None, filters: dict[str, Any]) -> Dataset:
    """Return the part of a package that meets the filters."""
    from tmt_dataset.dataset import load

    given: dict[str, Any] = {
        name: (list(v) or None) if isinstance(v, tuple) else v for name, v in filters.items()
    }
    with wrong_usage():
        return load(package, sha256=sha256).select(**given)
