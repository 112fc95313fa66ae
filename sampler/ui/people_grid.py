"""The editable table of people: values to a data frame, edited cells back to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from sampler.errors import StoreError
from sampler.model import Answer, Participant, Plan, PlannedCharacteristic, Round
from sampler.people.history import FIELDS
from sampler.people.tracking import (
    STAGE_WORDS,
    STAGES,
    answer_words,
    choices,
    stage_named,
)
from sampler.ui import saving, state

SAVED, TURN = "participants_saved", "participants_grid"
LIMITS = {"recruiter": 200, "their_reference": 60, "notes": 4000}
TEXTS = {FIELDS[field]: field for field in LIMITS}


def _words(part: PlannedCharacteristic) -> dict[str, Answer]:
    return {answer_words(answer): answer for answer in choices(part) if answer.kind != "own_words"}


def frame(plan: Plan, everyone: Sequence[Participant]) -> pd.DataFrame:
    """Return one row a person with fixed types, in the order given."""
    columns: dict[str, Any] = {
        "Ref.": [p.reference for p in everyone],
        "Stage": [STAGE_WORDS[p.stage] for p in everyone],
        "Reserve": [p.reserve for p in everyone],
    }
    for part in plan.characteristics:
        columns[part.name] = [answer_words(p.answer(part.name)) for p in everyone]
    columns["Recruiter"] = [p.recruiter for p in everyone]
    columns["Their reference"] = [p.their_reference for p in everyone]
    slots = [p.slot.replace(tzinfo=None) if p.slot else None for p in everyone]
    columns["Slot"] = pd.to_datetime(pd.Series(slots, dtype="datetime64[ns]"))
    sent = [p.incentive_on for p in everyone]
    columns["Incentive sent on"] = pd.to_datetime(pd.Series(sent, dtype="datetime64[ns]"))
    columns["Notes"] = [p.notes for p in everyone]
    return pd.DataFrame(columns)


def columns(plan: Plan, recruiters: Sequence[str]) -> dict[str, Any]:
    """Return what each column of the grid may hold; recruiters are by name."""
    config: dict[str, Any] = {
        "Stage": st.column_config.SelectboxColumn(
            options=[STAGE_WORDS[stage] for stage in STAGES], required=True
        ),
        "Recruiter": st.column_config.SelectboxColumn(options=list(recruiters)),
        "Their reference": st.column_config.TextColumn(max_chars=LIMITS["their_reference"]),
        "Notes": st.column_config.TextColumn(max_chars=LIMITS["notes"]),
        "Slot": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        "Incentive sent on": st.column_config.DateColumn(format="D MMM YYYY"),
    }
    for part in plan.characteristics:
        config[part.name] = st.column_config.SelectboxColumn(
            options=list(_words(part)), required=True
        )
    return config


def edited(plan: Plan, person: Participant, cells: Mapping[str, Any]) -> Participant:
    """Return a person with the cells of the grid that were changed."""
    changes: dict[str, Any] = {}
    answers = dict(person.answers)
    for column, value in cells.items():
        part = plan.named(column)
        if part is not None:
            answer = _words(part).get(str(value))
            if answer is not None:
                answers[column] = answer
        elif column == "Stage":
            changes["stage"] = stage_named(str(value)) or person.stage
        elif column == "Reserve":
            changes["reserve"] = bool(value)
        elif column == "Slot":
            changes["slot"] = datetime.fromisoformat(value).replace(tzinfo=None) if value else None
        elif column == "Incentive sent on":
            changes["incentive_on"] = date.fromisoformat(str(value)[:10]) if value else None
        elif column in TEXTS:
            field = TEXTS[column]
            changes[field] = str(value or "").strip()[: LIMITS[field]]
    return person.model_copy(update={**changes, "answers": answers})


class Grid:
    """The editable table of one round as it was drawn, and how its edits are saved.

    The grid stays the same widget after a save, so that somebody can type down a column. It
    hands over every edit since it was first drawn; those already saved are passed over. A cell
    that somebody else changed meanwhile is not overwritten, and one that looks personal is not
    stored: what was typed is kept to choose from, and the grid is drawn anew.
    """

    def __init__(self, held: Round, plan: Plan, shown: Sequence[Participant]) -> None:
        self.held, self.plan, self.shown = held, plan, shown
        ids = tuple(person.id for person in shown)
        saved = st.session_state.get(SAVED)
        stored = {person.id: _cells(plan, person) for person in shown}
        if (
            saved is None
            or saved["ids"] != ids
            or any(stored[i].get(c) != left for (i, c), (_, left) in saved["cells"].items())
        ):
            st.session_state[SAVED] = {"ids": ids, "cells": {}}
            st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
        self.key = f"participants_grid_{held.id}_{st.session_state[TURN]}"

    def save(self) -> None:
        """Save the edits not saved yet, row by row."""
        cells = st.session_state[SAVED]["cells"]
        try:
            now = {person.id: person for person in state.store().people(self.held.id)}
        except StoreError as error:
            state.tell(self.held.id, "That was not saved", str(error))
            return
        waits = False
        for row, typed in st.session_state[self.key]["edited_rows"].items():
            shown = self.shown[int(row)]
            new = {c: v for c, v in typed.items() if cells.get((shown.id, c), (None,))[0] != v}
            current = now.get(shown.id)
            if not new or current is None:
                continue
            before, stands = _cells(self.plan, shown), _cells(self.plan, current)
            mine = edited(self.plan, current, new)
            if (
                any(stands[c] != before[c] and (shown.id, c) not in cells for c in new)
                and mine != current
            ):
                saving.wait(self.held, shown, current, edited(self.plan, shown, new))
                waits = True
            elif saving.personal_fields(current, mine):
                saving.ask(self.held, current, mine, "grid")
                waits = True
            elif saving.save(self.held, current, mine, "grid"):
                after = _cells(self.plan, mine)
                cells.update({(shown.id, c): (v, after[c]) for c, v in new.items()})
        if waits:
            st.session_state.pop(SAVED)


def _cells(plan: Plan, person: Participant) -> dict[str, Any]:
    """Return a person as the grid's cells, to compare what was shown with what is stored."""
    cells: dict[str, Any] = {part.name: person.answer(part.name) for part in plan.characteristics}
    return cells | {name: getattr(person, field) for field, name in FIELDS.items()}
