"""Which sheet, which row names the columns, and what each column may be of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from census.spelling import key
from sampler.errors import BadSheet
from sampler.model import Plan, PlannedCharacteristic
from sampler.people.tracking import STAGE_WORDS
from sampler.reading.ages import is_age
from sampler.reading.mapping import (
    COUNTED_COLUMN,
    ID_COLUMN,
    USE_WORDS,
    Column,
    Mapping,
    Use,
)
from sampler.reading.personal import (
    NAME,
    are_names,
    header_words,
    looks_personal,
    personal_header,
    personal_values,
    safe_header,
)
from sampler.reading.read_table import File, Row, Table
from sampler.screener import QUESTIONS
from sampler.words import listed

PEOPLE = "people"
ROWS_LOOKED_AT = 30
"""Of each sheet, for the row that names the columns."""
MOST_SHEETS_NAMED = 8

_SYNONYMS: dict[Use, str] = {
    "reference": (
        "ref;id;ref no;reference no;reference number;code;participant;participant id;"
        "participant ref;participant reference;participant number;participant no;participant code;"
        "respondent;respondent id;respondent no;respondent number;person;person id;client id;"
        "client ref;panel id;panellist id;panelist id;unique id;record id;recruit id;recruit ref;"
        "their reference;recruiter reference;recruiter ref;our ref;your ref;p no"
    ),
    "stage": (
        "status;stage of recruitment;outcome;attendance;recruitment status;recruitment stage;"
        "booking status;attended;attendance status"
    ),
    "reserve": "backup;back up;standby;stand by;floater;spare;is reserve;reserve y n",
    "recruiter": "source;agency;recruited by;recruiter name;name of recruiter;partner;found by",
    "slot": (
        "session;session date;session time;appointment;appointment date;interview date;"
        "interview time;interview slot;time slot;slot date;date and time;date time;slot time;"
        "session date and time;date of session;date of interview"
    ),
    "incentive_on": (
        "incentive sent;incentive date;incentive paid;incentive paid on;paid on;payment date;"
        "date paid;payment sent;incentive sent date;thank you sent"
    ),
}
_TOPIC_SYNONYMS: dict[str, str] = {
    "ethnic_group": (
        "ethnicity;ethnic group;ethnic background;ethnic origin;ethnic category;ethnic code;"
        "ethnic category code;ethnicity code;race;heritage;ethnic group or background;"
        "race ethnicity;ethnic"
    ),
    "age": "age;age band;age group;age range;age bracket;age at interview;age years;how old",
    "sex": "sex;gender;m f;f m;male female;sex at birth;legal sex;sex registered at birth",
    "disability": (
        "disability;disabled;disability status;disabled y n;disability y n;health condition;"
        "long term condition;long term health condition;disabled person;is disabled;impairment;"
        "do you consider yourself disabled"
    ),
    "tenure": "tenure;housing tenure;housing;housing status;home ownership",
    "cars": "cars;cars or vans;car ownership;vehicles;number of cars",
    "economic_activity": "employment;employment status;working status;work status;economic status",
    "qualification": "education;education level;highest qualification;qualifications",
    "ns_sec": "occupation;occupation class;social class;socio economic group;ns sec",
    "sexual_orientation": "sexuality;orientation;sexual orientation",
    "religion": "religion;faith;religion or belief;belief",
    "country_of_birth": "country of birth;born in;birth country",
    "english_proficiency": "english level;level of english;english;english proficiency",
    "general_health": "health;general health",
    "unpaid_care": "carer;carers;caring;unpaid carer;unpaid care",
    "living_alone": "living alone;lives alone;household type",
    "where_they_live": "area;council;local authority;borough;town;district;location",
}
FREE_TEXT = "notes;note;comment;comments;remarks;feedback;other information;further information"
_USES: dict[str, Use] = {word: use for use, words in _SYNONYMS.items() for word in words.split(";")}
_NUMBER_MARKS = str.maketrans("", "", "0123456789.,-/: %")


@dataclass(frozen=True)
class Found:
    """The table to read, the row that names its columns, and what to say of the choice."""

    table: Table
    head: Row
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One of their columns: where it stands, its name, and what it seems to be of ours.

    `is_sure`: the name is ours, or was remembered. `personal` says what it holds that is not read
    (with a `column`: not unless the user says so);
    `is_ignored` is our own column of formulas.
    """

    place: int
    header: str
    column: Column | None = None
    is_sure: bool = False
    personal: str | None = None
    is_ignored: bool = False

    @property
    def called(self) -> str:
        """The column's name for a list: its letter where it has none that may be shown."""
        if not self.header:
            return f"column {letter(self.place)}, which has no name"
        if safe_header(self.header):
            return self.header
        return f"column {letter(self.place)}, whose name looks personal"


