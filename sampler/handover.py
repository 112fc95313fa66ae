"""What a recruiter is told, in words: the brief, the sources, the caveats, the short form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from census.model import Source
from sampler import words
from sampler.brief import Brief, Counting
from sampler.model import Fieldwork, Participant, Plan, Recruiter
from sampler.people.coverage import Coverage, cover
from sampler.people.recruiting import SHEET_LETTER, found_by
from sampler.sizes import chance_missed

LONDON = ZoneInfo("Europe/London")
FIELDWORK_WORDS = {
    "purpose": "What it is about",
    "dates": "Dates and time slots",
    "method": "How we will meet",
    "access": "Access",
    "language": "Language and interpreters",
    "inclusion": "Who to include",
    "exclusion": "Who to leave out",
    "incentive": "Incentive",
    "privacy": "Privacy notice",
    "contact": "Contact",
}


@dataclass(frozen=True)
class Sheet:
    """What a recruitment sheet is made from.

    `people` are everyone recorded; only with `with_people` do they get a row. Otherwise those
    who take a place are in the counts alone, and nobody's answers leave the app.

    With a `recruiter` the plan is their own (`recruiters.shares`), and of the people only those
    they found are on the sheet or counted in it. Blank rows have references from `next_number`
    on, and the ids `row_id` gives these, if any. `made` is when the people were looked up.
    """

    plan: Plan
    round_id: str
    plan_number: int
    fieldwork: Fieldwork
    people: tuple[Participant, ...]
    counting: Counting
    partial_counts: bool
    with_people: bool
    made: datetime
    recruiter: Recruiter | None = None
    next_number: int = 1
    row_id: Callable[[str], str] | None = None

    @property
    def theirs(self) -> tuple[Participant, ...]:
        """The people the sheet is about: everyone, or those its recruiter found."""
        return found_by(self.people, self.recruiter) if self.recruiter else self.people

    def coverage(self) -> Coverage:
        """Return how far these people fill the plan."""
        return cover(self.plan, self.theirs, self.counting, partial_counts=self.partial_counts)

    @property
    def to_recruit(self) -> int:
        """How many to recruit: as asked of the recruiter or typed, else the people wanted."""
        asked = self.recruiter.people if self.recruiter else self.fieldwork.recruit
        return asked or self.plan.people_wanted

    @property
    def title(self) -> str:
        """The round's title, and whose sheet it is."""
        return f"{self.plan.title}: {self.recruiter.name}" if self.recruiter else self.plan.title

    @property
    def letter(self) -> str:
        """What the references of blank rows begin with."""
        return (self.recruiter.letter if self.recruiter else "") or SHEET_LETTER

    @property
    def file_name(self) -> str:
        """A name for the file: the round's title and the recruiter, letters and digits only."""
        name = slug(self.plan.title)
        return f"{name}-{slug(self.recruiter.name, 'recruiter')}" if self.recruiter else name

    @property
    def made_utc(self) -> datetime:
        """When it was made, in whole seconds, universal time."""
        aware = self.made if self.made.tzinfo else self.made.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0)

    @property
    def today(self) -> date:
        """The day it was made, in London."""
        return self.made_utc.astimezone(LONDON).date()


def for_plan(plan: Plan, brief: Brief, *, made: datetime | None = None) -> Sheet:
    """Return the sheet of a plan that no round holds yet, counting as its brief says."""
    counting, partial = brief.count, brief.partial_counts
    made = made or datetime.now(UTC)
    return Sheet(plan, "", 0, Fieldwork(), (), counting, partial, False, made)


def london_today() -> date:
    """Return today's date in London."""
    return datetime.now(LONDON).date()


