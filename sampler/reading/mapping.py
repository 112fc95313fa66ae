"""A mapping: a recruiter's columns and words, and what each is of ours. People edit it as TOML.

classification = "nhs_16"

[columns]
"Ethnic code" = "Ethnic group"
"Client code" = "left out"

[words."Ethnic group"]
"British Pakistani" = "Pakistani"
"Asian - other" = "Asian, detail not known"
"Cornish" = "own words"

[words.Stage]
Booked = "Confirmed"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args

import tomli_w
from pydantic import Field

from census.spelling import did_you_mean, key
from sampler.brief import SHEET_COLUMNS
from sampler.errors import SamplerError
from sampler.model import (
    Answer,
    Plan,
    PlannedCharacteristic,
    Stage,
    Value,
)
from sampler.people.tracking import (
    NOT_KNOWN_WORDS,
    PREFER_NOT_WORDS,
    STAGE_WORDS,
    stage_named,
)
from sampler.reading.ages import is_age
from sampler.reading.answer_words import (
    LEAVE_ROW_OUT,
    LEFT_OUT,
    OWN_WORDS_CHOICE,
    answer_text,
    fit_answer,
    read_answer,
)
from sampler.reading.personal import BIRTH, personal_header, safe_header

__all__ = [
    "CLASSIFICATIONS",
    "COUNTED_COLUMN",
    "ID_COLUMN",
    "LEAVE_ROW_OUT",
    "LEFT_OUT",
    "OWN_WORDS_CHOICE",
    "STAGE_COLUMN",
    "USE_WORDS",
    "BadMapping",
    "Classification",
    "Column",
    "Mapping",
    "Use",
    "answer_text",
    "personal_problem",
    "read",
]

Classification = Literal["census_2021", "gss_18", "nhs_16", "scotland_2022", "ni_2021", "own"]
CLASSIFICATIONS: tuple[Classification, ...] = get_args(Classification)
Use = Literal[
    "reference",
    "stage",
    "reserve",
    "recruiter",
    "slot",
    "incentive_on",
    "notes",
    "id",
    "characteristic",
]
ID_COLUMN = "Planner"
"""Our own hidden column: a person's id and version, "uuid/version"."""
COUNTED_COLUMN = SHEET_COLUMNS[7]
"""Our own column of formulas; it is never read back."""
USE_WORDS: dict[Use, str] = {
    "reference": SHEET_COLUMNS[0],
    "stage": SHEET_COLUMNS[1],
    "reserve": SHEET_COLUMNS[2],
    "recruiter": SHEET_COLUMNS[3],
    "slot": SHEET_COLUMNS[4],
    "incentive_on": SHEET_COLUMNS[5],
    "notes": SHEET_COLUMNS[6],
    "id": ID_COLUMN,
}
STAGE_COLUMN = USE_WORDS["stage"]
LARGEST_MAPPING = 1_000_000
"""Characters of a mapping's text."""


