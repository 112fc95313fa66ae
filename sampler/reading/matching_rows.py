"""The rows of a table under a confirmed mapping: people, refusals with reasons, and blanks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from census.spelling import key
from sampler.errors import BadSheet
from sampler.model import Answer, Participant, Plan, PlannedCharacteristic, Stage
from sampler.people.tracking import answer_words
from sampler.reading.columns import is_ignored, letter
from sampler.reading.dates import read_date, read_moment
from sampler.reading.mapping import BadMapping, Column, Mapping
from sampler.reading.matching_values import Incoming, IncomingRow, Refused
from sampler.reading.personal import looks_personal, safe_header, value_looks_personal
from sampler.reading.read_table import ERRORS, Row, Table
from sampler.reading.stage_words import stage_of
from sampler.reading.word_match import NONE_OF_THEM, Reader

SOMETHING = "\ufdd0"
"""What stands in a cell that is left out: something was there. No text holds this character."""
LONGEST_SHOWN = 60
LONGEST = {"reference": 60, "recruiter": 80, "notes": 4000}
LONGEST_OWN_WORDS = 200
_YES = ("yes", "y", "true", "1", "x", "✓", "reserve", "backup")
_NO = ("no", "n", "false", "0")
_ID = re.compile(r"([0-9a-fA-F-]{8,64})/(\d{1,9})")
_TOTALS = ("total", "totals", "sum", "average")


class _Bad(Exception):
    """Why a cell cannot be read."""

    def __init__(self, reason: str, *, by_choice: bool = False) -> None:
        self.reason, self.by_choice = reason, by_choice
        super().__init__(reason)


def rows(
    table: Table,
    header_row: int,
    plan: Plan,
    mapping: Mapping,
    people: Sequence[Participant] = (),
) -> Incoming:
    """Return every row below the header as a person, a refusal or a blank.

    Every bad cell is reported; a row with nothing but a reference is blank. Of somebody among the
    `people` of the round, a text that says what is held of them already says nothing new: it is
    neither read nor refused. Raises `BadSheet` if no row has that number or a column is there
    twice, `BadMapping` if the mapping does not fit.
    """
    mapping.check(plan)
    head = next((row for row in table.rows if row.number == header_row), None)
    if head is None:
        raise BadSheet(f"There is no row {header_row} that names the columns.")
    reader = _Rows(head, plan, mapping, people)
    for row in table.rows:
        if row.number > header_row:
            reader.take(row)
    left_out = [
        header.strip()
        if safe_header(header)
        else f"column {letter(place)}, whose name looks personal"
        for place, header in enumerate(head.cells)
        if header.strip() and place not in reader.cells and place not in reader.ignored
    ]
    return Incoming(
        tuple(reader.people), tuple(reader.refused), tuple(left_out), tuple(reader.blank)
    )


@dataclass(frozen=True)
class _Cell:
    """A column in use: its name, and what reads one of its cells."""

    column: Column
    read: Callable[[str], Any]

    @property
    def called(self) -> str:
        return self.column.header if safe_header(self.column.header) else self.column.ours


class _Rows:
    """Sorts rows into people, refusals and blanks."""

    def __init__(
        self, head: Row, plan: Plan, mapping: Mapping, held: Sequence[Participant]
    ) -> None:
        self.plan, self.held = plan, {person.id: person for person in held}
        self.people: list[IncomingRow] = []
        self.refused: list[Refused] = []
        self.blank: list[int] = []
        self.ignored = {place for place, cell in enumerate(head.cells) if is_ignored(cell)}
        self.cells: dict[int, _Cell] = {}
        for place, header in enumerate(head.cells):
            column = mapping.column(header) if header.strip() else None
            if column is None:
                continue
            twin = next((p for p, one in self.cells.items() if one.column is column), None)
            if twin is not None:
                raise BadSheet(
                    f"The columns {letter(twin)} and {letter(place)} are both called "
                    f"{self.cells[twin].called}. Delete one, or give it another name."
                )
            self.cells[place] = _Cell(column, _reader(column, plan, mapping))
        places = {one.column.use: place for place, one in self.cells.items()}
        self.marks, self.references = places.get("id"), places.get("reference")

    def take(self, row: Row) -> None:
        """Sort one row."""
        answers: dict[str, Answer] = {}
        fields: dict[str, Any] = {}
        refused: list[Refused] = []
        has_answers = has_more = False
        said = self._said(row)
        for place, text in enumerate(row.cells):
            if not text or text.isspace():
                continue
            one = self.cells.get(place)
            if one is None:
                has_more = has_more or place not in self.ignored
                continue
            use = one.column.use
            has_answers = has_answers or use not in ("reference", "id")
            if even(text) == said.get(one.column.ours):
                continue
            try:
                value = _readable(one, text)
            except _Bad as bad:
                refused.append(Refused(row.number, one.called, bad.reason, bad.by_choice))
                continue
            if use == "characteristic":
                answers[one.column.characteristic] = value
            elif use == "id":
                fields["id"], fields["version"] = value
            else:
                fields[use] = value
        if refused:
            self.refused += refused
        elif has_answers or (has_more and "reference" in fields):
            self.people.append(IncomingRow(number=row.number, answers=answers, **fields))
        elif has_more:
            reason = "Nothing is filled in here but columns that are left out."
            self.refused.append(Refused(row.number, "", reason))
        else:
            self.blank.append(row.number)

    def _said(self, row: Row) -> dict[str, str]:
        """Return the texts our sheet has of a row's person, by column.

        Marked with one person and named as another, the row was copied to add somebody.
        """
        places = (self.marks, self.references)
        mark, called = (
            row.cells[p] if p is not None and p < len(row.cells) else "" for p in places
        )
        found = _ID.fullmatch(mark.strip()) if self.held else None
        person = self.held.get(found[1].lower()) if found else None
        if person is None or called.strip() != person.reference:
            return {}
        said = {p.name: answer_words(person.answer(p.name)) for p in self.plan.characteristics}
        said |= {"Recruiter": person.recruiter, "Notes": person.notes}
        return {name: even(text) for name, text in said.items()}


def even(text: str) -> str:
    """Return a text with line ends as one character: some programs write them their own way."""
    return text.replace("\r\n", "\n")


def _readable(one: _Cell, text: str) -> Any:
    word = text.strip()
    if word == SOMETHING:
        raise BadMapping(
            [
                f"‘{one.called}’ was left out when the file was read. Read the file again with "
                "this mapping."
            ]
        )
    if word in ERRORS:
        raise _Bad(f"The cell holds {word}, which says nothing. Put it right, or empty it.")
    return one.read(text)


def _reader(column: Column, plan: Plan, mapping: Mapping) -> Callable[[str], Any]:
    """Return what reads the cells of a column."""
    part = plan.named(column.characteristic)
    if column.use == "characteristic" and part is not None:
        return _Answers(part, plan, mapping, column.header)
    if column.use == "stage":
        return _Stages(mapping)
    if column.use in LONGEST:
        return lambda text: _text(text, column)
    if column.use == "slot":
        return _slot
    if column.use == "incentive_on":
        return _day
    return _reserve if column.use == "reserve" else _id


class _Answers:
    """Reads the words of a characteristic; each different one is looked up once."""

    def __init__(
        self, part: PlannedCharacteristic, plan: Plan, mapping: Mapping, header: str
    ) -> None:
        self.part = part
        self.reader = Reader(part, plan, mapping.classification, header)
        self.chosen = {key(word): one for word, one in mapping.words.get(part.name, {}).items()}
        self.known: dict[str, Answer | _Bad] = {}

    def __call__(self, text: str) -> Answer:
        """Return the answer; raises `_Bad`."""
        found = self.known.get(text)
        if found is None:
            try:
                found = self._read(text)
            except _Bad as bad:
                found = bad
            self.known[text] = found
        if isinstance(found, _Bad):
            raise found
        return found

    def _read(self, text: str) -> Answer:
        word = text.strip()
        if key(word) in self.chosen:
            answer = self.chosen[key(word)]
            if answer is None:
                raise _Bad(f"Rows that say {_shown(word)} are left out, as chosen.", by_choice=True)
            if answer.kind == "own_words" and not answer.text:
                return _own_words(text)
            return answer
        reading = self.reader.read(word)
        if reading.answer is not None:
            if reading.answer.kind == "own_words":
                return _own_words(reading.answer.text)
            return reading.answer
        if what := looks_personal(word):
            raise _Bad(_personal(what))
        if value_looks_personal(word, date.max):
            raise _Bad("What is written here is a date. Give the group, or an age.")
        if reading.why == NONE_OF_THEM or reading.touches:
            raise _Bad(f"{_shown(word)} {reading.why}. Choose one, or leave the row out.")
        raise _Bad(f"{_shown(word)} {reading.why}. Put it right, or leave the row out.")


def _own_words(text: str) -> Answer:
    if what := looks_personal(text):
        raise _Bad(_personal(what))
    if len(text) > LONGEST_OWN_WORDS:
        raise _Bad(f"These words are longer than {LONGEST_OWN_WORDS} characters. Shorten them.")
    return Answer(kind="own_words", text=text)


class _Stages:
    """Reads the words of the stages; each different one is looked up once."""

    def __init__(self, mapping: Mapping) -> None:
        self.chosen = {key(word): stage for word, stage in mapping.stages.items()}
        self.known: dict[str, Stage | None] = {}

    def __call__(self, text: str) -> Stage:
        """Return the stage; raises `_Bad`."""
        word = text.strip()
        if key(word) in self.chosen:
            stage = self.chosen[key(word)]
            if stage is None:
                raise _Bad(f"Rows that say {_shown(word)} are left out, as chosen.", by_choice=True)
            return stage
        if word not in self.known:
            self.known[word] = stage_of(word)[0]
        stage = self.known[word]
        if stage is None:
            raise _Bad(f"{_shown(word)} is none of our stages. Choose one, or leave the row out.")
        return stage


def _text(text: str, column: Column) -> str:
    """Return a text as it is, but for spaces around a reference; nothing personal in it."""
    if what := looks_personal(text):
        raise _Bad(_personal(what))
    most = LONGEST[column.use]
    if len(text) > most:
        raise _Bad(f"The text is longer than {most:,} characters. Shorten it.")
    if column.use == "reference":
        if text.strip().casefold() in _TOTALS:
            raise _Bad("This looks like a sum, not like a person. Delete the row.")
        return text.strip()
    return text


def _slot(text: str) -> datetime:
    moment = read_moment(text)
    if moment is None:
        raise _Bad("This is no day and time. Write them as 22/11/2026 14:30.")
    return moment


def _day(text: str) -> date:
    day = read_date(text)
    if day is None:
        raise _Bad("This is no day. Write it as 22/11/2026.")
    return day


def _reserve(text: str) -> bool:
    word = text.strip().casefold()
    if word not in (*_YES, *_NO):
        raise _Bad(f"{_shown(text.strip())} is neither Yes nor No.")
    return word in _YES


def _id(text: str) -> tuple[str, int]:
    found = _ID.fullmatch(text.strip())
    if found is None:
        raise _Bad("This hidden cell was changed. Empty it, and the reference is used instead.")
    return found[1].lower(), int(found[2])


def _personal(what: str) -> str:
    return f"What is written here looks like {what}. Take it out: it is not kept."


def _is_private(word: str) -> bool:
    return len(word) > LONGEST_SHOWN or value_looks_personal(word, date.max) is not None


def _shown(word: str) -> str:
    """Return a word for a sentence; what looks personal, or is long, is not repeated."""
    return "What is written here" if _is_private(word) else f"‘{word}’"