def slug(title: str, nothing: str = "round") -> str:
    """Return a name for a file: a title's letters and digits only.

    >>> slug("Council tax: round 2")
    'council-tax-round-2'
    """
    kept = "".join(c if c.isalnum() else "-" for c in title.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or nothing


def people_to_meet(sheet: Sheet) -> str:
    """Say how many people are asked for, in the words of the Brief tab."""
    wanted, recruit = sheet.plan.people_wanted, sheet.to_recruit
    found = sheet.coverage().counted
    if found:
        return f"{max(0, recruit - found):,} more; {found:,} of {recruit:,} are already found"
    if recruit > wanted:
        return f"{recruit:,}, so that {wanted:,} take part"
    return f"{recruit:,}"


def brief_rows(sheet: Sheet) -> list[tuple[str, str]]:
    """Return the Brief tab as label and text; what is not filled in yet is left blank."""
    plan = sheet.plan
    ages = f"{plan.lowest_age} and over"
    if plan.highest_age is not None:
        ages = f"{plan.lowest_age} to {plan.highest_age}"
    texts = sheet.fieldwork.model_dump()
    whose = [("This sheet is for", sheet.recruiter.name)] if sheet.recruiter else []
    return [
        *whose,
        ("What it is about", texts["purpose"]),
        ("Place", plan.place or "As described below"),
        ("Ages", ages),
        ("People to take part", f"{plan.people_wanted:,}"),
        ("People to recruit", people_to_meet(sheet)),
        *((label, texts[field]) for field, label in FIELDWORK_WORDS.items() if field != "purpose"),
    ]


def range_words(low: int, high: int, wanted: int) -> str:
    """Write the range that counts as met.

    >>> range_words(2, 2, 10), range_words(1, 3, 10), range_words(2, 10, 10)
    ('2', '1 to 3', '2 or more')
    """
    if low == high:
        return f"{low:,}"
    return f"{low:,} or more" if high >= wanted and low else f"{low:,} to {high:,}"


def source_rows(sheet: Sheet) -> list[tuple[str, str]]:
    """Return where the figures of each characteristic come from."""
    rows = []
    for part in sheet.plan.characteristics:
        source = part.source
        if source is None:
            kind = "minimums" if part.basis == "minimums" else "shares"
            rows.append((part.name, f"Set by us: {kind}, not counted anywhere."))
            continue
        if source.status == "own file":
            rows.append((part.name, f"Our own figures: {source.base}."))
            continue
        issued = (
            f" Issued {words.day(date.fromisoformat(source.release))}." if source.release else ""
        )
        when = f", {words.counted(source.census_date, sheet.today)}" if source.census_date else ""
        rows.append(
            (
                part.name,
                f"Census 2021, {_table(source)}; {source.base}; "
                f"{', '.join(source.areas)}; {source.status}{when}.{issued} {source.licence}.",
            )
        )
    return rows


def _table(source: Source) -> str:
    if source.table.startswith(words.JOINT):
        return words.table_words(source.table)
    return f"{source.table} {source.title}"


def caveats(plan: Plan) -> list[str]:
    """Return what the reader of a sheet should know of its numbers."""
    if not plan.people_wanted:
        return list(plan.notes)
    k, missed = chance_missed(plan.people_wanted)
    wanted = words.people(plan.people_wanted)
    first = (
        f"{wanted[0].upper()}{wanted[1:]} cannot speak for everyone: a group of 1 in {k} is missed "
        f"by chance in {missed} of 100 rounds of this size. Use the quotas to notice who is "
        "missing, not to measure how common a view is."
    )
    return [first, *plan.notes]


def short_form(sheet: Sheet) -> str:
    """Return half a page of plain words to paste into an e-mail to a community partner."""
    plan, covered = sheet.plan, sheet.coverage()
    ages = f"aged {plan.lowest_age} or over"
    if plan.highest_age is not None:
        ages = f"aged {plan.lowest_age} to {plan.highest_age}"
    if covered.left:
        more = " more" if covered.counted else ""
        who = f"{words.small_number(covered.left)}{more}"
        kind = "person" if covered.left == 1 else "people"
        where = f" from {plan.place}" if plan.place else ""
        lines = [f"We would like to meet {who} {kind}{where}, {ages}."]
    else:
        lines = ["Thank you: this round has as many people as we can meet."]
    if sheet.recruiter:
        lines = [f"For {sheet.recruiter.name}", "", *lines]
    texts = sheet.fieldwork
    if texts.purpose:
        lines += ["", texts.purpose]
    asks = []
    most = 0
    for part, found in zip(plan.characteristics, covered.characteristics, strict=True):
        asked = []
        places = 0
        for quota, row in zip(part.quotas, found.rows, strict=False):
            number = max(0, quota.target - row.counted - row.unknown)
            if number and not (part.basis == "minimums" and quota.low == 0):
                said = words.group_words(quota.group, part.topic)
                places += number
                number_words = words.small_number(number)
                if part.basis == "minimums":
                    asked.append(f"at least {number_words} ({said})")
                else:
                    asked.append(f"{number_words} {said}")
        if asked:
            about = "" if part.must_have or part.basis == "minimums" else " (about)"
            most = max(most, places)
            asks.append(f"- {part.name}{about}: {words.listed(asked)}")
    if asks:
        help_us = "Could you help us find:" if covered.left else "Still missing from it:"
        lines += ["", help_us, *asks, "", "One person can be several of these at once."]
        if most > covered.left > 0:
            lines.append("There is not a place for all of them: whoever you find first.")
    for field in ("dates", "method", "access", "language", "incentive", "privacy", "contact"):
        text = getattr(texts, field)
        if text:
            lines.append(f"{FIELDWORK_WORDS[field]}: {text}")
    lines += [
        "",
        "Please do not send names or contact details by e-mail. Tell us when you have somebody in "
        "mind and we will arrange the rest.",
    ]
    return "\n".join(lines)
