"""Commands over rounds and their people: the same functions as the pages, from a shell.

Databases and spreadsheets are imported when a command needs them, so that the others start fast.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from census.spelling import did_you_mean, key
from sampler import answers, fetching, figures
from sampler import brief as briefs
from sampler.brief import Brief
from sampler.brief_across import SplitBrief
from sampler.errors import NoPlan, NotFound, SamplerError, StoreError
from sampler.handover import london_today
from sampler.people import references
from sampler.shell import (
    FAILED,
    NO_PLAN,
    ROWS_REFUSED,
    WRONG_INPUT,
    AsJson,
    Offline,
    opened,
    problems,
    say,
    stop,
)
from sampler.words import count, listed, people

if TYPE_CHECKING:
    from sampler.model import Plan, Recruiter, Round
    from sampler.reading.incoming import Preview
    from sampler.reading.mapping import Mapping
    from sampler.store import Store

LONGEST_NAME = 80
"""Characters of a recruiter's name."""
RoundId = Annotated[str, typer.Argument(metavar="ROUND", help="The round's id.")]
RecruiterName = Annotated[str, typer.Option("--recruiter", help="The recruiter's name.")]


def add_to(app: typer.Typer) -> None:
    """Give the command line its commands over rounds."""
    app.command("rounds")(rounds)
    app.command("save")(save)
    app.command("sheet")(sheet)
    app.command("import")(import_file)
    app.command("coverage")(coverage_of)
    app.command("erase")(erase)
    app.command("backup")(backup_to)
    app.command("restore")(restore_from)


def _round(store: Store, round_id: str) -> Round:
    try:
        return store.round(round_id)
    except NotFound:
        stop(f"There is no round {round_id}. `sampler rounds` lists them.", WRONG_INPUT)


def _plan(store: Store, one: Round) -> Plan:
    """Return the plan in use; before there is one, the brief's is taken."""
    taken = store.latest_plan(one.id)
    if taken is not None:
        return taken.plan
    with problems(Path(one.title)):
        return store.take_plan(one.id, figures.plan_of(one.brief)).plan


def rounds(as_json: AsJson = False) -> None:
    """List the rounds, newest first."""
    with opened() as store:
        found = store.rounds(archived=True)
    if as_json:
        print(answers.to_json([answers.round_(one) for one in found]))
    for one in [] if as_json else found:
        programme = f"  {one.programme.name}" if one.programme else ""
        print(f"{one.id}  {one.title}  ({one.brief.audience}){programme}")


def save(
    file: Annotated[Path, typer.Argument(metavar="BRIEF.toml", help="The round's brief.")],
    round_id: Annotated[
        str | None, typer.Option("--round", help="Change this round instead of a new one.")
    ] = None,
    offline: Offline = False,
) -> None:
    """Keep a brief as a round and take its quotas into use; prints the round's id last.

    A split by recruiter makes them the round's recruiters, asked for as many people.
    """
    with problems(file):
        brief = briefs.read_file(file)
        for name in (name for split in _by_recruiter(brief) for name in split.people):
            _check_length(name)
        for line in [] if offline else fetching.fetch(brief).sentences:
            say(line)
        try:
            plan = figures.plan_of(brief)
        except NoPlan as error:
            stop(f"{file}: {error}", NO_PLAN)
    with opened() as store:
        with store.at_once():
            if round_id is None:
                one = store.add_round(brief)
            else:
                held = _round(store, round_id)
                one = store.save_round(held.model_copy(update={"brief": brief}))
            store.take_plan(one.id, plan)
            _ask_recruiters(store, one, brief)
        print(one.id)


def _by_recruiter(brief: Brief) -> list[SplitBrief]:
    return [split for split in brief.split if key(split.by) == "recruiter"]


def _check_length(recruiter: str) -> None:
    if len(recruiter) > LONGEST_NAME:
        stop(f"A recruiter's name has at most {LONGEST_NAME} characters.", WRONG_INPUT)


def _ask_recruiters(store: Store, one: Round, brief: Brief) -> None:
    """Make the recruiters of a split the round's, asked for as many people as it says."""
    for split in _by_recruiter(brief):
        for name, wanted in split.people.items():
            reach = dict(split.reach.get(name, {}))
            there = store.add_recruiter(one.id, name, people=wanted, reach=reach)
            asked = there.model_copy(update={"people": wanted, "reach": reach})
            if asked != there:
                store.save_recruiter(one.id, asked)


def _recruiter(store: Store, one: Round, name: str) -> Recruiter:
    there = store.recruiters(one.id)
    found = next((r for r in there if key(r.name) == key(name)), None)
    if found is None:
        hint = did_you_mean(name, [r.name for r in there]) if there else " It has none."
        stop(f"{one.title} has no recruiter called {name}.{hint}", WRONG_INPUT)
    return found