def letter(place: int) -> str:
    """Return the letters of a column as a spreadsheet has them.

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Headers:
    """The names of columns a plan knows: its own, and others that usually mean the same."""

    def __init__(self, plan: Plan, remembered: Mapping) -> None:
        self.remembered = {key(column.header): column for column in remembered.columns}
        self.left_out = {key(header) for header in remembered.left_out}
        self.ours: dict[str, tuple[Use, str]] = {
            header_words(ours): (use, "") for use, ours in USE_WORDS.items()
        }
        self.near: dict[str, tuple[Use, str]] = {word: (use, "") for word, use in _USES.items()}
        self.parts = {part.name: part for part in plan.characteristics}
        for part in plan.characteristics:
            for word in _TOPIC_SYNONYMS.get(part.topic or _by_name(part), "").split(";"):
                self.near.setdefault(word, ("characteristic", part.name))
            if asked := QUESTIONS.get(part.topic or ""):
                self.near[header_words(asked)] = ("characteristic", part.name)
        for part in plan.characteristics:
            self.ours[header_words(part.name)] = ("characteristic", part.name)
        self.words = {key(group) for part in plan.characteristics for group in part.groups}
        self.words |= {key(words) for words in (*STAGE_WORDS.values(), "Yes", "No")}
        self.near.pop("", None)
        self.ours.pop("", None)

    def exact(self, header: str) -> Column | None:
        """Return what a column is by a name that is ours."""
        found = self.ours.get(header_words(header))
        return found and Column(header=header, use=found[0], characteristic=found[1])

    def likely(self, header: str) -> Column | None:
        """Return what a column most likely is: another word for ours, or ours within its name."""
        words = header_words(header)
        found = self.near.get(words)
        if found is None:
            inside = f" {words} "
            names = [(name, one) for name, one in self.ours.items() if f" {name} " in inside]
            parts = [one for _, one in names if one[0] == "characteristic"]
            found = parts[0] if len(parts) == 1 else None
            if found is None and words.split()[-1:] in (["ref"], ["reference"], ["id"]):
                found = ("reference", "")
        return found and Column(header=header, use=found[0], characteristic=found[1])

    def knows(self, header: str) -> int:
        """Say how sure a cell is that it names a column: 3 ours, 2 remembered, 1 another word."""
        words = header_words(header)
        if not words or len(header) > 200:
            return 0
        if words in self.ours:
            return 3
        if key(header) in self.remembered:
            return 3
        # "Attended" may name a column; far more often it is somebody's answer.
        return 1 if words in self.near and key(header) not in self.words else 0


def _by_name(part: PlannedCharacteristic) -> str:
    words = header_words(part.name)
    if words.startswith("ethnic"):
        return "ethnic_group"
    return "age" if is_age(part) else words.replace(" ", "_")


def find(file: File, headers: Headers) -> Found:
    """Return the table to read and its header row.

    A sheet named People comes first, then the one whose header row says most. Raises `BadSheet`.
    """
    tables = [table for table in file.tables if any(_cells(row) for row in table.rows)]
    if not tables:
        raise BadSheet("There is nothing in this file. Save it again and choose it once more.")
    # Sheets whose cells could not be told apart have a note, which says why, and no rows.
    spoilt = [table for table in file.tables if table.notes and not table.rows]
    named = [table for table in tables if key(table.name) == PEOPLE]
    if not named and (people := [table for table in spoilt if key(table.name) == PEOPLE]):
        raise BadSheet(people[0].notes[0])
    best = [(table, _header_row(table, headers)) for table in named or tables]
    scored = [(table, head, score) for table, (head, score) in best if head is not None]
    most = max((score for *_, score in scored), default=0)
    top = [(table, head) for table, head, score in scored if score == most]
    if not top:
        raise BadSheet(
            spoilt[0].notes[0] if spoilt else _no_header(named or tables, headers, len(tables) > 1)
        )
    if len(top) > 1:
        raise BadSheet(
            f"The sheets {_sheets([table for table, _ in top])} could each be the people. Call the "
            "right one People, or send it alone."
        )
    table, head = top[0]
    others = [other for other in (*tables, *spoilt) if other is not table]
    notes = list(table.notes)
    if others and not named:
        notes.append(
            f"The people are read from {_sheets([table])}; {_sheets(others)} "
            f"{'is' if len(others) == 1 else 'are'} not read."
        )
        notes += [other.notes[0] for other in spoilt]
    _refuse_second_header(table, head, headers)
    return Found(table, head, tuple(notes))


def _cells(row: Row) -> list[str]:
    return [cell.strip() for cell in row.cells if cell.strip()]


def _header_row(table: Table, headers: Headers) -> tuple[Row | None, int]:
    """Return the row that names most columns, and how sure that is."""
    looked_at = [row for row in table.rows if _cells(row)][:ROWS_LOOKED_AT]
    scores = [sum(headers.knows(cell) for cell in row.cells) for row in looked_at]
    most = max(scores, default=0)
    if most:
        return looked_at[scores.index(most)], most
    head = looked_at[0] if looked_at else None
    # No name we know: the first row, if nothing in it reads like somebody's answers.
    if head is None or len(_cells(head)) < 2 or len(looked_at) < 2 or not _is_names(head, headers):
        return None, 0
    return head, 0


def _is_names(row: Row, headers: Headers) -> bool:
    """Say whether a row can name columns: nothing in it reads like somebody's answers."""
    cells = _cells(row)
    return len(set(cells)) == len(cells) and not any(
        looks_personal(cell)
        or not cell.translate(_NUMBER_MARKS)
        or len(cell) < 2
        or key(cell) in headers.words
        for cell in cells
    )


