"""Other people's files matched with a plan: what is certain, what must be asked, what is left out.

`propose` looks at a file; `confirmed` adds what the user chose; `rows` reads the people. A column
chosen anew may bring words to ask about, so a page or a command goes round until nothing is
`missing`:

    proposal = propose(file, plan, remembered, today=today)
    mapping = confirmed(proposal, plan, choices)
    proposal = propose(file, plan, mapping, today=today)  # asks what is still missing
    incoming = rows(proposal.table, proposal.header_row, plan, proposal.mapping)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from census.spelling import key
from sampler.model import Plan, PlannedCharacteristic
from sampler.people.tracking import STAGE_WORDS, stage_named
from sampler.reading import columns, questions
from sampler.reading.ages import age_on, is_age, spans
from sampler.reading.answer_words import answer_text
from sampler.reading.columns import Field, Found, Headers
from sampler.reading.dates import read_date
from sampler.reading.mapping import STAGE_COLUMN, Classification, Column, Mapping, personal_problem
from sampler.reading.matching_rows import SOMETHING, rows
from sampler.reading.matching_values import (
    Incoming,
    IncomingRow,
    Option,
    Proposal,
    Question,
    Refused,
    Understood,
)
from sampler.reading.personal import BIRTH, safe_header, value_looks_personal
from sampler.reading.questions import confirmed
from sampler.reading.read_table import FACTS, File, Row, Table
from sampler.reading.stage_words import stage_of
from sampler.reading.vocabularies import category, likeliest, traps
from sampler.reading.word_match import Reader, home_of, is_ethnic

__all__ = [
    "SOMETHING",
    "Incoming",
    "IncomingRow",
    "Option",
    "Proposal",
    "Question",
    "Refused",
    "Understood",
    "confirmed",
    "is_complete",
    "missing",
    "propose",
    "rows",
]

MOST_WORDS = 200
"""Different words of one column that are asked about; the rows of any others are refused."""
LONGEST_WORD = 100
"""Characters of a word that is asked about; longer ones are free text."""
LONGEST_NUMBER = 10
LIKE_OURS = 0.6
"""Share of a column's different values that must be ours to propose it by its values alone."""