def sheet(
    round_id: RoundId,
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx|OUT.csv", help="Where it goes.")],
    recruiter: RecruiterName = "",
    with_people: Annotated[
        bool, typer.Option(help="With the people already recorded, by reference.")
    ] = True,
) -> None:
    """Write a recruitment sheet: a workbook, or its people as .csv.

    With a recruiter it holds their share of the quotas and their people only.
    """
    from sampler import handover, sheets
    from sampler.people import recruiters
    from sampler.people.recruiting import SHEET_LETTER
    from sampler.people.references import own_name

    if out.suffix not in (".xlsx", ".csv") or (out.exists() and not out.is_file()):
        stop(f"{out}: the sheet goes to a file whose name ends in .xlsx or .csv.", WRONG_INPUT)
    with opened() as store:
        one = _round(store, round_id)
        plan = _plan(store, one)
        taken = store.latest_plan(one.id)
        whose = _recruiter(store, one, recruiter) if recruiter else None
        if whose is not None:
            shares = recruiters.shares(one.brief, plan, store.recruiters(one.id))
            for note in shares.notes:
                say(note)
            if whose.name not in shares.plans:
                stop(f"{whose.name} is asked for nobody in {one.title}.", WRONG_INPUT)
            plan = shares.plans[whose.name]
        named = store.ids(one.id)
        letter = whose.letter if whose else SHEET_LETTER
        made = handover.Sheet(
            plan.model_copy(update={"title": one.title}),
            one.id,
            taken.number if taken else 0,
            one.fieldwork,
            tuple(store.people(one.id)),
            one.counting,
            one.brief.partial_counts,
            with_people,
            datetime.now(UTC),
            recruiter=whose,
            next_number=store.next_number(one.id, letter),
            row_id=lambda reference: named(own_name(reference)),
        )
        try:
            if out.suffix == ".xlsx":
                sheets.write(out, made)
            else:
                out.write_bytes(sheets.people_csv(made).encode("utf-8-sig"))
        except OSError as error:
            stop(f"{out} cannot be written ({error.strerror}).", FAILED)
        held = len(made.theirs) if with_people else 0
        told = f" It holds the answers of {people(held)}; --no-with-people leaves them out."
        say(f"Wrote {out}." + (told if held else ""))


