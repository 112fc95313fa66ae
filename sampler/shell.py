"""What every command shares: statuses, messages, and what is wrong with a brief."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sampler.errors import BriefError, FiguresMissing

if TYPE_CHECKING:
    from sampler.store import Store

FAILED, WRONG_INPUT, NO_PLAN, ROWS_REFUSED, INTERRUPTED = 1, 2, 3, 4, 130

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Offline = Annotated[
    bool, typer.Option("--offline", help="Ask no census service: use what is held already.")
]


@contextmanager
def opened() -> Iterator[Store]:
    """Open the database for as long as a command needs it."""
    from sampler.store import Store

    store = Store()
    try:
        yield store
    finally:
        store.close()


def say(text: str) -> None:
    """Print a message."""
    print(text, file=sys.stderr)


def stop(text: str, status: int) -> NoReturn:
    """Print a message and end with a status."""
    say(text)
    raise typer.Exit(status)


@contextmanager
def problems(file: Path) -> Iterator[None]:
    """Say what is wrong with a brief, field by field, and stop with the status for it."""
    try:
        yield
    except BriefError as error:
        for field, text in error.problems:
            say(f"{file}: {field}: {text}" if field else f"{file}: {text}")
        missing = isinstance(error, FiguresMissing)
        raise typer.Exit(FAILED if missing else WRONG_INPUT) from None
