"""“Who we heard from” on Shared coverage: the lead's own words, and the page to hand over."""

from __future__ import annotations

import streamlit as st

from sampler import handover
from sampler.model import Programme
from sampler.programmes import report
from sampler.programmes.published import Publication
from sampler.ui import show

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_LETTERS = 1000


def draw(group: Programme, one: Publication) -> None:
    """Ask for what only the lead knows; then the page, to download or to copy."""
    st.header("Who we heard from", anchor=False)
    st.html(
        show.hint(
            "One page to send on, made from the snapshot above: how many, when, where, by whom; "
            "heard, not yet heard from, why, and what next."
        )
    )
    of = f"{group.id}_{one.audience}"
    by_whom = _asked("Recruited by whom", f"{of}_by_whom", "an agency and two community partners")
    why = _asked(
        "Why not yet", f"{of}_why", "We met nobody there who wanted to take part.", tall=True
    )
    what_next = _asked("What next", f"{of}_next", "A round with a Somali women’s group.", tall=True)
    st.html(show.muted("These words stay in this window and in what you download."))
    facts = report.facts_of(
        group.name,
        one,
        by_whom=by_whom,
        why=why,
        what_next=what_next,
    )
    name = handover.slug(f"Who we heard from {group.name}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the page (.docx)",
            lambda: report.docx(facts),
            file_name=f"{name}.docx",
            mime=DOCX,
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="shared_report",
        )
        with st.popover("Copy the page as text", key="shared_report_text"):
            st.code(report.text(facts), language=None, wrap_lines=True)


def _asked(label: str, key: str, example: str, *, tall: bool = False) -> str:
    field = st.text_area if tall else st.text_input
    said = field(
        label,
        key=f"shared_report_{key}",
        max_chars=MOST_LETTERS,
        placeholder=f"For example: {example}",
        persist_state="session",
    )
    return said or ""
