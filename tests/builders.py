"""Rounds, briefs and people in one line each; nobody here is real."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from sampler.brief import Brief, from_values
from sampler.model import Answer, Participant

BIRMINGHAM = "E08000025"


def a_brief(**changes: Any) -> Brief:
    values: dict[str, Any] = {
        "title": "Council tax discovery",
        "people_wanted": 10,
        "areas": [BIRMINGHAM],
        "characteristic": [
            {"topic": "ethnic_group"},
            {"topic": "age", "bands": ["16-34", "35-54", "55+"]},
            {"topic": "sex"},
            {"topic": "disability"},
            {
                "name": "Digital confidence",
                "shares": {"Low": Decimal("0.2"), "Medium": Decimal("0.3"), "High": Decimal("0.5")},
            },
        ],
    }
    return from_values(values | changes)


def by_hand(people_wanted: int = 10, **characteristic: Any) -> Brief:
    return from_values(
        {
            "title": "By hand",
            "people_wanted": people_wanted,
            "characteristic": [{"name": "Confidence", **characteristic}],
        }
    )


def group(text: str) -> Answer:
    return Answer(kind="group", text=text)


def a_person(reference: str = "P01", **changes: Any) -> Participant:
    answers = changes.pop("answers", {})
    return Participant(
        id=str(uuid.uuid4()),
        reference=reference,
        answers={k: group(v) if isinstance(v, str) else v for k, v in answers.items()},
        **changes,
    )
