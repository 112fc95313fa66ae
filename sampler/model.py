"""What a round is made of: its plan with quotas, and its people. All values are frozen."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from census.model import Area, Source
from sampler.brief import Brief, Counting, Voices

Basis = Literal["census", "own figures", "typed shares", "minimums"]


class Value(BaseModel):
    """A frozen value that never prints what it was given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Quota(Value):
    """The whole number wanted of one group, and how it came about.

    `people` and `population_share` are the population's; `share` and `ideal` (people wanted x
    share) are what the mix wants, after voices and boosts; all None where no share is known.
    `low` and `high` are the range that counts as met.
    """

    group: str
    people: int | None
    population_share: Fraction | None
    share: Fraction | None
    ideal: Fraction | None
    minimum: int
    target: int
    maximum: int | None
    low: int
    high: int
    why: str
    broad: str | None = None
    parts: tuple[str, ...] = ()
    tag: str = ""


class CloseCall(Value):
    """Two groups within 0.05 of a person of each other for the last place."""

    winner: str
    loser: str
    margin: Fraction
    loser_target: int


class PlannedCharacteristic(Value):
    """One characteristic of a plan with its quotas, groups in the order listed."""

    name: str
    topic: str | None
    basis: Basis
    must_have: bool
    is_ordered: bool
    voices: Voices
    keep_broad: bool
    source: Source | None
    quotas: tuple[Quota, ...]
    not_answered: int = 0
    leaning: str = ""
    from_gaps: str = ""
    close_call: CloseCall | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups in the order listed."""
        return tuple(quota.group for quota in self.quotas)


class Plan(Value):
    """Quotas and the figures used. Numbered once it is taken into use, and never edited."""

    title: str
    people_wanted: int
    lowest_age: int
    highest_age: int | None
    areas: tuple[Area, ...]
    characteristics: tuple[PlannedCharacteristic, ...]
    notes: tuple[str, ...]

    @property
    def place(self) -> str:
        """The areas in words."""
        return place_words([area.name for area in self.areas])

    def is_same(self, other: Plan) -> bool:
        """Say whether two plans ask for the same; a round may have been renamed since."""
        return self.model_copy(update={"title": other.title}) == other

    def named(self, characteristic: str) -> PlannedCharacteristic | None:
        """Return the characteristic of that name."""
        return next((c for c in self.characteristics if c.name == characteristic), None)


def place_words(names: list[str]) -> str:
    """Say several places: all of three, else the first and how many more.

    >>> place_words(["Kent", "Medway"]), place_words(list("abcde"))
    ('Kent and Medway', 'a and 4 more places')
    """
    if len(names) < 4:
        return " and ".join(", ".join(names).rsplit(", ", 1)) if names else ""
    return f"{names[0]} and {len(names) - 1} more places"


class NumberedPlan(Value):
    """A plan in use: its number within the round, and when it was taken."""

    number: int
    taken_at: datetime
    plan: Plan


Stage = Literal[
    "approached",
    "interested",
    "screened_in",
    "screened_out",
    "offered",
    "confirmed",
    "reminded",
    "attended",
    "partial",
    "no_show",
    "cancelled_by_them",
    "cancelled_by_us",
    "withdrawn",
]
AnswerKind = Literal["group", "broad", "own_words", "prefer_not_to_say", "not_known"]
Way = Literal["agency", "panel", "partner", "front line"]


class Answer(Value):
    """What a person said of one characteristic.

    Only `group` fills a group. `broad` names a broad group with the detail not known,
    `own_words` keeps the person's own; these and the last two take a place and fill none.
    """

    kind: AnswerKind
    text: Annotated[str, Field(max_length=200)] = ""


NOT_KNOWN = Answer(kind="not_known")
PREFER_NOT_TO_SAY = Answer(kind="prefer_not_to_say")


class Participant(Value):
    """Somebody recruited, by reference only: no name or contact detail is needed or asked for.

    People hold their answer per characteristic, never a seat or a plan. `their_reference` is what
    their recruiter's own files call them; `stage_on` is the day they came to their stage.
    """

    id: str
    reference: str
    answers: dict[str, Answer] = {}
    stage: Stage = "approached"
    reserve: bool = False
    recruiter: Annotated[str, Field(max_length=200)] = ""
    slot: datetime | None = None
    incentive_on: date | None = None
    notes: Annotated[str, Field(max_length=4000)] = ""
    their_reference: Annotated[str, Field(max_length=60)] = ""
    stage_on: date | None = None
    version: int = 1

    def answer(self, characteristic: str) -> Answer:
        """Return what is known of the person; a characteristic never asked is not known."""
        return self.answers.get(characteristic, NOT_KNOWN)


class Recruiter(Value):
    """Who finds people for a round: how many are asked of them, and whom they can reach.

    References of the people they find begin with `letter`. `reach` names, for a characteristic,
    the only groups they can find; one left out of it has no such limit. `former` are names they
    had, by which their older files are known again.
    """

    id: str
    name: Annotated[str, Field(min_length=1, max_length=80)]
    way: Way
    letter: str = ""
    people: Annotated[int, Field(ge=0, le=100_000)] = 0
    reach: dict[str, tuple[str, ...]] = {}
    former: tuple[str, ...] = ()
    version: int = 1


class By(Value):
    """Who makes a change, and how: in a form, the grid, on Today, by reading in a file."""

    who: Annotated[str, Field(max_length=200)] = ""
    how: str = "form"


class Change(Value):
    """One field of one person changed: a line of the history, which is only added to.

    `before` and `after` are what the field held; "added" and "taken back" are fields of their
    own. `version` is the person's version since, `import_number` that of the file it came in.
    """

    number: int
    person_id: str
    at: datetime
    who: str
    how: str
    field: str
    before: str | None
    after: str | None
    version: int
    import_number: int | None = None


class Protection(Value):
    """On what basis a round's answers are kept, and until when."""

    basis: Annotated[str, Field(max_length=200)] = ""
    condition: Annotated[str, Field(max_length=200)] = ""
    delete_by: date | None = None