def import_file(
    round_id: RoundId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A filled sheet, or a list.")],
    recruiter: RecruiterName = "",
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE.toml", help="What their columns and words are."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing.")] = False,
    accept_valid: Annotated[
        bool, typer.Option("--accept-valid", help="Take in the good rows though others are not.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take a filled sheet, or a recruiter's own list, into a round.

    Status 2: the file cannot be read, or it is not clear what its columns and words mean. Status
    4: rows were refused, and nothing is stored unless --accept-valid is given.
    """
    from sampler.model import By
    from sampler.reading.incoming import summary

    with opened() as store:
        one = _round(store, round_id)
        plan = _plan(store, one)
        found, read_by = _preview(store, one, plan, file, recruiter, mapping)
        if as_json:
            print(answers.to_json(summary(found)))
        else:
            print(_line(found))
            for bad in found.refused:
                print(f"Row {bad.row}, {bad.column}: {bad.reason}")
        if found.left_out and not as_json:
            say(f"Left out: {listed(found.left_out)}.")
        asked = [row for row in found.rows if row.asks]
        if asked:
            say(
                f"{count(len(asked), 'row')} differ from what was changed here since; what is here "
                "was kept. Read the file in on Participants to choose."
            )
        if found.by_answers:
            say(
                f"{count(len(found.by_answers), 'row')} without a reference were taken for people "
                "already here, because all their answers agree."
            )
        is_bad = bool(found.bad) and not accept_valid
        if dry_run or is_bad:
            raise typer.Exit(ROWS_REFUSED if is_bad else 0)
        store.take_in(one.id, found, By(), mapping=read_by.to_toml() if read_by else None)


def _preview(
    store: Store, one: Round, plan: Plan, file: Path, recruiter: str, mapping: Path | None
) -> tuple[Preview, Mapping | None]:
    """Return what a file would do, and how it was read; stop where that is not clear."""
    from sampler.reading import incoming, matching, read_table
    from sampler.reading.mapping import BadMapping, remembered
    from sampler.reading.mapping import read as read_mapping

    try:
        found = read_table.read_path(file)
        facts = dict(found.facts.get(read_table.FACTS, ()))
        recruiter = _sender(file, incoming.whose(facts, store.recruiters(one.id)), recruiter)
        known: Mapping | None
        if mapping is not None:
            known = read_mapping(mapping.read_text("utf-8-sig"))
            known.check(plan)
        else:
            known = remembered(store.mapping(one.id, recruiter) if recruiter else None)
        proposal = matching.propose(found, plan, known, today=london_today())
        if proposal.is_ours and mapping is None and known is not None:
            proposal = matching.propose(found, plan, today=london_today())
        incoming.check_round(proposal, one)
        if proposal.questions:
            _say_what_is_missing(file, proposal)
        held = store.held(one.id)
        rows = matching.rows(
            proposal.table, proposal.header_row, plan, proposal.mapping, held.people
        )
    except OSError as error:
        stop(f"{error.filename or file} cannot be read ({error.strerror}).", WRONG_INPUT)
    except UnicodeDecodeError:
        stop(f"{mapping} is not a text file in UTF-8.", WRONG_INPUT)
    except StoreError:
        raise
    except BadMapping as error:
        for text in error.problems:
            say(f"{mapping or file}: {text}")
        raise typer.Exit(WRONG_INPUT) from None
    except SamplerError as error:
        stop(f"{file}: {error}", WRONG_INPUT)
    read_by = None if proposal.is_ours else proposal.mapping
    return incoming.preview(held, rows, incoming.reading(proposal, recruiter)), read_by


def _sender(file: Path, made_for: str, recruiter: str) -> str:
    """Return whose file it is: as our own sheet says, else as given."""
    if made_for and recruiter and key(made_for) != key(recruiter):
        stop(f"{file}: This is the sheet of {made_for}, not of {recruiter}.", WRONG_INPUT)
    _check_length(recruiter)
    return made_for or recruiter


def _say_what_is_missing(file: Path, proposal: object) -> None:
    """Say what only the user can say, and stop."""
    from sampler.reading.matching_values import Proposal

    assert isinstance(proposal, Proposal)
    say(f"{file}: it is not clear what some of it means. Say so in a mapping (--mapping):")
    for one in proposal.questions:
        options = ", ".join(option.value for option in one.options[:12])
        say(f"  {one.text} One of: {options}")
    say("What is clear so far:")
    say(proposal.mapping.to_toml())
    raise typer.Exit(WRONG_INPUT)


def _line(found: Preview) -> str:
    return (
        f"{len(found.of('new'))} new, {len(found.of('changed'))} changed, "
        f"{len(found.of('unchanged'))} unchanged, {len({one.row for one in found.refused})} refused"
    )


def coverage_of(round_id: RoundId, as_json: AsJson = False) -> None:
    """Say how far the people of a round fill its quotas."""
    from sampler.people import coverage

    with opened() as store:
        one = _round(store, round_id)
        found = coverage.cover_tally(
            _plan(store, one),
            store.tally(one.id),
            one.counting,
            partial_counts=one.brief.partial_counts,
        )
        if as_json:
            print(answers.to_json(answers.coverage(found)))
            return
        print(coverage.answer_line(found))
        for part in found.characteristics:
            print(f"{part.name}: known for {part.known:,} of {part.counted:,}")
            for row in part.rows:
                wanted = f"{row.low:,} to {row.high:,}" if row.low < row.high else f"{row.high:,}"
                print(f"  {row.group}: {row.counted:,} of {wanted}, {row.state}")


def erase(
    round_id: RoundId,
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="The person's reference.")],
) -> None:
    """Erase everything held about one person, for good."""
    with opened() as store:
        one = _round(store, round_id)
        try:
            person = store.person(one.id, references.spelled(reference))
        except NotFound as error:
            stop(f"{one.title}: {error}", WRONG_INPUT)
        store.erase_person(person.id)
        say("Erased. A dated line without identity stays for six months.")


def backup_to(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.")],
) -> None:
    """Write everything to one file that only you can read. It holds personal data: keep it safe."""
    from sampler.store import backup

    with opened() as store:
        backup.write(store, out, datetime.now(UTC))
    say(f"Wrote {out}. It holds everybody's answers: keep it where the database may be kept.")


def restore_from(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    accept_unerased: Annotated[
        bool,
        typer.Option(
            "--accept-unerased",
            help="Restore though people erased after the backup was made may come back.",
        ),
    ] = False,
) -> None:
    """Fill an empty database from a backup, without the people erased since it was made."""
    from sampler.store import backup

    with opened() as store:
        found = backup.restore(store, file, accept_unerased=accept_unerased)
        erased = f" {people(found.erased)} erased since were left out." if found.erased else ""
        say(f"Restored {count(found.rounds, 'round')} and {people(found.people)}.{erased}")
        if members := len(store.members()):
            say(
                f"{count(members, 'member')} may sign in, as on the day of the backup. Remove "
                "those who left since."
            )
        if accept_unerased:
            say("People erased after this backup was made may be back. Erase them again now.")
