"""What is asked about a file: who sent it, what its columns are, and what its words count as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import streamlit as st

from census.spelling import key as spelled
from sampler.errors import BadSheet
from sampler.model import Plan, Recruiter, Way
from sampler.reading.mapping import USE_WORDS, BadMapping
from sampler.reading.matching_values import Question
from sampler.reading.personal import looks_personal
from sampler.reading.vocabularies import TITLES
from sampler.ui import read_in_show, read_in_work, show
from sampler.ui.person_dialog import WAY_WORDS
from sampler.ui.read_in_work import Source, Work
from sampler.words import count

NEW, NOBODY = "\n", ""
"""Choices beside the recruiters' names, none of which can be these."""
SENDER_WORDS = {NEW: "Somebody new", NOBODY: "Nobody in particular"}
TYPES = ["xlsx", "xlsm", "ods", "csv", "tsv", "txt"]
MOST_MB = 5
FILE, PASTE = "A file", "A pasted table"
MOST_PASTED = 2_000_000
"""Characters of a table pasted."""


class Sender(NamedTuple):
    """Who sent a file: a recruiter's name, none, and what they are where they are new."""

    name: str
    way: Way | None = None


def sender(recruiters: Sequence[Recruiter]) -> Sender | None:
    """Ask who sent the file; None before that is said."""
    picked = st.selectbox(
        "Who sent it?",
        [*(one.name for one in recruiters), NEW, NOBODY],
        index=None,
        format_func=lambda name: SENDER_WORDS.get(name, name),
        placeholder="Choose who sent it",
        key="read_in_sender",
    )
    if picked != NEW:
        return None if picked is None else Sender(picked)
    left, right = st.columns(2)
    name = left.text_input(
        "Their name", max_chars=80, key="read_in_name", placeholder="An organisation or a team"
    )
    way = right.selectbox(
        "What they are", list(WAY_WORDS), format_func=lambda w: WAY_WORDS[w], key="read_in_way"
    )
    tidy = " ".join(name.split())
    if what := looks_personal(tidy):
        st.html(show.note(f"This looks like {what}", "Give the organisation's name.", kind="bad"))
        return None
    known = next((one for one in recruiters if spelled(one.name) == spelled(tidy)), None)
    if known:
        return Sender(known.name)
    return Sender(tidy, way) if tidy else None


def source() -> Source | None:
    """Ask for the file, or for the table of an e-mail."""
    kind = st.segmented_control(
        "What did they send?", [FILE, PASTE], default=FILE, key="read_in_kind", required=True
    )
    if kind == PASTE:
        text = st.text_area(
            "Paste the table from an e-mail or a Word document, with the names of its columns",
            max_chars=MOST_PASTED,
            height=180,
            key="read_in_text",
            placeholder="Reference\tAge\tGender",
        )
        st.button("Read what I pasted", key="read_in_paste")
        return Source(text=text) if text and text.strip() else None
    upload = st.file_uploader(
        f"Excel, LibreOffice or .csv, {MOST_MB} MB at most",
        type=TYPES,
        max_upload_size=MOST_MB,
        key="read_in_file",
    )
    return Source(upload=upload) if upload is not None else None


def columns(work: Work, plan: Plan, given: Source) -> None:
    """Ask what the columns are that are not certain, and offer to read others or not to."""
    assert work.proposal is not None
    proposal = work.proposal
    st.header("Columns", anchor=False)
    if drawn := read_in_show.columns_table(proposal):
        st.html(drawn)
    questions = [q for q in proposal.questions if q.kind == "column"]
    lists = [q for q in proposal.questions if q.kind == "classification"]
    with st.form(f"read_in_columns_{work.turn}", border=False):
        choices: dict[str, str | None] = {}
        if questions and not drawn:
            st.html(read_in_show.asked_head())
        for i, question in enumerate(questions):
            more = read_in_show.samples(proposal, question.header)
            choices[question.id] = _ask(work, question, f"column_{i}", more)
        for question in lists:
            choices[question.id] = _select(st, work, question, "list", "visible")
            if traps := _traps(work):
                st.html(show.note(*traps))
        if proposal.left_out:
            st.html(show.hint(read_in_show.left_out(proposal.left_out)))
        _offers(work, proposal.offers, choices)
        pressed = st.form_submit_button("Use these", type="primary", key="read_in_columns_use")
    if pressed:
        _use(work, plan, given, [*questions, *lists], choices)


