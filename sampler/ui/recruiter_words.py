"""What the pages say of recruiters: who comes, what is asked for, what is missing. All pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape

from sampler.model import Plan, Recruiter, Way
from sampler.people.recruiting import Progress
from sampler.people.sharing import Shares
from sampler.people.show_rates import TrackRecord
from sampler.people.turnout import LARGEST_ROUND, chance_of, in_100, money, turnout
from sampler.ui.show import box, muted, state, table
from sampler.words import count, group_words, listed, people

EXPECTED_OF: dict[Way, str] = {
    "agency": "agencies",
    "partner": "community partners",
    "panel": "our own panel",
    "front line": "front line staff",
}
ANY_AGENCY = TrackRecord("an agency", "agency")
"""Who finds the people of a round that has no recruiters yet."""
MOST_GROUPS_NAMED = 4
IN_PROPORTION = "shared out in proportion"
"""In what the notes say where not the seats decide."""


def part_words(part: Fraction) -> str:
    """Say a part of people in whole numbers.

    >>> part_words(Fraction(9, 10)), part_words(Fraction(17, 20)), part_words(Fraction(1))
    ('9 in 10', '85 in 100', 'all')
    """
    if part in (0, 1):
        return "all" if part else "none"
    if part.denominator <= 10:
        return f"{part.numerator} in {part.denominator}"
    return f"{in_100(part)} in 100"


def rate_words(record: TrackRecord) -> str:
    """Say how many of a recruiter's people come, and how that is known.

    >>> rate_words(TrackRecord("Acme", "agency"))
    '9 in 10 come, as expected of agencies'
    >>> rate_words(TrackRecord("Acme", "agency", 1, 18, 24))
    '3 in 4 come, learned from 24 outcomes'
    """
    if record.is_learned:
        return f"{part_words(record.rate)} come, learned from {record.outcomes:,} outcomes"
    known = f", {count(record.outcomes, 'outcome')} known so far" if record.outcomes else ""
    return f"{part_words(record.rate)} come, as expected of {EXPECTED_OF[record.way]}{known}"


def asked_words(plan: Plan, records: Sequence[TrackRecord], chance: Fraction) -> list[str]:
    """Say whether the recruiters are asked for enough, and how many would be.

    >>> from tests.builders import by_hand
    >>> from sampler.figures import plan_of
    >>> plan = plan_of(by_hand(10, shares={"Low": "0.5", "High": "0.5"}))
    >>> asked_words(plan, [TrackRecord("Acme", "agency", 12)], Fraction(4, 5))
    ['12 asked for, 10 wanted: enough for 10 to come in 89 of 100 rounds like this.']
    """
    wanted, asked = plan.people_wanted, sum(record.people for record in records)
    line = f"{asked:,} asked for, {wanted:,} wanted"
    if max(wanted, asked) > 2 * LARGEST_ROUND or wanted > LARGEST_ROUND:
        return [f"{line}."]
    by_rate: dict[Fraction, int] = {}
    for record in records:
        by_rate[record.rate] = by_rate.get(record.rate, 0) + record.people
    reached = chance_of(wanted, by_rate)
    enough = f"enough for {wanted:,} to come in {in_100(reached)} of 100 rounds like this"
    said = [f"{line}: {enough}." if asked >= wanted else f"{line}: too few."]
    if reached < chance:
        found = turnout(plan, records, chance=chance)
        if found is not None:
            each = [f"{number:,} of {name}" for name, number in found.by_recruiter]
            of = f": {listed(each)}" if len(each) > 1 else ""
            said.append(f"For {in_100(chance)} of 100, ask for {found.recruit:,}{of}.")
    return said


def cost_words(incentive: str, records: Sequence[TrackRecord]) -> str:
    """Say what the incentives cost, where the brief names one sum of money; else nothing.

    >>> cost_words("A £40 shopping voucher", [TrackRecord("Acme", "agency", 14)])
    'If all 14 come, incentives of £40 cost £560.'
    """
    sums = re.findall(r"£\s?(\d[\d,]*(?:\.\d\d)?)", incentive)
    asked = sum(record.people for record in records)
    if len(set(sums)) != 1 or not asked:
        return ""
    each = Decimal(sums[0].replace(",", ""))
    return f"If all {asked:,} come, incentives of {money(each)} cost {money(each * asked)}."


def reach_words(recruiter: Recruiter, plan: Plan) -> str:
    """Say whom a recruiter can reach where that is not everybody."""
    said = []
    for name, groups in recruiter.reach.items():
        part = plan.named(name)
        words = [group_words(group, part.topic if part else None) for group in groups]
        if len(words) > MOST_GROUPS_NAMED:
            words = [
                *words[: MOST_GROUPS_NAMED - 1],
                f"{len(words) - MOST_GROUPS_NAMED + 1} more",
            ]
        said.append(f"{name}: {listed(words)}")
    return f"Can reach {'; '.join(said)}." if said else ""


def recruiter_row(
    recruiter: Recruiter, way: str, done: Progress, record: TrackRecord, plan: Plan
) -> str:
    """Draw one recruiter: who they are, how far they have come, who comes of theirs."""
    asked = f"Asked for {people(recruiter.people)}" if recruiter.people else "Asked for nobody"
    takes = ""
    if done.found:
        verb = "takes" if done.counted == 1 else "take"
        takes = f", {done.counted:,} {verb} a place"
    more = [f"{rate_words(record)[0].upper()}{rate_words(record)[1:]}."]
    if reach := reach_words(recruiter, plan):
        more.append(reach)
    missing = f"<p>Still missing: {escape(done.missing_words())}</p>" if done.missing else ""
    return box(
        f'<h3 class="sp-recruiter">{escape(recruiter.name)}</h3>'
        f"<p>{escape(way)} · {asked}, {done.found:,} found{takes}</p>"
        f'{missing}<p class="sp-source">{escape(" ".join(more))}</p>'
    )


def shared_words(shares: Shares) -> str:
    """Say how the quotas were shared out, and what to know of it."""
    notes = " ".join(shares.notes)
    if shares.by == "engine":
        return f"The quotas are shared out from the seats of the round. {notes}".strip()
    if IN_PROPORTION in notes:
        return notes
    return f"The quotas are {IN_PROPORTION}. {notes}".strip()


def totals(first: str, more: str) -> str:
    """Draw what all recruiters together are asked for."""
    return box(f'<p class="sp-totals"><b>{escape(first)}</b> {escape(more)}</p>')


def recruiters_table(done: Sequence[Progress], plan: Plan, recorded: int, *, is_read: bool) -> str:
    """Draw what each recruiter is asked for, has found, and what is missing of it.

    `recorded` are all people of the round. Unless they were read what is missing is not known.
    """
    others = recorded - sum(one.found for one in done)
    asked = sum(one.asked for one in done)
    heads = [("Recruiter", "r"), ("Asked for", "n"), ("Found", "n")]
    heads.append(("Take a place", "n wide"))
    if is_read:
        heads.append(("Still missing", "after wide"))
    rows = []
    for one in done:
        cells = [escape(one.name), f"{one.asked:,}", f"{one.found:,}", f"{one.counted:,}"]
        if is_read:
            missing = escape(one.missing_words()) or state("full" if one.wanted else "no quota")
            label = "Missing: " if one.missing else ""
            cells[0] += f'<span class="sp-narrowmarks sp-missing">{label}{missing}</span>'
            cells.append(missing)
        rows.append(cells)
    if others:
        blank = ["", ""] if is_read else [""]
        rows.append(['<span class="sp-hint">Found by others</span>', "", f"{others:,}", *blank])
    drawn = table("Recruiters: asked for, found and still missing", heads, rows, classes="by")
    return drawn + muted(
        f"{people(asked)} asked for, {plan.people_wanted:,} wanted. Each is missing what is left "
        "of their own part of the quotas."
    )


def come_words(records: Sequence[TrackRecord]) -> str:
    """Say how the people expected to come are worked out."""
    if not records:
        return "Nobody is booked, so only those who attended are counted."
    each = "; ".join(f"{record.name}: {rate_words(record)}" for record in records)
    return f"Those booked count by how many of their recruiter's people come. {each}."


def reckoned_words(records: Sequence[TrackRecord]) -> str:
    """Say with whose people the number to recruit is reckoned."""
    if [record.name for record in records] == [ANY_AGENCY.name]:
        return (
            "Reckoned with an agency, where 9 in 10 come as a rule. Community partners and your "
            "own staff lose more: 3 in 4 come."
        )
    return f"Reckoned with {'; '.join(f'{one.name}: {rate_words(one)}' for one in records)}."