def _no_header(tables: Sequence[Table], headers: Headers, has_others: bool) -> str:
    names = list(headers.parts)[:3]
    wanted = listed(["Reference", "Stage", *names])
    where = f" in the sheet {_sheets(tables)}" if len(tables) == 1 and tables[0].name else ""
    if len(tables) > 1:
        where = f" in any of its sheets ({_sheets(tables)})"
    more = " Or call the sheet with the people People." if has_others else ""
    return (
        f"No row that names the columns was found{where}. Put one above the people, with names "
        f"such as {wanted}.{more}"
    )


def _sheets(tables: Sequence[Table]) -> str:
    names = [f"‘{t.name}’" if safe_header(t.name) else "a sheet" for t in tables]
    more = len(names) - MOST_SHEETS_NAMED
    return listed([*names[:MOST_SHEETS_NAMED], *([f"{more} more"] if more > 0 else [])])


def _refuse_second_header(table: Table, head: Row, headers: Headers) -> None:
    """Refuse two rows of names: which of them holds for a column would be a guess."""
    at = next(i for i, row in enumerate(table.rows) if row is head)
    mine = {header_words(cell) for cell in head.cells}
    for beside in (*table.rows[at + 1 : at + 2], *table.rows[max(0, at - 1) : at]):
        named = [
            c.strip() for c in beside.cells if headers.knows(c) and header_words(c) not in mine
        ]
        sure = sum(headers.knows(cell) for cell in named)
        again = sum(header_words(cell) in mine for cell in beside.cells if cell.strip())
        is_repeat = again >= 2 and again == len(_cells(beside))
        if sure >= 2 and not is_repeat:
            first, second = sorted((head.number, beside.number))
            raise BadSheet(
                f"Rows {first} and {second} both name columns ({listed(named[:3])} in row "
                f"{beside.number}). Make one row of them, with one name above each column."
            )


