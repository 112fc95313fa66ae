"""A past round by its totals: counts per group, typed, pasted or from a file; no people.

Three columns (characteristic, group, people), or a line with the characteristic and then lines of
a group and its people. A line of heads on top, and "Total" lines, may be there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from census.spelling import did_you_mean, key
from sampler.errors import BadSheet, SamplerError
from sampler.model import Plan, PlannedCharacteristic, Totals
from sampler.people.tracking import NOT_KNOWN_WORDS, PREFER_NOT_WORDS
from sampler.reading import read_table
from sampler.reading.read_cells import File
from sampler.words import group_words, listed

MOST_HEARD = 1_000_000
_WHOLE = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,9}")
_LINE = re.compile(r"(?P<group>.*?\S)\s*[:=]?\s+(?P<number>[-\d.,<%]+)")
_TOTALS = ("total", "totals", "all", "everyone", "all people")
_HEADS = ("people", "count", "counts", "number", "heard", "people heard", "how many", "n")
_UNKNOWN = (key(NOT_KNOWN_WORDS), key(PREFER_NOT_WORDS), "unknown", "not stated", "missing")
NOBODY_SAID = "No number of people stands there. Write 0 for nobody."
EXAMPLE = 'Write lines such as "Sex, Female, 12", or "Sex" and below it "Female, 12".'


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line, and what can be done; no line where it is about the whole."""

    line: int | None
    text: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.text}" if self.line else self.text


