"""The People tab of the sheet, a row a person, and the same table as .csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count, islice
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from sampler.brief import SHEET_COLUMNS
from sampler.handover import Sheet
from sampler.model import Participant, PlannedCharacteristic, Stage
from sampler.people.tracking import (
    BOOKED,
    NOT_KNOWN_WORDS,
    PREFER_NOT_WORDS,
    STAGE_WORDS,
    STAGES,
    answer_words,
    is_counted,
)
from sampler.sheet_text import put, safe_cell

PERSON_COLUMNS, AFTER_COLUMNS = SHEET_COLUMNS[:3], SHEET_COLUMNS[3:-2]
COUNTED, PLANNER = SHEET_COLUMNS[-2:]
AFTER_WIDTHS = (16, 18, 14, 26)
SPARE_ROWS = 10
FIRST_PERSON = 1
FIRST_DAY = date(1900, 3, 1)
"""Before it a spreadsheet's days are not the calendar's: such a date is written as text."""

Cell = str | datetime | date


def people_rows(sheet: Sheet) -> list[Participant]:
    """Return the rows to fill: people already recorded if asked for, then blank ones.

    A blank row has no id. References go on from `next_number`, leaving out those taken.
    """
    theirs = sheet.theirs
    known = list(theirs) if sheet.with_people else []
    taken = sum(is_counted(p, "planned", partial_counts=sheet.partial_counts) for p in theirs)
    blank = islice(references(sheet), max(0, sheet.to_recruit - taken) + SPARE_ROWS)
    return known + [Participant(id="", reference=one) for one in blank]


def references(sheet: Sheet) -> Iterator[str]:
    """Give the references of blank rows, one after another, those taken left out."""
    used = {person.reference for person in sheet.people}
    for number in count(sheet.next_number):
        if (one := f"{sheet.letter}{number:02d}") not in used:
            yield one


def heads(sheet: Sheet) -> list[str]:
    """Return the columns, the hidden ones last."""
    names = [part.name for part in sheet.plan.characteristics]
    return [*PERSON_COLUMNS, *names, *AFTER_COLUMNS, COUNTED, PLANNER]


def marks(sheet: Sheet, person: Participant) -> str:
    """Return what a row is known by when it comes back: id and version, 0 where it is blank."""
    if person.id:
        return f"{person.id}/{person.version}"
    id_ = sheet.row_id(person.reference) if sheet.row_id else ""
    return f"{id_}/0" if id_ else ""


def cells(sheet: Sheet, person: Participant) -> list[Cell]:
    """Return a person's row up to the hidden columns; "" is a blank cell.

    Somebody's own words stand in curly quotes, so that they are read back as that and no group.
    """
    parts = sheet.plan.characteristics
    if not person.id:
        return [person.reference, *("" for _ in heads(sheet)[1:-2])]
    return [
        person.reference,
        STAGE_WORDS[person.stage],
        "Yes" if person.reserve else "No",
        *(answer_words(person.answer(part.name)) for part in parts),
        person.recruiter,
        _on_a_calendar(person.slot.replace(tzinfo=None)) if person.slot else "",
        _on_a_calendar(person.incentive_on) if person.incentive_on else "",
        person.notes,
    ]


def _on_a_calendar(when: date) -> Cell:
    day = when.date() if isinstance(when, datetime) else when
    return when if day >= FIRST_DAY else _iso(when)


def _iso(when: date) -> str:
    """Write a date, or a date and time, with seconds only where there are any.

    >>> _iso(datetime(2026, 11, 22, 14, 30)), _iso(date(2026, 11, 22))
    ('2026-11-22 14:30', '2026-11-22')
    """
    if not isinstance(when, datetime):
        return when.isoformat()
    return when.isoformat(" ", "auto" if when.second or when.microsecond else "minutes")


def people_csv(sheet: Sheet) -> str:
    """Return the People tab as .csv, without a formula; the last column marks each row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    *shown, _, last = heads(sheet)
    writer.writerow([safe_cell(head) for head in (*shown, last)])
    for person in people_rows(sheet):
        texts = [one if isinstance(one, str) else _iso(one) for one in cells(sheet, person)]
        writer.writerow([safe_cell(text) for text in (*texts, marks(sheet, person))])
    return out.getvalue()


