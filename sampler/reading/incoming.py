"""What reading in a file would do to a round: who is new, changed, unchanged or refused.

Nothing is stored here. A row is known again by what the planner wrote into the sheet, by its
reference, by the recruiter's own reference, or, where a file has none, by its answers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from census.spelling import key
from sampler.errors import BadSheet
from sampler.model import NOT_KNOWN, Change, Participant, Recruiter, Round, Stage
from sampler.people.fields import ADDED, differences, with_fields
from sampler.people.references import own_name, spelled, their_name
from sampler.reading.matching_values import Incoming, IncomingRow, Proposal, Refused

Kind = Literal["new", "changed", "unchanged"]
Choice = Literal["ours", "theirs"]
FIRST_STAGE: Stage = "screened_in"
"""Where somebody stands whom a recruiter sends without saying."""
HOW = "file"
TAKEN_BACK = "taken back"
"""How a change was made, for the history."""
REFERENCE = "Reference"


@dataclass(frozen=True)
class FieldChange:
    """A field in which the file differs; `changed_here` if somebody changed it here meanwhile.

    `ours` and `theirs` are as the history writes them.
    """

    field: str
    ours: str | None
    theirs: str | None
    changed_here: bool


@dataclass(frozen=True)
class PreviewRow:
    """A row of the file that can be taken in, and the person as they would be stored."""

    number: int
    kind: Kind
    person: Participant
    before: Participant | None = None
    fields: tuple[FieldChange, ...] = ()
    by_answers: bool = False
    origin: str | None = None
    note: str = ""

    @property
    def asks(self) -> bool:
        """Whether somebody must choose between what stands here and what the file says."""
        return any(one.changed_here for one in self.fields)


@dataclass(frozen=True)
class Preview:
    """Every row of a file, sorted out."""

    rows: tuple[PreviewRow, ...]
    refused: tuple[Refused, ...] = ()
    left_out: tuple[str, ...] = ()
    recruiter: str = ""
    sheet: str | None = None

    def of(self, kind: Kind) -> tuple[PreviewRow, ...]:
        """Return the rows of one kind."""
        return tuple(row for row in self.rows if row.kind == kind)

    @property
    def bad(self) -> tuple[Refused, ...]:
        """Return the rows refused, without those the user chose to leave out."""
        return tuple(one for one in self.refused if not one.by_choice)

    @property
    def by_answers(self) -> tuple[PreviewRow, ...]:
        """Rows without a reference taken for people already here, because all answers agree."""
        return tuple(row for row in self.rows if row.by_answers)


class Source(NamedTuple):
    """Where a file taken in was from: our sheet, by when it was made, or a recruiter's list."""

    sheet: str | None
    recruiter: str


@dataclass(frozen=True)
class Held:
    """What a round holds when a file is read in.

    `history` is the newest first, `erased` the ids of people erased, `named` gives the id of
    somebody by what they are called, and `files` are those taken in, by number.
    """

    round_id: str
    people: Sequence[Participant]
    recruiters: Sequence[Recruiter]
    history: Sequence[Change]
    erased: frozenset[str]
    named: Callable[[str], str]
    files: Mapping[int, Source]


@dataclass(frozen=True)
class Reading:
    """How rows are known again: our own sheet or a recruiter's file, and when it was made.

    `choices` say by row which version is kept where both changed, `are_others` that rows without
    a reference are other people though their answers agree.
    """

    is_ours: bool
    made: str = ""
    recruiter: str = ""
    choices: Mapping[int, Choice] = field(default_factory=dict)
    are_others: bool = False


def check_round(proposal: Proposal, held: Round) -> None:
    """Raise `BadSheet` where a file is the sheet of another round."""
    if proposal.round_id and proposal.round_id != held.id:
        raise BadSheet(
            f"This is the sheet of another round, not of {held.title}. Open the round it was made "
            "for, or copy its rows into a sheet of this one."
        )