def fields(found: Found, headers: Headers, today: date) -> list[Field]:
    """Return every column with what it seems to be; raises `BadSheet` for a name used twice."""
    width = max((len(row.cells) for row in found.table.rows), default=0)
    names = [cell.strip() for cell in found.head.cells]
    names += [""] * (width - len(names))
    below = [row for row in found.table.rows if row.number > found.head.number]
    made: list[Field] = []
    for place, header in enumerate(names):
        values = [row.cells[place] for row in below if place < len(row.cells)]
        if header or any(value.strip() for value in values):
            made.append(_field(place, header, values, headers, today))
    _refuse_twice(made)
    return made


def _field(place: int, header: str, values: Sequence[str], headers: Headers, today: date) -> Field:
    if is_ignored(header):
        return Field(place, header, is_ignored=True)
    if known := headers.remembered.get(key(header)):
        column = known.model_copy(update={"header": header})
        what = personal_header(header) or personal_values(values, today)
        return Field(place, header, column, True, what)
    if key(header) in headers.left_out or not header:
        return Field(place, header, is_sure=True)
    if exact := headers.exact(header):
        # Under these two headings any text is taken, so that names would be kept.
        if exact.use in ("notes", "reference") and are_names(values):
            return Field(place, header, exact, personal=NAME)
        return Field(place, header, exact, True)
    what = personal_header(header) or personal_values(values, today)
    if not safe_header(header):
        what = what or looks_personal(header) or "something personal"
    if what:
        return Field(place, header, personal=what)
    if header_words(header) in FREE_TEXT.split(";"):
        return Field(place, header)
    likely = headers.likely(header)
    if likely and likely.use == "reference" and not _are_references(values):
        likely = None
    return Field(place, header, likely)


def _are_references(values: Sequence[str]) -> bool:
    """Say whether values can be references: mostly with a figure in them, and no two words."""
    given = [value.strip() for value in values if value.strip()][:200]
    like = [v for v in given if any(c.isdigit() for c in v) and len(v.split()) == 1]
    return len(like) * 2 > len(given)


def _refuse_twice(made: Sequence[Field]) -> None:
    by_name: dict[str, list[Field]] = {}
    for field in made:
        if field.header and (field.column or field.is_sure):
            by_name.setdefault(header_words(field.header), []).append(field)
    for twins in by_name.values():
        if len(twins) > 1:
            places = listed([letter(one.place) for one in twins])
            which = "both" if len(twins) == 2 else "all"
            raise BadSheet(
                f"The columns {places} are {which} called {twins[0].called}. Delete one, or give "
                "it another name."
            )
    by_ours: dict[str, Field] = {}
    for field in made:
        if field.column and field.is_sure:
            twin = by_ours.setdefault(field.column.ours, field)
            if twin is not field:
                raise BadSheet(
                    f"{twin.called} (column {letter(twin.place)}) and {field.called} (column "
                    f"{letter(field.place)}) are both {field.column.ours}. Delete one, or give it "
                    "another name."
                )


def is_our_sheet(names: Sequence[str], plan: Plan) -> bool:
    """Say whether a header row is our sheet's: its hidden column, or its first and all of ours."""
    there = {header_words(name) for name in names}
    ours = [USE_WORDS["reference"], USE_WORDS["stage"]]
    ours += [part.name for part in plan.characteristics]
    return header_words(ID_COLUMN) in there or there.issuperset(map(header_words, ours))


def is_ignored(header: str) -> bool:
    """Say whether a column is our own formulas."""
    return header_words(header) == header_words(COUNTED_COLUMN)
