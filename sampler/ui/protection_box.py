"""What the Data protection page explains, and how everybody is erased from it."""

from __future__ import annotations

from html import escape

import streamlit as st

from sampler.model import Round
from sampler.ui import saving, show, state
from sampler.ui.show import box
from sampler.words import people

ERASING = (
    (
        "What goes",
        "Reference, answers, stage, notes, dates and the history of every change: from the "
        "database, from what it leaves behind on the disk, and from copies kept before an upgrade.",
    ),
    (
        "What stays",
        "When everybody is erased: how many people were heard in each group, and the day. The "
        "round, its quotas and its recruiters.",
    ),
    (
        "The line kept",
        "For six months one line stays for each person erased: the round, an internal id and the "
        "day, in a file outside the database. It says nothing of anybody.",
    ),
    (
        "Backups",
        "A backup made earlier still holds whoever was erased since. When it is restored, the "
        "lines kept erase them again before anybody can read it. A backup older than the oldest "
        "line is refused.",
    ),
    (
        "Sheets sent out",
        "Recruiters still have the sheets they sent and got. Ask them to delete these.",
    ),
)


def _facts(facts: tuple[tuple[str, str], ...]) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
    return box(f'<dl class="sp-facts">{rows}</dl>')


def what_erasing_does() -> str:
    """Say what erasing removes, what stays, and for how long."""
    return _facts(ERASING)


def who_can_see(*, is_file: bool, signs_in: bool = False) -> str:
    """Say who can read what is kept, by where it is kept."""
    where = (
        "Everything is in one file on this machine, which only the account that runs the planner "
        "can read."
        if is_file
        else "Everything is on a database server; whoever has its password can read it."
    )
    inside = (
        "Owners see every round and everybody in it; researchers their own rounds and those shared "
        "with them; leads only what was published, and nobody."
        if signs_in
        else "Whoever can open this planner sees every round and everybody in it. It has no "
        "sign-in and answers this machine alone."
    )
    return _facts(
        (
            ("In the planner", inside),
            ("On disk", where),
            (
                "Elsewhere",
                "Nothing about people is sent anywhere. Sheets go out only when you download them.",
            ),
        )
    )


@st.dialog("Erase everybody")
@state.guarded
def erase_everybody(held: Round) -> None:
    """Ask for the number of people, then erase them all."""
    store = state.store()
    number = store.tally(held.id).total
    st.html(
        show.note(
            f"Erase all {people(number)} of {held.title}?"
            if number != 1
            else f"Erase the one person of {held.title}?",
            "Answers, notes and history go for good. How many were heard in each group stays.",
            kind="bad",
        )
    )
    with st.form("protection_erase_all", border=False):
        typed = st.text_input(f"Type {number} to go on", key="protection_number")
        go = st.form_submit_button("Erase everybody", type="primary")
    if go:
        if typed.strip().replace(",", "") != str(number):
            st.html(show.note(f"That is not {number}", "Nothing was erased.", kind="bad"))
            return
        store.erase_people(held.id)
        saving.forget_round(held.id)
        st.rerun()