def whose(facts: Mapping[str, str], recruiters: Sequence[Recruiter]) -> str:
    """Return whose sheet it is, by the name they have now; nothing for anybody else's file."""
    made_for = facts.get("recruiter", "")
    if not made_for:
        return ""
    by_letter = {one.letter: one.name for one in recruiters}
    return by_letter.get(facts.get("letter", ""), made_for)


def reading(proposal: Proposal, recruiter: str) -> Reading:
    """Return how the rows of a file are known again, before anything is chosen."""
    return Reading(is_ours=proposal.is_ours, made=proposal.made, recruiter=recruiter)


def preview(held: Held, incoming: Incoming, reading: Reading) -> Preview:
    """Sort out the rows of a file; every bad row is reported, none is skipped in silence."""
    sorter = _Sorter(held, reading)
    good, refused = _apart(incoming)
    rows: list[PreviewRow] = []
    by_person: dict[str, int] = {}
    for row in good:
        found = sorter.sort(row)
        if isinstance(found, Refused):
            refused.append(found)
        elif found.before is not None and found.before.id in by_person:
            where = by_person[found.before.id]
            reason = f"Row {where} is {found.before.reference} too. Keep one of the two rows."
            refused.append(Refused(row.number, REFERENCE, reason))
        else:
            rows.append(found)
            if found.before is not None:
                by_person[found.before.id] = row.number
    ordered = sorted(refused, key=lambda one: (one.row, one.column))
    sheet = reading.made if reading.is_ours else None
    return Preview(tuple(rows), tuple(ordered), incoming.left_out, reading.recruiter, sheet)


def _apart(incoming: Incoming) -> tuple[list[IncomingRow], list[Refused]]:
    """Refuse rows whose reference, or hidden part, is on another row too."""
    refused = list(incoming.refused)
    by_reference: dict[str, list[int]] = {}
    for row in incoming.rows:
        if row.reference:
            by_reference.setdefault(key(row.reference), []).append(row.number)
    ids = Counter(row.id for row in incoming.rows if row.id)
    good = []
    for row in incoming.rows:
        others = [n for n in by_reference.get(key(row.reference), []) if n != row.number]
        if row.reference and others:
            where = ", ".join(str(n) for n in others[:3])
            reason = (
                f"This reference is on row {where} too. Give each person a reference of their own."
            )
            refused.append(Refused(row.number, REFERENCE, reason))
        elif ids[row.id] > 1:
            # The hidden part came along when somebody copied a whole row.
            good.append(replace(row, id="", version=None))
        else:
            good.append(row)
    return good, refused