def propose(
    file: File,
    plan: Plan,
    remembered: Mapping | None = None,
    *,
    classification: Classification | None = None,
    today: date,
) -> Proposal:
    """Return what a file seems to hold, and what must be confirmed before it can be read.

    What was remembered of this recruiter is taken without a question, as far as it fits the plan.
    Raises `BadSheet` where there is no table that names its columns once.
    """
    known = (remembered or Mapping()).fitting(plan)
    if classification:
        known = known.model_copy(update={"classification": classification})
    headers = Headers(plan, known)
    found = columns.find(file, headers)
    every = columns.fields(found, headers, today)
    facts = dict(file.facts.get(FACTS, ()))
    is_ours = "template" in facts or columns.is_our_sheet(found.head.cells, plan)
    every, asked = _settle(every, plan, _Values(found.table, found.head.number))
    used = [one for one in every if one.column]
    table = _without(found, every, plan, today)
    words = _Words(plan, known, _Values(table, found.head.number), asks=not is_ours)
    for one in used:
        words.look_at(one)
    is_asked = {question.header for question in asked}
    return Proposal(
        table=table,
        header_row=found.head.number,
        mapping=_certain(known, every),
        left_out=tuple(one.called for one in every if not one.column and not one.is_ignored),
        questions=(*words.classification_question(), *asked, *words.questions),
        offers=tuple(
            questions.offer(one, plan)
            for one in every
            if one.header not in is_asked and questions.may_be_read(one, plan)
        ),
        understood=tuple(words.understood),
        traps=words.traps,
        notes=(*found.notes, *_not_there(plan, used, known, every), *words.notes),
        is_ours=is_ours,
        round_id=facts.get("round", ""),
        plan_number=_number(facts.get("plan", "")),
        made=facts.get("made", ""),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else None


def _certain(known: Mapping, every: Sequence[Field]) -> Mapping:
    """Return what is certain: what was remembered, and columns whose name is ours."""
    sure = [one.column for one in every if one.column and one.is_sure]
    there = {key(one.header) for one in every}
    ours = {column.ours for column in sure}
    # Columns of this recruiter's other files stay remembered, unless this file has another.
    absent = [c for c in known.columns if key(c.header) not in there and c.ours not in ours]
    return known.model_copy(update={"columns": (*sure, *absent)})


def missing(proposal: Proposal, mapping: Mapping) -> tuple[Question, ...]:
    """Return the questions of a proposal that a mapping leaves open."""
    return tuple(q for q in proposal.questions if not questions.is_answered(q, mapping))


def is_complete(proposal: Proposal, mapping: Mapping) -> bool:
    """Say whether nothing is left to ask."""
    return not missing(proposal, mapping)


class _Values:
    """The values of each column below the header row."""

    def __init__(self, table: Table, header_row: int) -> None:
        self.below = [row for row in table.rows if row.number > header_row]

    def of(self, place: int) -> list[str]:
        return [row.cells[place] for row in self.below if place < len(row.cells)]

    def counted(self, place: int) -> Counter[str]:
        return Counter(value for text in self.of(place) if (value := text.strip()))


def _settle(
    every: Sequence[Field], plan: Plan, values: _Values
) -> tuple[list[Field], list[Question]]:
    """Propose columns by their values too, let each be one thing, and ask where it is not sure."""
    parts = {key(part.name): part for part in plan.characteristics}
    settled: list[Field] = []
    asked: list[Question] = []
    taken = {one.column.ours: one for one in every if one.column and one.is_sure}
    likely = {one.column.ours for one in every if one.column and not one.is_sure}
    for one in every:
        column = one.column
        if column and one.is_sure and personal_problem(column, parts, one.personal):
            settled.append(replace(one, column=None))
            continue
        is_open = not (column or one.personal or one.is_sure or one.is_ignored)
        if is_open and safe_header(one.header):
            column = _by_values(one, plan, values, {*taken, *likely})
        if column is None or one.is_sure:
            settled.append(one)
            continue
        twin = taken.get(column.ours)
        rows_ = sum(values.counted(one.place).values())
        asked.append(questions.about_column(one, column, plan, twin, rows_))
        if not one.personal:
            taken.setdefault(column.ours, one)
        settled.append(replace(one, column=None if twin or one.personal else column))
    return settled, asked


def _by_values(one: Field, plan: Plan, values: _Values, taken: set[str]) -> Column | None:
    """Propose a characteristic whose groups most of a column's different values name."""
    different = list(values.counted(one.place))[:MOST_WORDS]
    if len(different) < 2 or max(map(len, different)) > LONGEST_WORD:
        return None
    for part in plan.characteristics:
        if part.name in taken or is_age(part):
            continue
        reader = Reader(part, plan)
        like = sum(
            answer.kind in ("group", "broad")
            for word in different
            if len(word) > 1 and (answer := reader.read(word).answer)
        )
        if like >= 2 and like >= LIKE_OURS * len(different):
            return Column(header=one.header, use="characteristic", characteristic=part.name)
    return None


def _without(found: Found, every: Sequence[Field], plan: Plan, today: date) -> Table:
    """Return the table from its header row on, without the values that are left out.

    Dates of birth become the band they fall in. A cell left out says only that something was
    there.
    """
    used = {one.place: one for one in every if one.column}
    ignored = {one.place for one in every if one.is_ignored}
    births = {
        place: part
        for place, one in used.items()
        if one.column and one.personal == BIRTH and (part := plan.named(one.column.characteristic))
    }

    def cell(place: int, text: str) -> str:
        if place in births:
            return _band(text, births[place], today)
        if place in used or not text.strip():
            return text
        return "" if place in ignored else SOMETHING

    width = max((one.place + 1 for one in every), default=0)
    names = [*found.head.cells, *[""] * width][:width]
    for one in every:
        if one.place not in used and one.place not in ignored:
            names[one.place] = one.called
    kept = (
        Row(row.number, tuple(cell(place, text) for place, text in enumerate(row.cells)))
        for row in found.table.rows
        if row.number > found.head.number
    )
    return Table(found.table.name, (Row(found.head.number, tuple(names)), *kept))


def _band(text: str, part: PlannedCharacteristic, today: date) -> str:
    """Return the band of somebody born on a day; anything else as it is."""
    born = read_date(text)
    if born is None or born > today:
        return text
    age = age_on(born, today)
    return next((band for band, (low, high) in spans(part).items() if low <= age <= high), f"{age}")


def _not_there(
    plan: Plan, used: Sequence[Field], known: Mapping, every: Sequence[Field]
) -> list[str]:
    """Say what the file does not have: characteristics, and columns that were remembered."""
    there = {one.column.characteristic for one in used if one.column}
    notes = [
        f"No column for {part.name} was found: it stays as it is, not known for new people."
        for part in plan.characteristics
        if part.name not in there
    ]
    headers = {key(one.header) for one in every}
    read_before = {key(column.header) for column in known.columns}
    notes += [
        f"‘{one.called}’ was read before and is left out now: it seems to hold {one.personal}."
        for one in every
        if one.personal and not one.column and key(one.header) in read_before
    ]
    gone = [column.header for column in known.columns if key(column.header) not in headers]
    notes += [f"There is no column ‘{header}’ in this file." for header in gone]
    return notes


class _Words:
    """The words of the columns in use: understood, remembered, or to be asked about."""

    def __init__(self, plan: Plan, known: Mapping, values: _Values, *, asks: bool) -> None:
        self.plan, self.known, self.values = plan, known, values
        self.asks = asks  # of our own sheet nothing is asked: its lists say what may be there
        self.home = home_of(plan)
        self.classification: Classification = known.classification or self.home
        self.questions: list[Question] = []
        self.understood: list[Understood] = []
        self.notes: list[str] = []
        self.traps: tuple[str, ...] = ()
        self.asks_classification: Field | None = None

    def look_at(self, one: Field) -> None:
        """Read every different word of a column."""
        if one.column is None:
            return
        words = _different(self.values.counted(one.place))
        part = self.plan.named(one.column.characteristic)
        if one.column.use == "stage":
            self._stages(one, words)
        elif part is not None:
            if is_ethnic(part) and self.asks:
                self._classify(one, part, words)
            self._answers(one, part, words)

    def _stages(self, one: Field, words: Map[str, int]) -> None:
        remembered = {key(word) for word in self.known.stages}
        left = 0
        for word, number in words.items():
            if key(word) in remembered or _is_private(word) or len(word) > LONGEST_WORD:
                continue
            stage, near = stage_of(word)
            if stage is None and self.asks:
                left += 1
                if left <= MOST_WORDS:
                    self.questions.append(questions.about_stage(word, near, one.header, number))
            elif stage is not None and stage_named(word) is None:
                self.understood.append(Understood(STAGE_COLUMN, word, STAGE_WORDS[stage], number))
        self._say_how_many(one, left, "our stages")

    def _classify(self, one: Field, part: PlannedCharacteristic, words: Map[str, int]) -> None:
        """Find the classification, and whether it makes a difference to any word."""
        if self.known.classification:
            self.traps = traps(self.classification, self.home)
            return
        exact = Reader(part, self.plan).exact
        remembered = {key(word) for word in self.known.words.get(part.name, {})}
        # Marks of ours beside theirs tell lists apart too: all words vote, ours need no list.
        voting = [word for word in words if not _is_private(word)][:MOST_WORDS]
        asked = [w for w in voting if key(w) not in exact and key(w) not in remembered]
        offered = likeliest(voting) if asked else ()
        if not any(category(name, word) for name in offered for word in asked):
            return
        likely = self.home if self.home in offered else offered[0]
        readers = [Reader(part, self.plan, name) for name in offered]
        differ = any(len({repr(reader.read(word)) for reader in readers}) > 1 for word in asked)
        self.classification = likely
        if differ or likely != self.home:
            self.asks_classification = one
            self.traps = traps(likely, self.home)

    def _answers(self, one: Field, part: PlannedCharacteristic, words: Map[str, int]) -> None:
        reader = Reader(part, self.plan, self.classification, one.header)
        remembered = {key(word) for word in self.known.words.get(part.name, {})}
        left = 0
        for word, number in words.items():
            if key(word) in remembered or key(word) in reader.exact or _is_private(word):
                continue
            reading = reader.read(word)
            if reading.answer is not None:
                said = answer_text(reading.answer)
                if said != word:
                    self.understood.append(Understood(part.name, word, said, number))
            elif self.asks and reading.asks and len(word) <= LONGEST_WORD:
                left += 1
                if left <= MOST_WORDS:
                    asked = reader.asked(word)
                    self.questions.append(
                        questions.about_word(part, word, asked, one.header, number)
                    )
        self._say_how_many(one, left, f"the groups of {part.name}")

    def _say_how_many(self, one: Field, left: int, ours: str) -> None:
        if left > MOST_WORDS:
            self.notes.append(
                f"‘{one.called}’ has {left:,} different words that are none of {ours}; "
                f"{MOST_WORDS} are asked about. Is it the right column?"
            )

    def classification_question(self) -> tuple[Question, ...]:
        """Return the question which classification their words are from, where it matters."""
        one = self.asks_classification
        if one is None:
            return ()
        return (questions.about_classification(one, self.classification, self.home),)


def _different(counted: Counter[str]) -> dict[str, int]:
    """Return the different words, case and spaces forgiven, with how often each stands."""
    first: dict[str, str] = {}
    numbers: Counter[str] = Counter()
    for word, number in counted.items():
        numbers[first.setdefault(key(word), word)] += number
    return dict(numbers)


def _is_private(word: str) -> bool:
    """Say whether a word may not be shown: what looks personal, and any date."""
    return value_looks_personal(word, date.max) is not None
