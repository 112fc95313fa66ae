"""The command line: figures and plans here, rounds with their people in `cli_rounds`.

Standard output holds only the answer, standard error only messages. Status: 0 done, 1 something
failed, 2 the input is wrong, 3 no plan exists, 4 rows of a file refused, 130 interrupted.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import census
from census import online, own_files, own_text
from census.errors import BadFile, CensusError
from sampler import answers, batch, cli_programme, cli_rounds, fetching, figures, repairs, sizes
from sampler import brief as briefs
from sampler.brief import Brief
from sampler.errors import NoPlan, SamplerError
from sampler.seats import seating
from sampler.shell import (
    FAILED,
    INTERRUPTED,
    NO_PLAN,
    WRONG_INPUT,
    AsJson,
    Offline,
    problems,
    say,
    stop,
)
from sampler.words import listed

app = typer.Typer(
    name="sampler",
    help="Plan who a round of user research should hear from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

LOOPBACK = "127.0.0.1"
LowestAge = Annotated[int, typer.Option("--lowest-age", min=0, max=90, help="The lowest age.")]
HighestAge = Annotated[
    int | None, typer.Option("--highest-age", min=0, max=89, help="The highest age.")
]


@app.command("app")
def run_app(
    port: Annotated[int, typer.Option(help="The port to serve on.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Another address to serve on; it needs sign-in.")
    ] = LOOPBACK,
) -> None:
    """Serve the app on this machine, for this machine only unless sign-in is configured."""
    if address != LOOPBACK:
        from sampler.ui import sign_in

        if why := sign_in.why_not_on(address):
            stop(f"{address}: {why}", WRONG_INPUT)
    here = Path(__file__).resolve().parent
    script = next(path for path in (here / "app.py", here.parent / "app.py") if path.exists())
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [f"--server.address={address}", f"--server.port={port}"]
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
    offline: Offline = False,
    repair: Annotated[
        int | None, typer.Option(min=1, help="Plan with this repair of rules that cannot hold.")
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="OUT.toml", help="Write the brief planned.")
    ] = None,
) -> None:
    """Turn a brief into whole-number quotas.

    Figures not kept with the app, or only as approximate ones, are asked of the census service.
    """
    if sheet is not None and (sheet.suffix != ".xlsx" or (sheet.exists() and not sheet.is_file())):
        stop(f"{sheet}: the sheet is written to a file whose name ends in .xlsx.", WRONG_INPUT)
    with problems(file):
        brief = briefs.read_file(file)
        said = [] if offline else fetching.fetch(brief).sentences
        for line in said:
            say(line)
        try:
            if repair is not None:
                brief = _repaired(brief, repair)
            made, seats = figures.plan_of(brief), seating.of(brief)
        except NoPlan as error:
            found = figures.repairs_of(brief)
            if as_json:
                print(answers.to_json(answers.conflict(error, found)))
            say(f"{file}: {error}")
            for number, one in enumerate(found, 1):
                say(f"  --repair {number}: {one.words()}.")
            raise typer.Exit(NO_PLAN) from None
    if write is not None:
        _write(write, brief)
    if sheet is not None:
        from sampler import handover, sheets

        try:
            sheets.write(sheet, handover.for_plan(made, brief))
        except OSError as error:
            stop(f"{sheet} cannot be written ({error.strerror}).", FAILED)
        say(f"Wrote {sheet}.")
    print(answers.to_json(answers.plan(made, seats, said)) if as_json else answers.plan_text(made))


def _repaired(brief: Brief, number: int) -> Brief:
    """Return a brief with one of its repairs, counted from 1."""
    found = figures.repairs_of(brief)
    if not 1 <= number <= len(found):
        there = f"It has {len(found)}" if found else "It has none"
        stop(f"There is no repair {number} of this brief. {there}.", WRONG_INPUT)
    return repairs.apply(brief, found[number - 1])


def _write(path: Path, brief: Brief) -> None:
    try:
        path.write_text(brief.to_toml(), "utf-8")
    except OSError as error:
        stop(f"{path} cannot be written ({error.strerror}).", FAILED)
    say(f"Wrote {path}.")


@app.command("sizes")
def sizes_of(
    file: Annotated[Path, typer.Argument(metavar="BRIEF.toml", help="The round's brief.")],
    as_json: AsJson = False,
    most: Annotated[int, typer.Option(min=1, max=2_000, help="The most people to try.")] = 60,
) -> None:
    """Say what each number of people would give: who has no seat, and how far the shares are."""
    with problems(file):
        brief = briefs.read_file(file)
        looked_up = figures.look_up(brief)
        table = sizes.table(brief, looked_up, most)
        if as_json:
            print(answers.to_json(sizes.sizes_answer(table)))
        else:
            waiting = sizes.waiting(brief, looked_up)
            print(sizes.sizes_text(table, waiting, brief.people_wanted))


@app.command("batch")
def batch_of(
    file: Annotated[Path, typer.Argument(metavar="BRIEF.toml", help="The brief of every area.")],
    areas: Annotated[
        list[str],
        typer.Option("--areas", help="'all' local authorities, or codes, with commas or repeated."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where CODE.json files go.")],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; left out: one a core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="The address of a Dask scheduler, to plan on its workers.")
    ] = None,
) -> None:
    """Plan one brief for many areas; what is there already is not planned again."""
    with problems(file):
        brief = briefs.read_file(file)
        named = [code.strip() for one in areas for code in one.split(",") if code.strip()]
        codes = batch.local_authorities() if named == ["all"] else named
        with typer.progressbar(length=len(codes), label="Areas", file=sys.stderr) as bar:
            done = batch.run(
                brief,
                codes,
                out,
                workers=workers,
                scheduler=scheduler,
                progress=lambda finished, _: bar.update(finished - bar.pos),
            )
    for code, why in done.failed:
        say(f"{code}: {why}")
    say(f"{done.planned:,} of {len(codes):,} areas planned, in {out}.")
    if done.failed:
        raise typer.Exit(FAILED)


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
        say(f"No place called {query}.{hint}")


@app.command("topics")
def topics(as_json: AsJson = False) -> None:
    """List the census topics and their groups."""
    print(answers.to_json(answers.topics()) if as_json else answers.topics_text())


@app.command("census")
def figures_of_places(
    areas: Annotated[list[str], typer.Argument(metavar="AREA...", help="Names or codes.")],
    topics: Annotated[
        list[str],
        typer.Option(
            "--topic",
            metavar="TOPIC[:GROUPING]",
            help="One for its groups; two to four for how they combine.",
        ),
    ],
    as_json: AsJson = False,
    offline: Offline = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Read the figures from the service again.")
    ] = False,
    lowest_age: LowestAge = 16,
    highest_age: HighestAge = None,
) -> None:
    """Print who lives in a place, or how several topics combine there."""
    if offline and refresh:
        stop("--offline asks no service and --refresh asks it again: leave one out.", WRONG_INPUT)
    if highest_age is not None and highest_age < lowest_age:
        stop(f"The highest age, {highest_age}, is below the lowest, {lowest_age}.", WRONG_INPUT)
    ages = census.Ages(lowest_age, highest_age)
    asks = not offline
    try:
        places = [(online.area if asks else census.area)(asked) for asked in areas]
        census.check_apart(places)
        wishes = fetching.wishes_of(topics)
    except CensusError as error:
        stop(str(error), WRONG_INPUT)
    if len(wishes) == 1:
        found, said = fetching.distribution(wishes[0], places, ages, asks=asks, anew=refresh)
        shown = answers.distribution if as_json else answers.distribution_text
        answer = shown(found, places, said)
    else:
        joint, said = fetching.joint(wishes, places, ages, asks=asks, anew=refresh)
        shown_joint = answers.joint if as_json else answers.joint_text
        answer = shown_joint(joint, places, said)
    print(answers.to_json(answer) if as_json else answer)


@app.command("read")
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A census file of your own.")],
    areas: Annotated[
        list[str] | None, typer.Option("--area", help="A place in the file, by name or code.")
    ] = None,
    part: Annotated[
        str | None, typer.Option("--by", help="Which of several things it is divided by.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read census figures of your own, and print what was understood."""
    try:
        with file.open("rb") as opened:
            body = opened.read(own_text.MOST_BYTES + 1)
        found = own_files.read(body, file.name)
        answer = answers.own_file(found, areas or [], part)
    except OSError as error:
        stop(f"{file} cannot be read ({error.strerror}).", WRONG_INPUT)
    except BadFile as error:
        stop(f"{file}: {error}", WRONG_INPUT)
    print(answers.to_json(answer) if as_json else answers.own_file_text(answer))


cli_rounds.add_to(app)
cli_programme.add_to(app)


def main() -> None:
    """Run the command line with the statuses above."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except (CensusError, SamplerError) as error:
        say(str(error))
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
        say(f"The answer could not be written ({error.strerror}).")
        code = FAILED
    except Exception as error:
        show = getattr(error, "show", None)
        if show is None:
            raise
        show()
        code = WRONG_INPUT
    sys.exit(code or 0)