class BadMapping(SamplerError):
    """A mapping that cannot be used: every problem, each a sentence."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


class Column(Value):
    """One of their columns that is read, and what it is of ours."""

    header: str
    use: Use
    characteristic: str = ""

    @property
    def ours(self) -> str:
        """Our name of the column."""
        return self.characteristic if self.use == "characteristic" else USE_WORDS[self.use]


class Mapping(Value):
    """Their columns and words, and what each is of ours.

    A word of `words` or `stages` that is None leaves its rows out. `left_out` are columns the user
    chose not to read, so that they are not asked about again.
    """

    classification: Classification | None = None
    columns: tuple[Column, ...] = ()
    left_out: tuple[str, ...] = ()
    words: dict[str, dict[str, Answer | None]] = Field(default_factory=dict)
    stages: dict[str, Stage | None] = Field(default_factory=dict)

    def column(self, header: str) -> Column | None:
        """Return what a column of that name is; case and spaces forgiven."""
        return next((c for c in self.columns if key(c.header) == key(header)), None)

    def leaves_out(self, header: str) -> bool:
        """Say whether the user chose not to read a column of that name."""
        return any(key(one) == key(header) for one in self.left_out)

    def to_toml(self) -> str:
        """Write the mapping as a TOML file that `read` takes back unchanged."""
        columns: dict[str, object] = {c.header: _column_value(c) for c in self.columns}
        columns |= dict.fromkeys(self.left_out, LEFT_OUT)
        words: dict[str, dict[str, object]] = {
            name: {word: _answer_value(answer) for word, answer in one.items()}
            for name, one in self.words.items()
        }
        if self.stages:
            words[STAGE_COLUMN] = {
                word: STAGE_WORDS[stage] if stage else LEAVE_ROW_OUT
                for word, stage in self.stages.items()
            }
        values: dict[str, object] = {}
        if self.classification:
            values["classification"] = self.classification
        if columns:
            values["columns"] = columns
        if words:
            values["words"] = words
        return tomli_w.dumps(values, multiline_strings=False)

    def problems(self, plan: Plan) -> tuple[str, ...]:
        """Return every reason why the mapping does not fit a plan, each a sentence."""
        return self._fitted(plan)[1]

    def check(self, plan: Plan) -> None:
        """Raise `BadMapping` with every problem where the mapping does not fit a plan."""
        if problems := self.problems(plan):
            raise BadMapping(problems)

    def fitting(self, plan: Plan) -> Mapping:
        """Return what of the mapping fits a plan, in the plan's spelling; the rest is forgotten."""
        return self._fitted(plan)[0]

    def _fitted(self, plan: Plan) -> tuple[Mapping, tuple[str, ...]]:
        problems: list[str] = []
        parts = {key(part.name): part for part in plan.characteristics}
        names = [part.name for part in plan.characteristics]
        columns: list[Column] = []
        for column in self.columns:
            fitted = column
            if column.use == "characteristic":
                part = parts.get(key(column.characteristic))
                if part is None:
                    problems.append(
                        f"{_called(column.header)} is said to be {column.characteristic}, which "
                        f"this plan does not have.{did_you_mean(column.characteristic, names)}"
                    )
                    continue
                fitted = column.model_copy(update={"characteristic": part.name})
            if problem := personal_problem(column, parts):
                problems.append(problem)
            elif twin := next((c for c in columns if c.ours == fitted.ours), None):
                problems.append(
                    f"{_called(twin.header)} and {_called(column.header)} are both said to be "
                    f"{fitted.ours}. Leave one out."
                )
            else:
                columns.append(fitted)
        words: dict[str, dict[str, Answer | None]] = {}
        for name, one in self.words.items():
            part = parts.get(key(name))
            if part is None:
                hint = did_you_mean(name, names)
                problems.append(f"There are words of {name}, which this plan does not have.{hint}")
                continue
            kept = words.setdefault(part.name, {})
            seen = {key(word) for word in kept}
            for word, answer in one.items():
                fitted_answer = None if answer is None else fit_answer(part, answer)
                if answer is not None and fitted_answer is None:
                    problems.append(
                        f"‘{word}’ is said to be {answer.text}, which is none of the groups of "
                        f"{part.name}.{did_you_mean(answer.text, part.groups)}"
                    )
                    continue
                if key(word) in seen:
                    problems.append(f"‘{word}’ is in the words of {part.name} twice.")
                    continue
                seen.add(key(word))
                kept[word] = fitted_answer
        stages: dict[str, Stage | None] = {}
        seen = set()
        for word, stage in self.stages.items():
            if key(word) in seen:
                problems.append(f"‘{word}’ is in the words of {STAGE_COLUMN} twice.")
            else:
                seen.add(key(word))
                stages[word] = stage
        update = {
            "columns": tuple(columns),
            "words": {n: w for n, w in words.items() if w},
            "stages": stages,
        }
        return self.model_copy(update=update), tuple(problems)


def personal_problem(
    column: Column, parts: dict[str, PlannedCharacteristic], what: str | None = None
) -> str | None:
    """Say why a column may not be read at all: what is personal never is.

    A date of birth may give an age band, since the date itself is not kept. A column whose name is
    exactly ours is ours, whatever it sounds like.
    """
    what = what or personal_header(column.header)
    if what is None or key(column.header) == key(column.ours):
        return None
    part = parts.get(key(column.characteristic))
    if what == BIRTH and part is not None and is_age(part):
        return None
    return (
        f"{_called(column.header)} seems to hold {what}, which is never read in. Leave it out, or "
        "give the column another name if it holds something else."
    )


def _answer_value(answer: Answer | None) -> object:
    """Write an answer as text, or in full where the text would read back as another."""
    text = answer_text(answer)
    if answer is None or (text.strip() and read_answer(text) == answer):
        return text
    return [answer.kind, answer.text]


def _column_value(column: Column) -> object:
    text = column.ours
    if text.strip() and _read_use(column.header, text) == column:
        return text
    return ["characteristic", column.characteristic]


def _read_use(header: str, text: str) -> Column | None:
    """Read what a column is; None leaves it out."""
    if key(text) in (LEFT_OUT, "leave out"):
        return None
    use = next((use for use, ours in USE_WORDS.items() if key(ours) == key(text)), None)
    if use:
        return Column(header=header, use=use)
    return Column(header=header, use="characteristic", characteristic=text)


