"""A file on its way in: what is kept of it between two runs of the page, and each step taken.

Kept is the proposal, whose table is already without the columns left out, and what follows from
it. The file itself stays with the field it was chosen in, and is read again where a column left
out before is wanted after all. Nothing is kept once the page is left or the file taken in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import streamlit as st

from census.spelling import key
from sampler.errors import BadSheet, SamplerError
from sampler.model import Plan, Round
from sampler.people.tracking import STAGE_WORDS
from sampler.reading import incoming, mapping, matching, read_table
from sampler.reading.incoming import Choice, Held, Preview, Reading
from sampler.reading.mapping import Mapping
from sampler.reading.matching_values import Incoming, Proposal, Question
from sampler.ui import state

Phase = Literal["columns", "words", "preview"]
TURN = "read_in_turn"


class Upload(Protocol):
    """A file as the field for files gives it."""

    file_id: str
    name: str

    def getvalue(self) -> bytes:
        """Return what is in it."""


@dataclass(frozen=True)
class Source:
    """Where the table comes from: a file chosen, or a text pasted. Never kept."""

    upload: Upload | None = None
    text: str = ""

    @property
    def id(self) -> str:
        """What tells it from another; of a text a digest only."""
        if self.upload is not None:
            return self.upload.file_id
        return hashlib.sha256(self.text.encode()).hexdigest()

    def read(self) -> read_table.File:
        """Read it; raises `BadSheet`."""
        if self.upload is not None:
            return read_table.read(self.upload.getvalue(), self.upload.name)
        return read_table.read_pasted(self.text)


@dataclass(frozen=True)
class Work:
    """How far a file has come.

    `made_from` tells it from another file, sender or plan, and `turn` sets the fields of each
    proposal apart. `before` is how it was read last: what was chosen then is shown as chosen.
    `alike` is how many rows were taken for people already here by their answers alone.
    """

    made_from: tuple[object, ...]
    turn: int
    recruiter: str
    problem: str = ""
    proposal: Proposal | None = None
    is_remembered: bool = False
    is_changing: bool = False
    before: Mapping | None = None
    rows: Incoming | None = None
    found: Preview | None = None
    found_for: tuple[object, ...] = ()
    alike: int = 0

    @property
    def phase(self) -> Phase:
        """The part of the journey the file is at."""
        questions = self.proposal.questions if self.proposal else ()
        if self.is_changing or any(q.kind in ("classification", "column") for q in questions):
            return "columns"
        return "words" if questions else "preview"


def held() -> Work | None:
    """Return the file at hand, if any."""
    found: Work | None = st.session_state.get(state.READ_IN)
    return found


def keep(work: Work) -> Work:
    """Keep how far a file has come for the next run of the page."""
    st.session_state[state.READ_IN] = work
    return work


def drop() -> None:
    """Forget the file at hand."""
    st.session_state.pop(state.READ_IN, None)


def next_turn() -> int:
    """Return a number no field on the page has had yet."""
    turn = int(st.session_state.get(TURN, 0)) + 1
    st.session_state[TURN] = turn
    return turn


def look(round_: Round, number: int, plan: Plan, source: Source, sender: str) -> Work:
    """Return the file at hand, read only if it, its sender or the plan is another than before."""
    made_from = (round_.id, number, source.id, sender)
    work = held()
    if work is not None and work.made_from == made_from:
        return work
    work = Work(made_from, next_turn(), sender)
    return keep(_settled(_first(work, round_.id, plan, source), plan))


def _first(work: Work, round_id: str, plan: Plan, source: Source) -> Work:
    try:
        file = source.read()
        facts = dict(file.facts.get(read_table.FACTS, ()))
        recruiter = incoming.whose(facts, state.store().recruiters(round_id)) or work.recruiter
        known = remembered(round_id, recruiter)
        proposal = matching.propose(file, plan, known, today=state.today())
        if proposal.is_ours and known is not None:
            # How their own lists are read says nothing of ours.
            known, proposal = None, matching.propose(file, plan, today=state.today())
    except BadSheet as error:
        return replace(work, problem=str(error))
    return replace(
        work,
        recruiter=recruiter,
        proposal=proposal,
        is_remembered=known is not None,
        before=known,
    )


def remembered(round_id: str, recruiter: str) -> Mapping | None:
    """Return how a recruiter's files were read last; what cannot be used any more is forgotten."""
    return mapping.remembered(state.store().mapping(round_id, recruiter) if recruiter else None)


