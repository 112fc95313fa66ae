"""The command line: `sampler app`, `plan`, `areas`, `topics`.

Standard output holds only the answer, standard error only messages. Status: 0 done, 1 something
failed, 2 the input is wrong, 3 no plan exists, 130 interrupted.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import census
from census.errors import ExtractError
from sampler import answers, figures
from sampler import brief as briefs
from sampler.errors import BriefError, NoPlan, SamplerError
from sampler.words import listed

FAILED, WRONG_INPUT, NO_PLAN, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="sampler",
    help="Plan who a round of user research should hear from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _stop(text: str, status: int) -> NoReturn:
    _say(text)
    raise typer.Exit(status)


@app.command("app")
def run_app(
    port: Annotated[int, typer.Option(help="The port to serve on.")] = 8501,
) -> None:
    """Serve the app on this machine, for this machine only."""
    here = Path(__file__).resolve().parent
    script = next(path for path in (here / "app.py", here.parent / "app.py") if path.exists())
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.address=127.0.0.1", f"--server.port={port}"]
    if os.name == "nt":  # there execv neither quotes arguments nor keeps the prompt waiting
        raise typer.Exit(subprocess.call(command))
    os.execv(sys.executable, command)


@app.command("plan")
def plan(
    file: Annotated[Path, typer.Argument(metavar="BRIEF.toml", help="The round's brief.")],
    as_json: AsJson = False,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="OUT.xlsx", help="Write the sheet here.")
    ] = None,
) -> None:
    """Turn a brief into whole-number quotas."""
    if sheet is not None and (sheet.suffix != ".xlsx" or (sheet.exists() and not sheet.is_file())):
        _stop(f"{sheet}: the sheet is written to a file whose name ends in .xlsx.", WRONG_INPUT)
    try:
        brief = briefs.read_file(file)
        made = figures.plan_of(brief)
    except BriefError as error:
        for field, text in error.problems:
            _say(f"{file}: {field}: {text}" if field else f"{file}: {text}")
        raise typer.Exit(WRONG_INPUT) from None
    except NoPlan as error:
        if as_json:
            print(answers.to_json(answers.conflict(error)))
        _stop(f"{file}: {error}", NO_PLAN)
    if sheet is not None:
        from sampler import handover, sheets

        try:
            sheets.write(sheet, handover.for_plan(made, brief))
        except OSError as error:
            _stop(f"{sheet} cannot be written ({error.strerror}).", FAILED)
        _say(f"Wrote {sheet}.")
    print(answers.to_json(answers.plan(made)) if as_json else answers.plan_text(made))


@app.command("areas")
def areas(
    query: Annotated[str, typer.Argument(help="Part of a name, or a code.")],
    as_json: AsJson = False,
) -> None:
    """Find places by name or code."""
    found = census.find_areas(query)
    if as_json:
        print(answers.to_json([answers.area(one) for one in found]))
    elif found:
        print(answers.areas_text(found))
    else:
        near = census.nearest(query)
        hint = f" Did you mean {listed([one.name for one in near], 'or')}?" if near else ""
        _say(f"No place called {query}.{hint}")


@app.command("topics")
def topics(as_json: AsJson = False) -> None:
    """List the census topics and their groups."""
    print(answers.to_json(answers.topics()) if as_json else answers.topics_text())


def main() -> None:
    """Run the command line with the statuses above."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except (ExtractError, SamplerError) as error:
        _say(str(error))
        code = FAILED
    except typer.Abort:
        code = INTERRUPTED
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _say(f"The answer could not be written ({error.strerror}).")
        code = FAILED
    except Exception as error:
        show = getattr(error, "show", None)
        if show is None:
            raise
        show()
        code = WRONG_INPUT
    sys.exit(code or 0)
