"""What matching a file with a plan gives: a proposal with its questions, then people's rows."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sampler.model import Answer, Stage
from sampler.reading.mapping import Mapping
from sampler.reading.read_table import Table

QuestionKind = Literal["classification", "column", "word", "stage"]


@dataclass(frozen=True)
class Option:
    """One answer to a question: what is chosen, as the mapping file has it, and how it reads."""

    value: str
    words: str


@dataclass(frozen=True)
class Question:
    """Something only the user can say: what a column is, or what one of their words is of ours.

    `id` names it in the choices: "classification", "column:HEADER", "stage:WORD" or
    "word:CHARACTERISTIC:WORD". `proposed` is the value of the likeliest option, to be confirmed;
    None where no option is likelier than another. `rows` is how many rows it concerns.
    """

    id: str
    kind: QuestionKind
    text: str
    options: tuple[Option, ...]
    proposed: str | None = None
    header: str = ""
    characteristic: str = ""
    word: str = ""
    rows: int = 0
    note: str = ""


@dataclass(frozen=True)
class Understood:
    """One of their words that needs no question, and what it counts as."""

    characteristic: str
    word: str
    ours: str
    rows: int


@dataclass(frozen=True)
class Proposal:
    """What a file seems to hold, and what must be confirmed before it can be read.

    `table` is the table to read, without what is left out: such cells hold `matching.SOMETHING`
    and dates of birth are bands already. `header_row` is the number of the row that names the
    columns. `mapping` has what is certain or was remembered; `questions` must be answered;
    `offers` may be: columns that are certain or left out, which the user may see otherwise.
    `understood` are words of theirs that need no question. `traps` are sentences about the
    classification, `notes` about the file.
    """

    table: Table = field(repr=False)
    header_row: int
    mapping: Mapping
    left_out: tuple[str, ...]
    questions: tuple[Question, ...]
    offers: tuple[Question, ...] = ()
    understood: tuple[Understood, ...] = ()
    traps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_ours: bool = False
    round_id: str = ""
    plan_number: int | None = None
    made: str = ""


@dataclass(frozen=True)
class IncomingRow:
    """One person of a file. What an empty cell or no column says nothing of is None, or absent."""

    number: int
    id: str = ""
    version: int | None = None
    reference: str = ""
    answers: Map[str, Answer] = field(default_factory=dict)
    stage: Stage | None = None
    reserve: bool | None = None
    recruiter: str | None = None
    slot: datetime | None = None
    incentive_on: date | None = None
    notes: str | None = None


@dataclass(frozen=True)
class Refused:
    """Why a row is not read; nothing that looks personal is repeated.

    `by_choice`: the user chose to leave out rows with this word.
    """

    row: int
    column: str
    reason: str
    by_choice: bool = False


@dataclass(frozen=True)
class Incoming:
    """Every row of a table, each in one of three: read, refused, or blank."""

    rows: tuple[IncomingRow, ...]
    refused: tuple[Refused, ...]
    left_out: tuple[str, ...]
    blank: tuple[int, ...] = ()