class _Sorter:
    def __init__(self, held: Held, reading: Reading) -> None:
        self.held, self.reading = held, reading
        self.by_id = {person.id: person for person in held.people}
        self.by_reference = {key(person.reference): person for person in held.people}
        self.by_theirs = {
            (key(p.recruiter), key(p.their_reference)): p for p in held.people if p.their_reference
        }
        self.known = {key(name): one.name for one in held.recruiters for name in one.former}
        self.known |= {key(one.name): one.name for one in held.recruiters}
        self.names = {key(one.name): (one.name, *one.former) for one in held.recruiters}
        self.lines: dict[str, list[Change]] = {}
        self.by_origin: dict[str, Participant] = {}
        for line in held.history:
            self.lines.setdefault(line.person_id, []).append(line)
            if line.field == ADDED and line.after and line.person_id in self.by_id:
                self.by_origin[line.after] = self.by_id[line.person_id]
        self.alike: Counter[str] = Counter()
        self.same = {n for n, one in held.files.items() if self._is_this(one)}

    def _is_this(self, source: Source) -> bool:
        """Say whether a file taken in was this one, or an earlier list of whoever sent it."""
        if self.reading.is_ours:
            return source.sheet == self.reading.made
        sender = self.known.get(key(self.reading.recruiter), self.reading.recruiter)
        names = self.names.get(key(sender), (sender,))
        return source.sheet is None and key(source.recruiter) in map(key, names)

    def sort(self, row: IncomingRow) -> PreviewRow | Refused:
        recruiter = (row.recruiter or self.reading.recruiter).strip()
        recruiter = self.known.get(key(recruiter), recruiter)
        if self.reading.is_ours:
            row = replace(row, reference=spelled(row.reference))
        if row.id and row.version:
            return self._by_hidden_part(row, recruiter)
        if not row.reference:
            return self._by_answers(row, recruiter)
        if self.reading.is_ours:
            return self._by_reference(row, recruiter)
        return self._by_their_reference(row, recruiter)

    def _by_hidden_part(self, row: IncomingRow, recruiter: str) -> PreviewRow | Refused:
        if row.id in self.held.erased:
            return _erased(row)
        person = self.by_id.get(row.id)
        if person is None:
            return self._by_reference(row, recruiter)
        if row.reference and key(row.reference) != key(person.reference):
            other = self.by_reference.get(key(row.reference))
            says = f"says {other.reference}" if other else "has another reference"
            reason = (
                f"This row was made for {person.reference} and now {says}. Put the answers on the "
                "row of the person they belong to, and somebody new on a blank row."
            )
            return Refused(row.number, REFERENCE, reason)
        return self._of(person, row, recruiter)

    def _by_reference(self, row: IncomingRow, recruiter: str) -> PreviewRow | Refused:
        """Sort a row of our sheet: its reference is ours."""
        origin = f"sheet {self.reading.made} {row.reference}" if self.reading.made else None
        blank_once = origin is not None and row.version == 0
        if blank_once and (known := self.by_origin.get(str(origin))) is not None:
            return self._of(known, row, recruiter)
        row_id = self.held.named(origin) if blank_once and origin else ""
        if {row_id, self.held.named(own_name(row.reference))} & self.held.erased:
            return _erased(row)
        person = self.by_reference.get(key(row.reference))
        if person is None:
            return self._new(row, recruiter, row.reference, origin)
        if blank_once and self._came_otherwise(person):
            note = f"{row.reference} is somebody else here already, so this row gets the next one."
            made = self._new(row, recruiter, "", origin, note)
            return replace(made, person=made.person.model_copy(update={"id": row_id}))
        return self._of(person, row, recruiter)

    def _came_otherwise(self, person: Participant) -> bool:
        """Say whether somebody came from elsewhere than a blank row of this very sheet."""
        first = next((o for o in self.lines.get(person.id, []) if o.field == ADDED), None)
        return first is None or first.after != f"sheet {self.reading.made} {person.reference}"

    def _by_their_reference(self, row: IncomingRow, recruiter: str) -> PreviewRow | Refused:
        """Sort a row of a recruiter's own file: its reference is theirs."""
        names = self.names.get(key(recruiter), (recruiter,))
        ids = [self.held.named(their_name(name, key(row.reference))) for name in names]
        if any(one in self.held.erased for one in ids):
            return _erased(row)
        person = self.by_theirs.get((key(recruiter), key(row.reference)))
        person = person or next((self.by_id[one] for one in ids if one in self.by_id), None)
        if person is not None:
            return self._of(person, row, recruiter)
        made = self._new(row, recruiter, "", None)
        there = made.person.model_copy(update={"id": ids[0], "their_reference": row.reference})
        return replace(made, person=there)

    def _by_answers(self, row: IncomingRow, recruiter: str) -> PreviewRow | Refused:
        """Sort a row without a reference: the same answers again are the same person again."""
        answers = sorted((n, a.kind, a.text) for n, a in row.answers.items())
        self.alike[json.dumps([key(recruiter), answers])] += 1
        nth = self.alike[json.dumps([key(recruiter), answers])]
        ids = [
            self.held.named(f"answers {nth} {json.dumps([key(name), answers])}")
            for name in self.names.get(key(recruiter), (recruiter,))
        ]
        origins = [f"answers {one}" for one in ids]
        made = self._new(row, recruiter, "", origins[0])
        if self.reading.are_others:
            return made
        person = next((self.by_origin[one] for one in origins if one in self.by_origin), None)
        if person is not None:
            found = self._of(person, row, recruiter)
            return replace(found, by_answers=True) if isinstance(found, PreviewRow) else found
        if any(one in self.held.erased for one in ids):
            reason = (
                "Somebody with the very same answers was erased here. Leave the row out, or give "
                "it a reference if it is somebody else."
            )
            return Refused(row.number, REFERENCE, reason)
        return replace(made, person=made.person.model_copy(update={"id": ids[0]}))

    def _new(
        self, row: IncomingRow, recruiter: str, called: str, origin: str | None, note: str = ""
    ) -> PreviewRow:
        blank = Participant(id="", reference=called, stage=FIRST_STAGE, recruiter=recruiter)
        return PreviewRow(
            row.number, "new", _filled(blank, row, recruiter), origin=origin, note=note
        )

    def _of(self, person: Participant, row: IncomingRow, recruiter: str) -> PreviewRow | Refused:
        """Sort a row of somebody who is here."""
        asked = self.reading.recruiter
        if asked and person.recruiter and key(person.recruiter) != key(asked):
            reason = f"{person.reference} was found by {person.recruiter}, not by {asked}."
            return Refused(row.number, REFERENCE, reason)
        is_moved = bool(row.recruiter) and not asked and key(recruiter) != key(person.recruiter)
        is_theirs = is_moved or not person.recruiter
        wanted = _filled(person, row, recruiter if is_theirs else person.recruiter)
        found = []
        for name, ours, theirs in differences(person, wanted):
            if _even(ours) == _even(theirs):
                continue  # some programs write line ends their own way
            since = self._since(person, row, name)
            if since and since[-1].before == theirs:
                continue  # they sent back what they were given, and it was changed here since
            changed_here = any(self._is_elsewhere(line) for line in since)
            found.append(FieldChange(name, ours, theirs, changed_here))
        choice = self.reading.choices.get(row.number, "ours")
        taken = {
            one.field: one.theirs for one in found if not one.changed_here or choice == "theirs"
        }
        kind: Kind = "changed" if taken else "unchanged"
        return PreviewRow(row.number, kind, with_fields(person, taken), person, tuple(found))

    def _since(self, person: Participant, row: IncomingRow, name: str) -> list[Change]:
        """Return the changes of a field since the file knew the person, the newest first."""
        lines = self.lines.get(person.id, [])
        since = row.version
        if not since:
            known = [
                line
                for line in lines
                if line.field == ADDED or (line.field == name and line.import_number in self.same)
            ]
            since = max((o.version for o in known), default=1)
        return [line for line in lines if line.field == name and line.version > since]

    def _is_elsewhere(self, line: Change) -> bool:
        """Say whether a change came neither from this file nor from one that was taken back."""
        if line.how in (HOW, TAKEN_BACK):
            return line.import_number is not None and line.import_number not in self.same
        return True


