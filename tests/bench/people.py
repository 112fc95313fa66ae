"""People taken in from a file, counted, looked ahead and offered places, on SQLite."""

from __future__ import annotations

import io
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from streamlit.testing.v1 import AppTest

from sampler import figures
from sampler.model import Answer, Participant, Plan, Stage
from sampler.people import coverage, outlook, replacing
from sampler.reading import incoming, matching, read_table
from sampler.reading.incoming import Preview, PreviewRow
from sampler.store import Store
from tests.bench.timing import say, times
from tests.browser.driving import ROOT
from tests.builders import a_brief

TODAY = date(2026, 11, 22)
MANY, CROWD, FEW = 10_000, 100_000, 40
AT_ONCE = 10_000
RUNS = 3
STAGES: tuple[Stage, ...] = (
    "attended", "confirmed", "offered", "screened_in", "interested", "no_show",
)  # fmt: skip


def answers_of(plan: Plan, number: int) -> dict[str, str]:
    """Return a group of every characteristic, another for most people."""
    return {
        part.name: part.groups[(number * step) % len(part.groups)]
        for step, part in enumerate(plan.characteristics, 3)
    }


def somebody(plan: Plan, number: int) -> Participant:
    """Return one of many people."""
    answers = {
        name: Answer(kind="group", text=text) for name, text in answers_of(plan, number).items()
    }
    stage, reserve = STAGES[number % len(STAGES)], number % 11 == 0
    return Participant(id="", reference="", answers=answers, stage=stage, reserve=reserve)


def list_of(plan: Plan, people: int) -> bytes:
    """Return a workbook of so many people in our words."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        tab = book.add_worksheet("People")
        names = [part.name for part in plan.characteristics]
        tab.write_row(0, 0, ["Reference", "Stage", *names, "Notes"])
        for row in range(1, people + 1):
            said = answers_of(plan, row)
            cells = [said[name] for name in names]
            tab.write_row(row, 0, [f"Q{row:05d}", "Confirmed", *cells, f"Morning {row}"])
    return out.getvalue()


def taking_in(folder: Path) -> None:
    """Measure a file of ten thousand people: read, matched, sorted out and stored."""
    store = Store(f"sqlite:///{folder / 'many.sqlite3'}")
    plan = figures.plan_of(a_brief())
    body = list_of(plan, MANY)

    def opened() -> None:
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True)
        for _ in book["People"].iter_rows(values_only=True):
            pass
        book.close()

    beside = times(opened, RUNS)
    say(f"openpyxl alone opens a workbook of {MANY:,} people", beside)

    def looked_at(round_id: str) -> Preview:
        proposal = matching.propose(read_table.read(body), plan, today=TODAY)
        held = store.held(round_id)
        rows = matching.rows(
            proposal.table, proposal.header_row, plan, proposal.mapping, held.people
        )
        return incoming.preview(held, rows, incoming.reading(proposal, ""))

    rounds: list[str] = []

    def taken() -> None:
        rounds.append(store.add_round(a_brief()).id)
        found = looked_at(rounds[-1])
        assert len(found.of("new")) == MANY
        store.take_in(rounds[-1], found)

    say(f"{MANY:,} people read, matched, previewed and stored", times(taken, RUNS), beside)

    def again() -> None:
        found = looked_at(rounds[-1])
        assert len(found.of("unchanged")) == MANY
        store.take_in(rounds[-1], found)

    say("the same file again: nobody new, nothing stored", times(again, RUNS), beside)
    store.close()


def counting(folder: Path) -> None:
    """Measure the coverage of a hundred thousand people, from what is stored to the gaps."""
    store = Store(f"sqlite:///{folder / 'crowd.sqlite3'}")
    brief = a_brief()
    plan = figures.plan_of(brief)
    round_id = store.add_round(brief).id
    for start in range(0, CROWD, AT_ONCE):
        some = [somebody(plan, number) for number in range(start, start + AT_ONCE)]
        store.take_in(
            round_id, Preview(tuple(PreviewRow(n, "new", one) for n, one in enumerate(some)))
        )

    def covered() -> None:
        found = coverage.cover_tally(
            plan, store.tally(round_id), brief.count, partial_counts=brief.partial_counts
        )
        assert found.characteristics[0].counted

    def nothing() -> None:
        store.round(round_id)

    say(
        f"coverage of {CROWD:,} people, by tally",
        times(covered),
        times(nothing),
    )
    store.close()


def looking_ahead(folder: Path) -> None:
    """Measure whether the mix can still be met with forty people, and who fits a place."""
    store = Store(f"sqlite:///{folder / 'few.sqlite3'}")
    brief = a_brief(people_wanted=FEW)
    plan = figures.plan_of(brief)
    held = store.add_round(brief)
    everyone = store.add_people(held.id, [somebody(plan, number) for number in range(FEW)])

    acts: dict[str, Any] = {
        "outlook": lambda: outlook.of(held, plan, everyone),
        "next profiles": lambda: outlook.next_profiles(held, plan, everyone),
        "candidates": lambda: replacing.candidates(
            plan, everyone, brief.count, partial_counts=False
        ),
        "a group of five proposed": lambda: replacing.propose(plan, everyone, partial_counts=False),
    }
    beside = times(
        lambda: coverage.cover(plan, everyone, brief.count, partial_counts=brief.partial_counts)
    )
    say(f"coverage of {FEW} people", beside)
    for name, act in acts.items():
        say(f"{name}, {FEW} people", times(act, 10), beside)
    store.close()


def adding_up(folder: Path) -> None:
    """Measure the Programme page of 200 rounds and 20,000 people beside a trivial page."""
    url = f"sqlite:///{folder / 'programme.sqlite3'}"
    store = Store(url)
    brief = a_brief(programme="Large", people_wanted=100)
    plan = figures.plan_of(brief)
    for number in range(200):
        made = store.add_round(brief.model_copy(update={"title": f"Round {number + 1}"}))
        store.take_plan(made.id, plan)
        store.add_people(made.id, [somebody(plan, n) for n in range(100)])
    store.close()
    os.environ["SAMPLER_DATABASE_URL"] = url
    try:
        page = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
        page.switch_page(ROOT / "sampler/ui/pages/programme.py").run()
        trivial = AppTest.from_string("import streamlit as st; st.title('x')").run()
        beside = times(trivial.run, 10)
        say("a trivial page rerun, without a browser", beside)
        say("Programme of 200 rounds and 20,000 people", times(page.run, 10), beside)
    finally:
        del os.environ["SAMPLER_DATABASE_URL"]


def main() -> None:
    """Measure everything in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        before = os.environ.get("XDG_DATA_HOME")
        os.environ["XDG_DATA_HOME"] = name
        try:
            taking_in(Path(name))
            counting(Path(name))
            looking_ahead(Path(name))
            adding_up(Path(name))
        finally:
            if before is None:
                del os.environ["XDG_DATA_HOME"]
            else:
                os.environ["XDG_DATA_HOME"] = before


if __name__ == "__main__":
    main()
