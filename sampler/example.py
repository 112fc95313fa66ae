"""The ready mix of a new round, and the Birmingham example: made up people, generated references.

The example follows the public shape of a city's customer service programme: 43 staff, 5
businesses, around 100 citizens, some gaps. Nobody in it is real.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from random import Random

from sampler import figures
from sampler.access import Denied
from sampler.brief import ACCESS_NEEDS, Brief, from_values
from sampler.model import (
    NOT_KNOWN,
    PREFER_NOT_TO_SAY,
    Answer,
    Fieldwork,
    Participant,
    PlannedCharacteristic,
    Way,
)
from sampler.people.tracking import stage_named
from sampler.store import Store

PROGRAMME = "Customer service programme (example)"
MOST_EXAMPLES = 100
READY_PEOPLE = 10
ACCESS_SHARE = Decimal("0.2")
BIRMINGHAM = "E08000025"
AGE_BANDS = ("16-34", "35-54", "55+")
LEAN = 0.55
"""How far the example's recruiting drifts to the groups easiest to reach."""


def ready_brief(title: str, programme: str | None = None) -> Brief:
    """Return the brief a new round starts from; its place is still to be chosen."""
    return from_values(
        {
            "title": title,
            "programme": programme,
            "people_wanted": READY_PEOPLE,
            "characteristic": [
                {"topic": "ethnic_group", "grouping": "broad"},
                {"topic": "age"},
                {"topic": "sex"},
                {"topic": "disability"},
                {"name": ACCESS_NEEDS, "minimum_share": {"Has access needs": ACCESS_SHARE}},
            ],
        }
    )


def council_tax() -> Brief:
    """Return the brief the example opens on."""
    return _citizens("Council tax discovery", 10)


def _citizens(title: str, wanted: int) -> Brief:
    return from_values(
        {
            "title": title,
            "programme": PROGRAMME,
            "people_wanted": wanted,
            "areas": [BIRMINGHAM],
            "characteristic": [
                {"topic": "ethnic_group"},
                {"topic": "age", "bands": AGE_BANDS},
                {"topic": "sex"},
                {"topic": "disability"},
                {
                    "name": "Digital confidence",
                    "shares": {
                        "Low": Decimal("0.2"),
                        "Medium": Decimal("0.3"),
                        "High": Decimal("0.5"),
                    },
                },
            ],
        }
    )


def _staff(title: str, wanted: int) -> Brief:
    return from_values(
        {
            "title": title,
            "programme": PROGRAMME,
            "audience": "staff",
            "people_wanted": wanted,
            "areas": [BIRMINGHAM],
            "characteristic": [
                {
                    "name": "Role",
                    "people": {"Contact centre": 310, "Front desk": 85, "Back office": 140},
                },
                {"name": "Working pattern", "people": {"Full time": 380, "Part time": 155}},
            ],
        }
    )


def _businesses() -> Brief:
    return from_values(
        {
            "title": "Business rates",
            "programme": PROGRAMME,
            "audience": "businesses",
            "people_wanted": 6,
            "areas": [BIRMINGHAM],
            "characteristic": [
                {
                    "name": "Size",
                    "shares": {"Sole trader": "0.4", "Under 10 staff": "0.4", "10 or more": "0.2"},
                }
            ],
        }
    )


# Reference order: ethnic group, age, sex, disability, digital confidence, stage, recruiter.
COUNCIL_TAX_PEOPLE = (
    ("Pakistani", "35-54", "Female", "Not disabled", "High", "attended", "Agency"),
    ("White British", "16-34", "Male", "Not disabled", "High", "attended", "Agency"),
    ("White British", "55+", "Female", "Disabled", "Low", "attended", "Community partner"),
    ("Black African", "16-34", "Female", "Not disabled", "Medium", "attended", "Agency"),
    ("White British", "35-54", "Male", "Not disabled", "High", "no_show", "Agency"),
    ("Indian", "35-54", "Male", "Not disabled", "High", "attended", "Own panel"),
    ("Other White", "16-34", "Female", "Not disabled", "Medium", "confirmed", "Agency"),
    ("White British", "16-34", "Male", "Not disabled", "High", "confirmed", "Own panel"),
    ("White British", "16-34", "Female", "Not disabled", "High", "confirmed", "Own panel"),
    ("White British", "55+", "Male", "Not disabled", "Medium", "attended", "Agency"),
    ("White British", "35-54", "", "Not disabled", "High", "reserve", "Agency"),
    ("Bangladeshi", "35-54", "Male", "?", "Low", "interested", "Community partner"),
)