def change(work: Work, plan: Plan, source: Source) -> Work:
    """Go back to the columns; what was chosen is shown as chosen."""
    assert work.proposal is not None
    before = work.proposal.mapping
    again = _again(work, plan, source, None)
    return keep(replace(again, before=before, is_changing=True, is_remembered=False))


def use(work: Work, plan: Plan, source: Source, choices: Map[str, str]) -> Work:
    """Take the answers to what was asked, and go on; raises `BadMapping` or `BadSheet`."""
    assert work.proposal is not None
    chosen = matching.confirmed(work.proposal, plan, choices)
    again = _again(work, plan, source, chosen)
    return keep(_settled(replace(again, is_changing=False), plan))


def _again(work: Work, plan: Plan, source: Source, known: Mapping | None) -> Work:
    proposal = matching.propose(source.read(), plan, known, today=state.today())
    return replace(work, turn=next_turn(), proposal=proposal, rows=None, found=None, found_for=())


def _settled(work: Work, plan: Plan) -> Work:
    """Read the people once nothing is left to ask."""
    if work.proposal is None or work.phase != "preview":
        return work
    made = work.proposal
    try:
        everyone = state.store().people(str(work.made_from[0]))
        rows = matching.rows(made.table, made.header_row, plan, made.mapping, everyone)
    except SamplerError as error:
        return replace(work, problem=str(error))
    return replace(work, rows=replace(rows, left_out=made.left_out))


def preview(
    work: Work, choices: Map[int, Choice], *, are_others: bool, holds: Held | None = None
) -> Work:
    """Return the file with what it would do; worked out only where the choices are others."""
    asked = (tuple(sorted(choices.items())), are_others)
    if work.found is not None and work.found_for == asked:
        return work
    assert work.proposal is not None
    assert work.rows is not None
    reading = Reading(
        is_ours=work.proposal.is_ours,
        made=work.proposal.made,
        recruiter=work.recruiter,
        choices=choices,
        are_others=are_others,
    )
    holds = holds or state.store().held(str(work.made_from[0]))
    found = incoming.preview(holds, work.rows, reading)
    alike = work.alike if are_others else len(found.by_answers)
    return keep(replace(work, found=found, found_for=asked, alike=alike))


def again(work: Work) -> Work:
    """Compare the file once more, because somebody changed the round meanwhile."""
    return keep(replace(work, turn=next_turn(), found=None, found_for=(), alike=0))


def standing(work: Work, question: Question) -> str | None:
    """Return what was chosen for a question before, if that is still among its options."""
    chosen = None if work.before is None else _chosen(work.before, question)
    return chosen if any(option.value == chosen for option in question.options) else None


def _chosen(before: Mapping, question: Question) -> str | None:
    if question.kind == "classification":
        return before.classification
    if question.kind == "column":
        column = before.column(question.header)
        if column is None:
            return mapping.LEFT_OUT if before.leaves_out(question.header) else None
        return column.ours
    if question.kind == "stage":
        stages = {key(word): stage for word, stage in before.stages.items()}
        if key(question.word) not in stages:
            return None
        stage = stages[key(question.word)]
        return STAGE_WORDS[stage] if stage else mapping.LEAVE_ROW_OUT
    words = before.words.get(question.characteristic, {})
    answers = {key(word): answer for word, answer in words.items()}
    return (
        mapping.answer_text(answers[key(question.word)]) if key(question.word) in answers else None
    )
