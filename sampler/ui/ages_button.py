"""Counting only people of the round's ages, on Mix: one button beside a characteristic."""

from __future__ import annotations

import streamlit as st

from census.online import Fetched
from sampler import fetching, figures
from sampler.brief import Brief
from sampler.model import PlannedCharacteristic, Round
from sampler.ui import asking, show, state


def draw(held: Round, index: int, part: PlannedCharacteristic) -> None:
    """Offer to read the shares of the round's ages, or to go back to the table's own."""
    brief = held.brief
    ages = figures.ages_of(brief).words()
    asked = brief.characteristic[index].round_ages

    def change(b: Brief) -> Brief:
        return b.with_characteristic(index, round_ages=not asked)

    if asked:
        base = part.source.base if part.source else ""
        if part.leaning:
            st.html(show.muted(f"The shares of {ages} were not read: these count {base}."))
            if st.button(f"Ask again for {ages}", key=f"mix_ages_again_{index}", type="tertiary"):
                _read(held, brief, index)
                st.rerun()
        if st.button("Use the published table again", key=f"mix_ages_{index}", type="tertiary"):
            state.save_brief(held, change)
            st.rerun()
    elif st.button(
        f"Count {ages} only",
        key=f"mix_ages_{index}",
        type="tertiary",
        help="Asks the census service, once.",
    ):
        changed = change(brief)
        if _read(held, changed, index):
            state.save_brief(held, change)
        st.rerun()


def _read(held: Round, brief: Brief, index: int) -> bool:
    def ask(progress: fetching.Progress) -> Fetched:
        return fetching.among_ages(brief, index, progress=progress)

    return asking.run(held, ask)