RECRUITERS: tuple[tuple[str, Way, int], ...] = (
    ("Agency", "agency", 6),
    ("Community partner", "partner", 4),
    ("Own panel", "panel", 2),
)
"""Who found them: name, way, and how many people each was asked for."""


def _council_tax_people(parts: tuple[PlannedCharacteristic, ...]) -> list[Participant]:
    people = []
    for *said, stage, recruiter in COUNCIL_TAX_PEOPLE:
        answers = {
            part.name: NOT_KNOWN
            if text == "?"
            else Answer(kind="group", text=text)
            if text
            else PREFER_NOT_TO_SAY
            for part, text in zip(parts, said, strict=True)
        }
        people.append(
            Participant(
                id="",
                reference="",
                answers=answers,
                stage="confirmed" if stage == "reserve" else stage_named(stage) or "approached",
                reserve=stage == "reserve",
                recruiter=recruiter,
            )
        )
    return people


def _past_people(
    parts: tuple[PlannedCharacteristic, ...], heard: int, gone: int, rng: Random
) -> list[Participant]:
    """Return people of a finished round: mostly the easiest to reach, as such rounds go."""
    people = []
    for i in range(heard + gone):
        answers = {}
        for part in parts:
            weights = [float(q.share or 1) for q in part.quotas]
            easiest = max(range(len(weights)), key=lambda g: weights[g])
            weights[easiest] *= 1 + (LEAN if part.topic == "ethnic_group" else 0)
            group = rng.choices([q.group for q in part.quotas], weights)[0]
            unknown = rng.random() < 0.02
            answers[part.name] = NOT_KNOWN if unknown else Answer(kind="group", text=group)
        people.append(
            Participant(
                id="",
                reference="",
                answers=answers,
                stage="attended" if i < heard else "no_show",
                recruiter=rng.choice(["Agency", "Own panel", "Community partner"]),
            )
        )
    return people


def add_to(store: Store) -> str:
    """Store the example programme and return the id of the round it opens on.

    Where somebody else on the team has a programme of its name, this one is numbered.
    """
    for name in (PROGRAMME, *(f"{PROGRAMME} {number}" for number in range(2, MOST_EXAMPLES))):
        with suppress(Denied), store.at_once():
            return _add_to(store, name)
    with store.at_once():
        return _add_to(store, f"{PROGRAMME} {MOST_EXAMPLES}")


def _add_to(store: Store, programme: str) -> str:
    rng = Random(2021)
    past = [
        (_staff("Contact centre staff", 24), 23, 1),
        (_staff("Front desk and back office", 20), 20, 0),
        (_businesses(), 5, 1),
        (_citizens("Moving home", 28), 26, 2),
        (_citizens("Housing repairs", 36), 34, 2),
        (_citizens("Bulky waste", 34), 32, 2),
    ]
    for brief, heard, gone in past:
        made = store.add_round(brief.changed(programme=programme))
        plan = figures.plan_of(brief)
        store.take_plan(made.id, plan)
        store.add_people(made.id, _past_people(plan.characteristics, heard, gone, rng))
    brief = council_tax().changed(programme=programme)
    opened = store.add_round(
        brief,
        Fieldwork(
            purpose="We want to understand how people deal with council tax letters and bills.",
            method="One hour each, in person at a library or by video.",
            access="Step-free rooms; somebody may come along; interpreters on request.",
            incentive="A £40 shopping voucher, given at the start.",
        ),
    )
    plan = figures.plan_of(brief)
    store.take_plan(opened.id, plan)
    store.add_people(opened.id, _council_tax_people(plan.characteristics))
    # After the people, whose references so stay those of the round itself: P01, P02 ...
    for name, way, wanted in RECRUITERS:
        store.add_recruiter(opened.id, name, way=way, people=wanted)
    return opened.id
