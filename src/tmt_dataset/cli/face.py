"""The face of the command line: types of arguments, options that several commands have, and the group of all commands."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tmt_dataset.characters import escaped
from tmt_dataset.cli.printing import errors_as_one_line, fail, say

__all__ = [
    "CODES",
    "FilePath",
    "Text",
    "base_option",
    "command",
    "format_option",
    "main",
    "package_option",
    "sources_argument",
]


CODES = "Exit codes: 0 done, 1 something is wrong (the message says what), 2 wrong usage."


class FilePath(click.Path):
    """The path of a file or folder, which the command that takes it looks for."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; no system has one with a NUL character, and an empty one would be the current folder."""
        if value == "":
            self.fail("expected a path, found none; the current folder is '.'", param, ctx)
        if "\0" in str(value):
            self.fail(f"expected a path, found {str(value)!r:.60}, which has a NUL character", param, ctx)
        return super().convert(value, param, ctx)


class Text(click.types.StringParamType):
    """Text of the command line; without UTF-8 mode Python hands over what it could not decode as lone surrogates."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text as UTF-8 has it."""
        text = super().convert(value, param, ctx)
        if not any("\ud800" <= character <= "\udfff" for character in text):
            return text
        try:
            return os.fsencode(text).decode("utf-8")
        except UnicodeError:
            name = param.get_error_hint(ctx) if param else "argument"
            fail(f"{name}: expected text in UTF-8, found '{escaped(text)}'", code=2)


def package_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which package a command opens."""
    package = click.option(
        "--package",
        type=FilePath(),
        help="Folder or release archive of a package; the installed one by default.",
    )
    sha256 = click.option(
        "--sha256",
        help="Checksum that the package must have: the SHA-256 of an archive, the fingerprint of a folder.",
    )
    return package(sha256(command))


base_option = click.option(
    "--base",
    help="Address under which the site is published: identifiers are then addresses there, and urn:uuid: without it.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How rows are printed.",
)
sources_argument = click.argument("sources", type=FilePath())


class _Group(click.Group):
    """The commands, whose errors are one line."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the arguments; help and version are printed here."""
        with errors_as_one_line():
            if sys.stdout is None:  # closed by the caller: nothing is begun whose result could not be told
                raise OSError(errno.EBADF, "it is closed")
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with errors_as_one_line():
            return super().invoke(ctx)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from tmt_dataset.package import open_package

        say(f"tmt-dataset {open_package().descriptor.version}")
        ctx.exit()


def command(
    name: str, example: str, cls: type[click.Command] | None = None
) -> Callable[[Callable[..., Any]], click.Command]:
    """Return the decorator of a command whose help ends with an example and the exit codes."""

    def registered(function: Callable[..., Any]) -> click.Command:
        command = main.command(name, cls, epilog=f"Example: {example}\n\n{CODES}")(function)
        for param in command.params:
            if param.type is click.STRING:
                param.type = Text()
        return command

    return registered


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"Example: tmt-dataset search deepfake --topic ai\n\n{CODES}",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Chinese technology, media and telecom regulation: rows with a quote behind every value."""
