"""Splitting a round up over recruiters, sites, dates or channels, on Seats."""

from __future__ import annotations

from html import escape

import streamlit as st

from census import own_files
from census.errors import BadFile
from sampler.brief import Brief
from sampler.errors import BriefError
from sampler.model import Plan, Round
from sampler.seats.seating import Seating
from sampler.ui import show, state


def draw(held: Round, plan: Plan, found: Seating) -> None:
    """Draw the quotas of each part, or the form that splits the round up."""
    brief = held.brief
    with st.expander("Split the round up", expanded=bool(brief.split), key="seats_split"):
        if found.by_part is not None:
            st.html(by_part(plan, found))
            st.html(
                show.muted("Both totals are exact: each part's people, and each group's quota.")
            )
            if st.button("Take the split out", key="seats_split_out", type="tertiary"):
                state.save_brief(held, lambda b: b.changed(split=[]))
                st.rerun()
            return
        with st.form("seats_split_form", border=False):
            by = st.text_input("Over what", placeholder="Channel, site, date, recruiter ...")
            parts = st.text_area(
                "Each part and its people", placeholder="In person, 4\nVideo, 6", height=100
            )
            if st.form_submit_button("Split"):
                _save(held, by, parts)


def _save(held: Round, by: str, parts: str) -> None:
    def change(brief: Brief) -> Brief:
        people = own_files.read(parts.encode()).people()
        return brief.changed(split=[{"by": by.strip() or "Part", "people": people}])

    try:
        changed = change(held.brief)
    except BadFile:
        text = "Write each part and its people on a line of its own, such as: In person, 4"
        st.html(show.note("The round was not split", text, kind="bad"))
        return
    except BriefError as error:
        text = " ".join(text for _, text in error.problems)
        st.html(show.note("The round was not split", text, kind="bad"))
        return
    if state.save_brief(held, lambda _: changed):
        st.rerun()


def by_part(plan: Plan, found: Seating) -> str:
    """Draw the quota of each group in each part."""
    parts = found.groups[-1]
    heads = [("Group", ""), *((name, "n") for name in parts), ("Quota", "n")]
    rows = []
    for part in plan.characteristics:
        for quota in part.quotas:
            people = (found.by_part or {})[part.name][quota.group]
            if quota.target:
                name = f"{part.name}: {show.label(part, quota.group)}"
                numbers = [f"{people[one]:,}" for one in parts]
                rows.append([escape(name), *numbers, f"<b>{quota.target:,}</b>"])
    return show.table(f"Quotas by {found.names[-1]}", heads, rows)
