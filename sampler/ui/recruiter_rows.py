"""The recruiters of a round on a page, a row each, and whether enough is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import streamlit as st

from sampler import handover, sheets
from sampler.model import Participant, Plan, Recruiter, Round
from sampler.people.tally import Tally
from sampler.people.turnout import CHANCE
from sampler.ui import recruiter_dialog, recruiter_facts, recruiter_sheets, recruiter_words, show
from sampler.ui.person_dialog import WAY_WORDS
from sampler.ui.recruiter_facts import Facts
from sampler.ui.recruiter_sheets import Sheets
from sampler.words import listed

MOST_NAMES = 4


def draw(
    held: Round,
    plan: Plan,
    facts: Facts | None,
    made: Sheets,
    counted: Tally,
    everyone: Sequence[Participant],
) -> None:
    """Draw every recruiter, the totals, and the way to add one.

    `everyone` is empty where too many people are recorded to be read: they are only counted.
    """
    is_read = counted.total == len(everyone)
    st.header("Recruiters", anchor=False)
    there = facts.recruiters if facts else ()
    if facts is None:
        st.html(
            show.hint(
                "Does more than one agency, partner or panel find people? Add each one: they get "
                "a sheet of their own with their part of the quotas and nobody else's people."
            )
        )
    else:
        progress = facts.progress(held, everyone) if is_read else facts.found(held, counted)
        for one, done, record in zip(facts.recruiters, progress, facts.records, strict=True):
            with st.container(key=f"recruiter_row_{one.id}"):
                words, acts = st.columns([10, 9], vertical_alignment="center")
                way = WAY_WORDS[one.way]
                words.html(recruiter_words.recruiter_row(one, way, done, record, plan))
                with acts, st.container(horizontal=True, horizontal_alignment="right"):
                    _acts(held, plan, made, everyone if is_read else None, one)
        _totals(held, plan, facts)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Add a recruiter", icon=":material/add:", key="recruiter_add"):
            recruiter_dialog.add(held, plan, there)
        strangers = recruiter_facts.strangers(counted, there)
        if strangers:
            named = strangers[:MOST_NAMES]
            if len(strangers) > MOST_NAMES:
                named.append(f"{len(strangers) - MOST_NAMES} more")
            st.html(
                show.hint(f"People here were found by {listed(named)}: add them by that name."),
                width="content",
            )


def _acts(
    held: Round,
    plan: Plan,
    made: Sheets,
    everyone: Sequence[Participant] | None,
    one: Recruiter,
) -> None:
    """Draw what can be done with one recruiter; without the people there is no e-mail to copy."""
    sheet = made.of(one, everyone or ())
    st.download_button(
        "Download",
        made.download(one, sheets.workbook),
        file_name=f"{sheet.file_name}.xlsx",
        mime=recruiter_sheets.XLSX,
        icon=":material/download:",
        help=show.plain(f"The sheet of {one.name} (.xlsx)"),
        on_click="ignore",
        key=f"recruiter_download_{one.id}",
    )
    if everyone is not None:
        with st.popover("Copy as an e-mail", key=f"recruiter_mail_{one.id}"):
            st.code(handover.short_form(sheet), language=None, wrap_lines=True)
    if st.button(
        "Change",
        type="tertiary",
        help=show.plain(f"Change {one.name}"),
        key=f"recruiter_change_{one.id}",
    ):
        recruiter_dialog.change(held, plan, one)


def _totals(held: Round, plan: Plan, facts: Facts) -> None:
    """Say whether enough is asked for, what it costs, and how the quotas were shared out."""
    chance = CHANCE if held.brief.chance is None else Fraction(held.brief.chance)
    said = recruiter_words.asked_words(plan, facts.records, chance)
    cost = recruiter_words.cost_words(held.fieldwork.incentive, facts.records)
    st.html(recruiter_words.totals(said[0], " ".join(filter(None, [*said[1:], cost]))))
    st.html(show.muted(recruiter_words.shared_words(facts.shares)))