class BadTotals(SamplerError):
    """Totals that cannot be taken: every problem at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(map(str, problems)))


@dataclass(frozen=True)
class _Line:
    number: int
    cells: tuple[str, ...]


def read(given: str | File, plan: Plan, on: date, heard: int | None = None) -> Totals:
    """Return the totals a text or a file holds, checked against the groups of a plan.

    `heard` are the people heard in all; left out, it is the most that any characteristic counts.
    Broad groups may stand in place of their detailed ones.

    Raises `BadTotals` with every problem.
    """
    lines = _lines_of_text(given) if isinstance(given, str) else _lines_of_file(given)
    reading = _Reading(plan)
    for line in lines:
        reading.take(line)
    problems = [*reading.problems, *reading.both_levels()]
    if not reading.counts and not problems:
        problems.append(Problem(None, f"There are no counts. {EXAMPLE}"))
    sums = {
        name: sum(some.values()) + reading.unknown.get(name, 0)
        for name, some in reading.counts.items()
    }
    if heard is not None and not 0 < heard <= MOST_HEARD:
        problems.append(Problem(None, "People heard must be a whole number from 1 to 1,000,000."))
    most = max([*sums.values(), *reading.totals.values()], default=0)
    everyone = most if heard is None else heard
    problems += _against(everyone, sums, reading.totals, is_given=heard is not None)
    if not everyone and not problems:
        problems.append(Problem(None, "Nobody is counted. A past round heard at least one person."))
    if problems:
        problems.sort(key=lambda problem: (problem.line is None, problem.line or 0))
        raise BadTotals(problems)
    return Totals(
        on=on,
        heard=everyone,
        counts={
            part.name: {group: n for group, n in reading.counts[part.name].items() if n}
            for part in plan.characteristics
            if part.name in reading.counts
        },
    )


def _against(
    heard: int, sums: Mapping[str, int], totals: Mapping[str, int], *, is_given: bool
) -> list[Problem]:
    """Say where counts, or the totals written, are more than were heard, or do not agree."""
    problems = []
    for name, number in sums.items():
        if is_given and heard > 0 and number > heard:
            problems.append(
                Problem(
                    None,
                    f"{name}: the groups count {number:,} people, more than the {heard:,} heard. "
                    "Each person counts in one group.",
                )
            )
        if name in totals and number > totals[name]:
            problems.append(
                Problem(None, f"{name}: the groups add up to {number:,}, not {totals[name]:,}.")
            )
    return problems


class _Reading:
    """Lines read against a plan, with what is wrong with them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.problems: list[Problem] = []
        self.counts: dict[str, dict[str, int]] = {}
        self.unknown: dict[str, int] = {}
        self.totals: dict[str, int] = {}
        self.part: PlannedCharacteristic | None = None
        self.skips = False
        self.started = False

    def take(self, line: _Line) -> None:
        """Take one line in."""
        first, self.started = not self.started, True
        *before, number = _trimmed(line.cells)
        if first and before and key(number) in _HEADS and self._named(before[0]) is None:
            return
        if not before or (len(before) == 1 and key(number) in _HEADS):
            self._under(line.number, (before or [number])[0].rstrip(":"))
            return
        if len(before) == 1 and (named := self._named(before[0])) and key(number) in _groups(named):
            self._wrong(line.number, f"{number}: {NOBODY_SAID}")
            return
        if len(before) > 1:
            before, number = self._parted(line.number, before, number)
        if self.part is not None:
            self._count(line.number, self.part, before[-1], number)
        elif not self.skips:
            said = f"No characteristic is named above {before[-1]!r}. {EXAMPLE}"
            self._wrong(line.number, said)

    def _parted(self, line: int, before: list[str], number: str) -> tuple[list[str], str]:
        """Return group and number of a line of three cells or more, under its characteristic.

        Commas may have parted the group's name, or a number of thousands.
        """
        named = self._named(before[0]) if before[0] else None
        if named is None and self.part is not None:
            cells, names = [*filter(None, before), number], _groups(self.part)
            for at in range(1, len(cells)):
                if key(", ".join(cells[:at])) in names:
                    return [", ".join(cells[:at])], ",".join(cells[at:])
        if before[0]:
            self._under(line, before[0])
        return [", ".join(filter(None, before[1:]))], number

    def _wrong(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, text))

    def _named(self, text: str) -> PlannedCharacteristic | None:
        called = key(text)
        return next(
            (
                part
                for part in self.plan.characteristics
                if called in (key(part.name), key((part.topic or "").replace("_", " ")), part.topic)
            ),
            None,
        )

    def _under(self, line: int, text: str) -> None:
        """Take a characteristic as the one the next groups are of."""
        self.part = self._named(text)
        self.skips = self.part is None
        if self.part is None:
            names = [part.name for part in self.plan.characteristics]
            hint = did_you_mean(text, names) or f" They are {listed(names)}."
            self._wrong(line, f"This round has no characteristic called {text!r}.{hint}")

    def _count(self, line: int, part: PlannedCharacteristic, group: str, text: str) -> None:
        called = key(group)
        names = _groups(part)
        is_total = called in _TOTALS and called not in names
        is_unknown = called in _UNKNOWN and called not in names
        if not (is_total or is_unknown) and called not in names:
            spelled = list(dict.fromkeys(names.values()))
            hint = did_you_mean(group, spelled)
            self._wrong(line, f"{part.name} has no group called {group!r}.{hint}")
        number = self._number(line, group, text)
        if number is None:
            return
        if is_total:
            self.totals[part.name] = number
        elif is_unknown:
            self.unknown[part.name] = self.unknown.get(part.name, 0) + number
            self.counts.setdefault(part.name, {})
        elif called in names:
            counts = self.counts.setdefault(part.name, {})
            if names[called] in counts:
                self._wrong(line, f"{names[called]} is counted twice. Leave one of them out.")
            counts[names[called]] = number

    def _number(self, line: int, group: str, text: str) -> int | None:
        plain = text.strip().replace("\u00a0", "").replace(" ", "")
        if _WHOLE.fullmatch(plain):
            number = int(plain.replace(",", ""))
            if number <= MOST_HEARD:
                return number
            plain = ""
        if not text.strip():
            said = NOBODY_SAID
        elif "%" in text:
            said = "Write people, not a share."
        elif "<" in text or "fewer" in text.casefold():
            said = "A number that is hidden cannot be counted. Write it, or leave the group out."
        else:
            said = "Write a whole number of people, such as 12."
        self._wrong(line, f"{group}: {said}")
        return None

    def both_levels(self) -> list[Problem]:
        """Say where a broad group and one of its detailed groups are both counted."""
        problems = []
        for part in self.plan.characteristics:
            counts = self.counts.get(part.name, {})
            for broad in dict.fromkeys(q.broad for q in part.quotas if q.broad):
                inside = [q.group for q in part.quotas if q.broad == broad and q.group in counts]
                if broad in counts and broad not in part.groups and inside:
                    problems.append(
                        Problem(
                            None,
                            f"{part.name}: {broad} is counted and so is {listed(inside)}, which "
                            "is part of it. Keep one or the other.",
                        )
                    )
        return problems


def _groups(part: PlannedCharacteristic) -> dict[str, str]:
    """Return how groups may be called, as compared, with their names; broad ones first."""
    names = {key(q.broad): q.broad for q in part.quotas if q.broad}
    names |= {key(group_words(group, part.topic)): group for group in part.groups}
    return names | {key(group): group for group in part.groups}


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Return the cells up to the last that holds something; one line has one cell at least."""
    found = [cell.strip() for cell in cells]
    while len(found) > 1 and not found[-1]:
        found.pop()
    filled = [cell for cell in found if cell]
    return filled if len(filled) == 1 else found


def _lines_of_file(given: File) -> list[_Line]:
    return [
        _Line(row.number, row.cells)
        for table in given.tables
        for row in table.rows
        if any(cell.strip() for cell in row.cells)
    ]


def _lines_of_text(text: str) -> list[_Line]:
    """Read columns where there are some, else a number at the end of each line."""
    try:
        return _lines_of_file(read_table.read_pasted(text))
    except BadSheet as error:
        lines = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                found = _LINE.fullmatch(line.strip())
                cells = (found["group"], found["number"]) if found else (line.strip(),)
                lines.append(_Line(number, cells))
        if not any(len(line.cells) > 1 for line in lines):
            raise BadTotals(
                [Problem(None, f"{error} {EXAMPLE}" if lines else str(error))]
            ) from None
        return lines