def _even(written: str | None) -> str | None:
    """Return what a field held with line ends as one character, as the history writes it."""
    if written is None:
        return None
    return written.replace("\r\n", "\n").replace(r"\r\n", r"\n")


def _erased(row: IncomingRow) -> Refused:
    reason = "This person was erased here, and is not taken in again. Leave the row out."
    return Refused(row.number, REFERENCE, reason)


def _filled(person: Participant, row: IncomingRow, recruiter: str) -> Participant:
    """Return a person with what a row says; what it leaves blank stays."""
    said = {
        "stage": row.stage,
        "reserve": row.reserve,
        "slot": row.slot,
        "incentive_on": row.incentive_on,
        "notes": row.notes,
    }
    update = {name: value for name, value in said.items() if value is not None}
    # An answer never asked for and one not known are the same: nothing is known.
    said_of = {n: a for n, a in row.answers.items() if a != NOT_KNOWN or n in person.answers}
    answers = {**person.answers, **said_of}
    return person.model_copy(update={**update, "answers": answers, "recruiter": recruiter})


def summary(found: Preview) -> dict[str, object]:
    """Return what the command line prints of a file read in."""
    return {
        "new": len(found.of("new")),
        "changed": len(found.of("changed")),
        "unchanged": len(found.of("unchanged")),
        "refused": [
            {"row": one.row, "column": one.column, "reason": one.reason} for one in found.refused
        ],
        "left_out": list(found.left_out),
    }
