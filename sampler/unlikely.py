"""Groups that do not go together: by the census's own definitions, or hardly ever.

A rule is about two topics. It leaves a pair of groups out only where the whole of both groups
lies inside it: every age of the band, and every part of a group that was merged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from census.spelling import key

PENSION_AGE = 66
"""Where the census's household groups divide: the State Pension age of 2021."""
YOUNGEST_ADULT = 16

AGE, ACTIVITY, CLASS = "age", "economic_activity", "ns_sec"
HOUSEHOLD, ALONE, QUALIFICATION = "household", "living_alone", "qualification"
YOUNGEST = {
    ACTIVITY: YOUNGEST_ADULT,
    CLASS: YOUNGEST_ADULT,
    QUALIFICATION: YOUNGEST_ADULT,
    "sexual_orientation": YOUNGEST_ADULT,
    "unpaid_care": 5,
    "english_proficiency": 3,
}
"""Topics the census has only for people of some age and over."""

_HOURS = ("Part-time", "Full-time")
EMPLOYEES = ("Employee", *(f"{hours} employee" for hours in _HOURS))
SELF_EMPLOYED = (
    "Self-employed",
    *(f"{hours} {kind}" for kind in ("employer", "self-employed") for hours in _HOURS),
)
WORKING_STUDENTS = (
    *(
        f"Student and {hours.lower()} {kind}"
        for kind in ("employee", "employer", "self-employed")
        for hours in _HOURS
    ),
    "Student and unemployed",
)
"""Full-time students in work or looking for it, whom the census counts apart."""
STUDENTS = ("Full-time student", *WORKING_STUDENTS, "Student not working")

ONE_OLDER, ONE_YOUNGER = "One person aged 66 and over", "One person under 66"
ONE_PERSON = ("One person", ONE_OLDER, ONE_YOUNGER)
ALL_OLDER = "Family all aged 66 and over"

_BAND = r"([0-9]{1,3})(?:(?:-|to)([0-9]{1,3})|(\+|andover)|(andunder))?"

Test = Callable[[str], bool]


@dataclass(frozen=True)
class PairRule:
    """Groups of two topics that do not go together; `name` is how the rule is switched off."""

    kind: Literal["impossible", "unlikely"]
    topics: tuple[str, str]
    tests: tuple[Test, Test]
    reason: str
    name: str | None = None

    def holds(self, first: Sequence[str], second: Sequence[str]) -> bool:
        """Say whether every part of both groups lies inside the rule."""
        one, other = self.tests
        return all(map(one, first)) and all(map(other, second))


def ages_in(band: str) -> tuple[int, int | None] | None:
    """Return the first and last age of a band, as we write it or the census does.

    >>> ages_in("16-34"), ages_in("75+"), ages_in("17")
    ((16, 34), (75, None), (17, 17))
    >>> ages_in("Aged 85 years and over"), ages_in("Aged 15 years and under"), ages_in("young")
    ((85, None), (0, 15), None)
    """
    text = re.sub(r"\byears?\b|\baged\b|\s", "", key(band))
    if text == "under1":
        return 0, 0
    if found := re.fullmatch(
        r"([0-9]{1,3})(?:(?:-|to)([0-9]{1,3})|(\+|andover)|(andunder))?", text
    ):
        age = int(found[1])
        if found[4]:
            return 0, age
        return age, None if found[3] else int(found[2] or age)
    return None


def _aged(low: int, high: int | None) -> Test:
    def test(band: str) -> bool:
        ages = ages_in(band)
        if ages is None or ages[0] < low:
            return False
        return high is None or (ages[1] is not None and ages[1] <= high)

    return test


def _named(*names: str) -> Test:
    keys = tuple(map(key, names))
    return lambda group: key(group) in keys


def _unlike(test: Test) -> Test:
    return lambda group: not test(group)


def _any(group: str) -> bool:
    return True


IMPOSSIBLE: tuple[PairRule, ...] = (
    *(
        PairRule(
            "impossible",
            (AGE, topic),
            (_aged(0, youngest - 1), _any),
            f"The census has this for people aged {youngest} and over only.",
        )
        for topic, youngest in YOUNGEST.items()
    ),
    PairRule(
        "impossible",
        (AGE, HOUSEHOLD),
        (_aged(0, PENSION_AGE - 1), _named(ONE_OLDER, ALL_OLDER)),
        "Everybody in a household of this group is aged 66 or over.",
    ),
    PairRule(
        "impossible",
        (AGE, HOUSEHOLD),
        (_aged(PENSION_AGE, None), _named(ONE_YOUNGER)),
        "Somebody of 66 or over who lives alone is in the group of one person aged 66 and over.",
    ),
    PairRule(
        "impossible",
        (HOUSEHOLD, ALONE),
        (_named(*ONE_PERSON), _named("Lives with others")),
        "A household of one person is somebody who lives alone.",
    ),
    PairRule(
        "impossible",
        (HOUSEHOLD, ALONE),
        (_unlike(_named(*ONE_PERSON)), _named("Lives alone")),
        "Somebody who lives alone is a household of one person.",
    ),
    PairRule(
        "impossible",
        (ACTIVITY, CLASS),
        (_unlike(_named(*STUDENTS)), _named("Full-time students")),
        "Everybody in the occupation class of full-time students is a student.",
    ),
    PairRule(
        "impossible",
        (ACTIVITY, CLASS),
        (_named(*WORKING_STUDENTS), _unlike(_named("Full-time students"))),
        "Full-time students have an occupation class of their own, in work or not.",
    ),
    PairRule(
        "impossible",
        (ACTIVITY, CLASS),
        (_named(*EMPLOYEES, *SELF_EMPLOYED), _named("Never worked")),
        "Somebody in work has worked and is not unemployed.",
    ),
    PairRule(
        "impossible",
        (ACTIVITY, CLASS),
        (_named(*EMPLOYEES), _named("Small employers")),
        "Small employers and people who work on their own account are not employees.",
    ),
)
"""What the definitions of the published groups rule out; there is no switch.

An inactive student may have another occupation class than full-time students: in every authority
the two tables count more students than that class holds, by 126,000 in England and Wales, since
not everybody who gave study as the reason for not working studies full-time.
"""

UNLIKELY: tuple[PairRule, ...] = (
    PairRule(
        "unlikely",
        (AGE, ACTIVITY),
        (_aged(0, 49), _named("Retired")),
        "Hardly anybody has retired before the age of 50.",
        "retired under 50",
    ),
    PairRule(
        "unlikely",
        (AGE, QUALIFICATION),
        (_aged(16, 17), _named("Level 4 and above")),
        "Hardly anybody of 16 or 17 has a degree or another qualification of level 4 and above.",
        "degree at 16 to 17",
    ),
    *(
        PairRule(
            "unlikely",
            (AGE, topic),
            (_aged(75, None), _named(*STUDENTS, "Full-time students")),
            "Hardly anybody of 75 or over is a full-time student.",
            "student at 75 and over",
        )
        for topic in (ACTIVITY, CLASS)
    ),
)
"""What can happen and hardly ever does; each can be kept by its name."""

UNLIKELY_NAMES = tuple(dict.fromkeys(str(rule.name) for rule in UNLIKELY))