def _offers(work: Work, offers: Sequence[Question], choices: dict[str, str | None]) -> None:
    """Offer to see a column otherwise than the planner does; only what is changed is a choice."""
    if not offers:
        return
    with st.expander("Read other columns, or leave some out", expanded=work.is_changing):
        for i, question in enumerate(offers):
            chosen = _ask(work, question, f"offer_{i}", "")
            if chosen is not None and chosen != question.proposed:
                choices[question.id] = chosen


def words(work: Work, plan: Plan, given: Source) -> None:
    """Ask what their words count as, a part for each characteristic."""
    assert work.proposal is not None
    st.header("Words", anchor=False)
    st.html(
        show.hint(
            "A question mark is a proposal. Nothing counts before you press “Use these”, and "
            "nobody has to be put in a group."
        )
    )
    if traps := _traps(work):
        st.html(show.box(show.details(traps[0], "".join(map(show.hint, traps[1:])))))
    questions = [q for q in work.proposal.questions if q.kind in ("word", "stage")]
    names = dict.fromkeys(q.characteristic or USE_WORDS["stage"] for q in questions)
    with st.form(f"read_in_words_{work.turn}", border=False):
        choices: dict[str, str | None] = {}
        for name in names:
            st.subheader(show.plain(name), anchor=False)
            for i, question in enumerate(questions):
                if (question.characteristic or USE_WORDS["stage"]) == name:
                    choices[question.id] = _ask(work, question, f"word_{i}", "")
        pressed = st.form_submit_button("Use these", type="primary", key="read_in_words_use")
    if pressed:
        _use(work, plan, given, questions, choices)


def _ask(work: Work, question: Question, name: str, more: str) -> str | None:
    """Draw one question: what it is about on the left, the choice on the right."""
    left, right = st.columns([2, 3], vertical_alignment="top")
    left.html(read_in_show.asked(question, more))
    return _select(right, work, question, name, "collapsed")


def _select(
    where: Any,
    work: Work,
    question: Question,
    name: str,
    label: Literal["visible", "collapsed"],
) -> str | None:
    """Draw the options of a question; what is only proposed has a question mark."""
    said = {option.value: option.words for option in question.options}
    before = read_in_work.standing(work, question)
    asked = work.proposal.questions if work.proposal else ()
    doubtful = question.proposed if before is None and question in asked else None
    values = list(said)
    first = before or question.proposed
    chosen: str | None = where.selectbox(
        show.plain(question.text),
        values,
        index=values.index(first) if first in said else None,
        format_func=lambda value: said[value] + ("?" if value == doubtful else ""),
        placeholder="Choose what it is",
        key=f"read_in_{work.turn}_{name}",
        label_visibility=label,
    )
    return chosen


def _traps(work: Work) -> tuple[str, ...]:
    """Return what is to be known of the list their words are from: a title, then sentences."""
    proposal = work.proposal
    if proposal is None or not proposal.traps:
        return ()
    asked = (q.proposed for q in proposal.questions if q.kind == "classification")
    list_: str | None = proposal.mapping.classification or next(asked, None)
    title = next((words for name, words in TITLES.items() if name == list_), "This list")
    return (f"{title}: what to know", *proposal.traps)


def _use(
    work: Work,
    plan: Plan,
    given: Source,
    questions: Sequence[Question],
    choices: dict[str, str | None],
) -> None:
    """Take the answers once every question has one, and go on."""
    still_open = [question for question in questions if choices.get(question.id) is None]
    if still_open:
        title = f"{count(len(still_open), 'answer')} still missing"
        st.html(show.note(title, read_in_show.open_words(still_open), kind="bad"))
        return
    try:
        read_in_work.use(work, plan, given, {k: v for k, v in choices.items() if v is not None})
    except (BadMapping, BadSheet) as error:
        problems = getattr(error, "problems", (str(error),))
        st.html(show.note("These cannot be used together", *problems, kind="bad"))
        return
    st.rerun()