def remembered(text: str | None) -> Mapping | None:
    """Return the mapping that was kept of a recruiter; one that cannot be read is forgotten."""
    try:
        return read(text) if text else None
    except BadMapping:
        return None


def read(text: str) -> Mapping:
    """Return the mapping a TOML text holds; raises `BadMapping` with every problem at once."""
    if len(text) > LARGEST_MAPPING:
        raise BadMapping(["This file is too large for a mapping."])
    try:
        values = tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise BadMapping(["This is not a TOML file: it is nested too deeply."]) from None
    except ValueError as error:
        what = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number is too long"
        raise BadMapping([f"This is not a TOML file: {what}."]) from None
    problems: list[str] = []
    known = ("classification", "columns", "words")
    for name in values:
        if name not in known:
            problems.append(f"{_called(name)} is a key no mapping has.{did_you_mean(name, known)}")
    classification = values.get("classification")
    if classification is not None and classification not in CLASSIFICATIONS:
        problems.append(f"classification must be {_or(CLASSIFICATIONS)}.")
    columns, left_out = _read_columns(values.get("columns", {}), problems)
    words, stages = _read_words(values.get("words", {}), problems)
    if problems:
        raise BadMapping(problems)
    return Mapping(
        classification=classification,
        columns=columns,
        left_out=left_out,
        words=words,
        stages=stages,
    )


def _or(words: Sequence[str]) -> str:
    quoted = [f'"{word}"' for word in words]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _called(name: str) -> str:
    return f"‘{name}’" if safe_header(name) else "A column whose name looks personal"


def _read_columns(found: object, problems: list[str]) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    columns: list[Column] = []
    left_out: list[str] = []
    if not isinstance(found, dict):
        problems.append('columns must be a table, such as "Ethnicity" = "Ethnic group".')
        return (), ()
    for header, value in found.items():
        if isinstance(value, str) and value.strip():
            column = _read_use(header, value)
        elif _is_pair(value) and value[0] == "characteristic":
            column = Column(header=header, use="characteristic", characteristic=value[1])
        else:
            problems.append(
                f'{_called(header)} must be one of our columns or "{LEFT_OUT}", in quotation marks.'
            )
            continue
        if column is None:
            left_out.append(header)
        else:
            columns.append(column)
    seen: set[str] = set()
    for header in found:
        if key(header) in seen:
            problems.append(f"{_called(header)} is in the columns twice.")
        seen.add(key(header))
    return tuple(columns), tuple(left_out)


def _read_words(
    found: object, problems: list[str]
) -> tuple[dict[str, dict[str, Answer | None]], dict[str, Stage | None]]:
    words: dict[str, dict[str, Answer | None]] = {}
    stages: dict[str, Stage | None] = {}
    if not isinstance(found, dict):
        problems.append('words must be a table for each column, such as [words."Ethnic group"].')
        return {}, {}
    for name, one in found.items():
        if not isinstance(one, dict):
            problems.append(f'words.{name} must be a table, such as "F" = "Female".')
        elif key(name) == key(STAGE_COLUMN):
            for word, value in _texts(name, one, problems):
                stage = stage_named(value) if isinstance(value, str) else None
                is_out = isinstance(value, str) and read_answer(value) is None
                if word in stages:
                    problems.append(f"‘{word}’ is in the words of {STAGE_COLUMN} twice.")
                elif stage is None and not is_out:
                    hint = did_you_mean(str(value), STAGE_WORDS.values())
                    problems.append(f"‘{word}’ must be one of our stages.{hint}")
                else:
                    stages[word] = stage
        else:
            part = words.setdefault(name, {})
            for word, value in _texts(name, one, problems):
                try:
                    part[word] = (
                        read_answer(value)
                        if isinstance(value, str)
                        else Answer(kind=value[0], text=value[1])
                    )
                except (TypeError, ValueError):
                    problems.append(f"‘{word}’ of {name} is not an answer that can be read.")
    return words, stages


def _is_pair(value: Any) -> bool:
    """Say whether a value is two texts: an answer or a column in full."""
    return isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) for v in value)


def _texts(name: str, one: dict[str, Any], problems: list[str]) -> Iterator[tuple[str, Any]]:
    """Give the words with a value that is a text, or an answer in full."""
    for word, value in one.items():
        if _is_pair(value) or (isinstance(value, str) and value.strip()):
            yield word, value
        else:
            problems.append(
                f'‘{word}’ of {name} must be one of our groups, "{PREFER_NOT_WORDS}", '
                f'"{NOT_KNOWN_WORDS}", "{OWN_WORDS_CHOICE}" or "{LEAVE_ROW_OUT}".'
            )