class Totals(Value):
    """What is left of a round whose people were erased: counts of those heard, no people."""

    on: date
    heard: int
    counts: dict[str, dict[str, int]]
    of_erased: bool = False

    def with_more(self, later: Totals) -> Totals:
        """Return these totals and later ones of the same round added up."""
        counts = {name: dict(groups) for name, groups in self.counts.items()}
        for name, groups in later.counts.items():
            there = counts.setdefault(name, {})
            for group, number in groups.items():
                there[group] = there.get(group, 0) + number
        heard, of_erased = self.heard + later.heard, self.of_erased or later.of_erased
        return Totals(on=later.on, heard=heard, counts=counts, of_erased=of_erased)


class Fieldwork(Value):
    """What a recruiter needs beside the quotas: free text, all optional."""

    purpose: str = ""
    dates: str = ""
    method: str = ""
    access: str = ""
    language: str = ""
    inclusion: str = ""
    exclusion: str = ""
    incentive: str = ""
    privacy: str = ""
    contact: str = ""
    recruit: int | None = None


class Programme(Value):
    """A piece of work made of rounds."""

    id: str
    name: str


class Round(Value):
    """One recruitment: its brief, what goes to recruiters, and where it stands."""

    id: str
    programme: Programme | None
    brief: Brief
    fieldwork: Fieldwork = Fieldwork()
    protection: Protection = Protection()
    totals: Totals | None = None
    is_archived: bool = False
    created_at: datetime
    version: int = 1

    @property
    def title(self) -> str:
        """The round's name."""
        return self.brief.title

    @property
    def counting(self) -> Counting:
        """Which people take a place: planned or secured."""
        return self.brief.count
