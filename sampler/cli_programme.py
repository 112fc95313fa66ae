"""Commands over programmes: who has been heard from, exactly and as it may be shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from census.spelling import key
from sampler import answers
from sampler.handover import london_today
from sampler.programmes import programme
from sampler.shell import FAILED, WRONG_INPUT, AsJson, opened, say, stop
from sampler.words import listed

if TYPE_CHECKING:
    from sampler.brief import Audience
    from sampler.model import Programme
    from sampler.programmes.published import Publication
    from sampler.store import Store

ProgrammeId = Annotated[str, typer.Argument(metavar="ID", help="The programme's id.")]


def add_to(app: typer.Typer) -> None:
    """Give the command line its commands over programmes."""
    app.command("programme")(programme_of)
    app.command("report")(report_of)


def programme_of(
    programme_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="A programme's id; left out: all of them.")
    ] = None,
    as_json: AsJson = False,
    shared: Annotated[
        bool, typer.Option("--shared", help="What may be shown: the last snapshot.")
    ] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="With --shared: take a new snapshot first.")
    ] = False,
) -> None:
    """Say who a programme has heard from: exact counts, not for showing.

    With --shared it prints the last snapshot of what may be shown, and takes the first one where
    there is none; --publish takes another, and ends with 1 where none may be taken yet.
    """
    with opened() as store:
        if publish and not shared:
            stop("--publish goes with --shared.", WRONG_INPUT)
        if shared:
            if programme_id is None:
                stop("Name a programme: `sampler programme` lists them.", WRONG_INPUT)
            one = _named(store, programme_id)
            before = len(store.snapshots(one.id))
            _print_shared(_published(store, one, anew=publish), as_json=as_json)
            if publish and len(store.snapshots(one.id)) == before:
                raise typer.Exit(FAILED)
            return
        chosen = [_named(store, programme_id)] if programme_id else store.programmes()
        rounds = {one.id: store.heard(one.id) for one in chosen}
        if as_json:
            views = [view for some in rounds.values() for view in programme.view(some)]
            print(answers.to_json(answers.programme(views)))
            return
        for one in chosen:
            print(f"{one.id}  {one.name}")
            print(answers.programme_text(programme.view(rounds[one.id])))


def _named(store: Store, programme_id: str) -> Programme:
    found = next((one for one in store.programmes() if one.id == programme_id), None)
    if found is None:
        stop(f"There is no programme {programme_id}. `sampler programme` lists them.", WRONG_INPUT)
    return found


def _published(
    store: Store, one: Programme, *, anew: bool = False, only: Audience | None = None
) -> list[Publication]:
    """Return the last snapshot of each audience, or take one: where there is none, or anew.

    With `only` that is of one audience, and nothing is published of the others.
    """
    from sampler.programmes import shared

    there = {each.round.brief.audience for each in store.heard(one.id)}
    found = []
    for audience, words in programme.AUDIENCE_WORDS.items():
        if only not in (None, audience):
            continue
        kept = store.snapshots(one.id, audience)[:1]
        if audience in there and (anew or not kept):
            try:
                kept = [store.publish(one.id, audience, london_today())]
                say(f"{words}: published today. The next snapshot needs at least 5 more people.")
            except shared.NotYet as error:
                say(f"{words}: {error}")
        found += [shared.read(snapshot.publication) for snapshot in kept]
    if not found:
        say(f"Nothing of {one.name} can be shown yet.")
    return found


def _print_shared(found: list[Publication], *, as_json: bool) -> None:
    from sampler.programmes import shared

    if as_json:
        print(answers.to_json([shared.to_value(one) for one in found]))
    else:
        print("\n\n".join(shared.text(one) for one in found))


def report_of(
    programme_id: ProgrammeId,
    out: Annotated[Path, typer.Argument(metavar="OUT.docx", help="The page to write.")],
    by_whom: Annotated[str, typer.Option("--by", help="Who recruited them.")] = "",
    why: Annotated[str, typer.Option("--why", help="Why some are not yet heard from.")] = "",
    what_next: Annotated[str, typer.Option("--next", help="What comes next.")] = "",
    audience: Annotated[
        str | None, typer.Option("--audience", help="Citizens, service users, staff, businesses.")
    ] = None,
) -> None:
    """Write who we heard from as one page to hand over, from the last snapshot.

    A page is of one audience: the one asked for, or the first that has a snapshot.
    """
    from sampler.programmes import report

    if out.suffix != ".docx" or (out.exists() and not out.is_file()):
        stop(f"{out}: the page goes to a file whose name ends in .docx.", WRONG_INPUT)
    with opened() as store:
        one = _named(store, programme_id)
        found = _published(store, one, only=None if audience is None else _audience(audience))
        if not found:
            raise typer.Exit(FAILED)
        chosen = found[0]
        facts = report.facts_of(
            one.name,
            chosen,
            by_whom=by_whom,
            why=why,
            what_next=what_next,
        )
        try:
            out.write_bytes(report.docx(facts))
        except OSError as error:
            stop(f"{out} cannot be written ({error.strerror}).", FAILED)
        others = [programme.AUDIENCE_WORDS[o.audience].lower() for o in found if o is not chosen]
        more = f" --audience writes {listed(others, 'or')}." if others else ""
        say(f"Wrote {out}, of {programme.AUDIENCE_WORDS[chosen.audience].lower()}.{more}")


def _audience(asked: str) -> Audience:
    """Return an audience named as on the page or as in a brief."""
    for audience, words in programme.AUDIENCE_WORDS.items():
        if key(asked) in (key(audience), key(words)):
            return audience
    there = listed([words.lower() for words in programme.AUDIENCE_WORDS.values()], "or")
    stop(f"There is no audience {asked}: choose {there}.", WRONG_INPUT)
