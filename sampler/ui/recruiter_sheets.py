"""The recruitment sheets of a round: everybody's, or one recruiter's own; shown and downloaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import streamlit as st

from sampler import handover, sheets
from sampler.handover import Sheet
from sampler.model import NumberedPlan, Participant, Recruiter, Round
from sampler.people.recruiting import SHEET_LETTER
from sampler.people.references import own_name
from sampler.people.tracking import answer_words
from sampler.screener import question
from sampler.sheet_people import references
from sampler.store import Store
from sampler.ui import show, state
from sampler.ui.recruiter_facts import Facts

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BLANK, MOST_PEOPLE = 3, 50
"""Rows of the People page that are shown."""


class Sheets:
    """Makes the sheets of a round; what is downloaded is looked up when it is asked for."""

    def __init__(
        self, held: Round, taken: NumberedPlan, facts: Facts | None, *, with_people: bool
    ) -> None:
        self.held, self.taken, self.facts, self.with_people = held, taken, facts, with_people
        self.store: Store = state.store()

    def of(self, recruiter: Recruiter | None, everyone: Sequence[Participant]) -> Sheet:
        """Return the sheet of a recruiter, or of the whole round."""
        plan = self.taken.plan
        if recruiter is not None and self.facts is not None:
            plan = self.facts.shares.plans[recruiter.name]
        letter = (recruiter.letter if recruiter else "") or SHEET_LETTER
        return Sheet(
            plan.model_copy(update={"title": self.held.title}),
            self.held.id,
            self.taken.number,
            self.held.fieldwork,
            tuple(everyone),
            self.held.brief.count,
            self.held.brief.partial_counts,
            self.with_people,
            datetime.now(UTC),
            recruiter,
            self.store.next_number(self.held.id, letter),
        )

    def download(
        self, recruiter: Recruiter | None, write: Callable[[Sheet], bytes]
    ) -> Callable[[], bytes]:
        """Return what writes a file of a sheet as things stand when it is asked for."""

        def made() -> bytes:
            ids = self.store.ids(self.held.id)
            sheet = self.of(recruiter, self.store.people(self.held.id))
            return write(replace(sheet, row_id=lambda called: ids(own_name(called))))

        return made


def quotas_csv(sheet: Sheet) -> bytes:
    """Return the quotas as a .csv file a spreadsheet opens."""
    return sheets.quotas_csv(sheet).encode("utf-8-sig")


def people_csv(sheet: Sheet) -> bytes:
    """Return the People page as a .csv file a spreadsheet opens."""
    return sheets.people_csv(sheet).encode("utf-8-sig")


def downloads(made: Sheets, sheet: Sheet) -> None:
    """Draw the buttons that download a sheet."""
    one = sheet.recruiter
    whose = one.id if one else "all"
    with st.container(horizontal=True):
        st.download_button(
            "Download the sheet (.xlsx)",
            made.download(one, sheets.workbook),
            file_name=f"{sheet.file_name}.xlsx",
            mime=XLSX,
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key=f"sheet_xlsx_{whose}",
        )
        for label, write, name in (
            ("Quotas only (.csv)", quotas_csv, "quotas"),
            ("People as .csv", people_csv, "people"),
        ):
            st.download_button(
                label,
                made.download(one, write),
                file_name=f"{sheet.file_name}-{name}.csv",
                mime="text/csv",
                on_click="ignore",
                key=f"sheet_{name}_{whose}",
            )


def preview(sheet: Sheet, *, is_counted: bool) -> None:
    """Draw the pages of the workbook, and the short form, as the recruiter gets them.

    Unless the people are counted in it there is no short form, which says how many are missing.
    """
    plan = sheet.plan
    brief, quotas, people, screener, sources, short = st.tabs(
        ["1 Brief", "2 Quotas", "3 People", "4 Screener", "5 Sources", "As an e-mail"],
        key="sheet_tabs",
    )
    with brief:
        st.html(show.sheet_preview("Brief", [], handover.brief_rows(sheet)))
    with quotas:
        heads = ["Characteristic", "Group", "Wanted", "Range", "Filled", "Missing"]
        st.html(show.sheet_preview("Quotas", heads, _quota_rows(sheet)))
        st.html(
            show.muted(
                "In the workbook Filled and Missing are formulas: they change as the recruiter "
                "fills in the People page."
            )
        )
    with people:
        names = [part.name for part in plan.characteristics]
        theirs = sheet.theirs if sheet.with_people else ()
        rows = [
            [p.reference, *(answer_words(p.answer(name)) for name in names)]
            for p in theirs[:MOST_PEOPLE]
        ]
        blank = [[called, *("" for _ in names)] for called in islice(references(sheet), MOST_BLANK)]
        st.html(show.sheet_preview("People", ["Reference", *names], [*rows, *blank]))
        more = f"{len(theirs) - MOST_PEOPLE:,} more are not shown here. "
        st.html(
            show.muted(
                (more if len(theirs) > MOST_PEOPLE else "")
                + "Each cell offers the groups and stages as a list to choose from."
            )
        )
    with screener:
        asked = [question(part) for part in plan.characteristics]
        st.html(
            show.sheet_preview(
                "Screener",
                ["Question", "Answer", "Counts as"],
                [[one.text, answer, counts] for one in asked for answer, counts in one.answers],
            )
        )
    with sources:
        st.html(show.sheet_preview("Sources", [], handover.source_rows(sheet)))
        for text in handover.caveats(plan):
            st.html(show.hint(text))
    with short:
        if is_counted:
            st.html(show.muted("Half a page to paste into an e-mail to a community partner."))
            st.code(handover.short_form(sheet), language=None, wrap_lines=True)
        else:
            st.html(show.hint("Too many people are recorded to say here who is missing."))


def _quota_rows(sheet: Sheet) -> list[list[str | int]]:
    covered = sheet.coverage()
    return [
        [
            part.name,
            quota.group,
            quota.target,
            handover.range_words(quota.low, quota.high, sheet.plan.people_wanted),
            row.counted,
            row.gap,
        ]
        for part, found in zip(sheet.plan.characteristics, covered.characteristics, strict=True)
        for quota, row in zip(part.quotas, found.rows, strict=False)
        if quota.target or row.counted
    ]