def people_tab(tab: Any, sheet: Sheet, rows: list[Participant], style: dict[str, Any]) -> None:
    """Write the People tab: known people in plain cells, blank rows in cells to fill."""
    parts = sheet.plan.characteristics
    names = heads(sheet)
    widths = [11, 15, 9, *(17 for _ in parts), *AFTER_WIDTHS, 10, 40]
    counted, planner = len(names) - 2, len(names) - 1
    for column, (head, width) in enumerate(zip(names, widths, strict=True)):
        hidden = {"hidden": True} if column >= counted else {}
        tab.set_column(column, column, width, None, hidden)
        put(tab, 0, column, head, style["head"])
    tab.freeze_panes(1, 1)
    slot = len(PERSON_COLUMNS) + len(parts) + AFTER_COLUMNS.index("Slot")
    for i, person in enumerate(rows, FIRST_PERSON):
        known = bool(person.id)
        for column, cell in enumerate(cells(sheet, person)):
            fill = style["answer" if known else "fill"]
            if column in (slot, slot + 1):
                kind = "moment" if column == slot else "date"
                fill = style[kind if known else f"fill_{kind}"]
            if not column:
                fill = style["name"]
            if not isinstance(cell, str):
                tab.write_datetime(i, column, cell, fill)
            elif cell:
                put(tab, i, column, cell, fill)
            else:
                tab.write_blank(i, column, None, fill)
        taken = known and is_counted(person, sheet.counting, partial_counts=sheet.partial_counts)
        tab.write_formula(i, counted, _taken_formula(sheet, i + 1), None, int(taken))
        if mark := marks(sheet, person):
            put(tab, i, planner, mark)
    _offer_answers(tab, sheet, FIRST_PERSON + len(rows) - 1)
    tab.repeat_rows(0)


def _taken_formula(sheet: Sheet, row: int) -> str:
    """Return 1 where the person on this row takes a place by the round's setting, else 0."""

    def at(stages: Sequence[Stage]) -> str:
        return "OR(" + ",".join(f'B{row}="{STAGE_WORDS[stage]}"' for stage in stages) + ")"

    heard = at(("attended", "partial") if sheet.partial_counts else ("attended",))
    if sheet.counting == "secured":
        return f"=IF({heard},1,0)"
    return f'=IF(OR({heard},AND(C{row}<>"Yes",{at(BOOKED)})),1,0)'


def _offer_answers(tab: Any, sheet: Sheet, last: int) -> None:
    parts = sheet.plan.characteristics
    choices: list[tuple[int, int, str]] = [
        (1, len(STAGES), "stop"),
        (2, 2, "stop"),
        *((c, len(answers(part)), "warning") for c, part in enumerate(parts, len(PERSON_COLUMNS))),
    ]
    for column, number, kind in choices:
        letter = xl_col_to_name(column)
        tab.data_validation(
            FIRST_PERSON,
            column,
            last,
            column,
            {
                "validate": "list",
                "source": f"=Lists!${letter}$2:${letter}${number + 1}",
                "error_type": kind,
                "error_title": "Not in the list",
                "error_message": "Choose from the list, or keep the person's own words.",
            },
        )


def answers(part: PlannedCharacteristic) -> list[str]:
    """Return the answers a cell offers."""
    return [*part.groups, PREFER_NOT_WORDS, NOT_KNOWN_WORDS]


def lists_tab(tab: Any, sheet: Sheet) -> None:
    """Write what the cells of the People tab offer, under the same letters of columns."""
    columns = [
        ("Stage", [STAGE_WORDS[stage] for stage in STAGES]),
        ("Reserve", ["Yes", "No"]),
        *((part.name, answers(part)) for part in sheet.plan.characteristics),
    ]
    for column, (head, values) in enumerate(columns, 1):
        put(tab, 0, column, head)
        for i, value in enumerate(values, 1):
            put(tab, i, column, value)
