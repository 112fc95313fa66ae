"""One question per characteristic, each answer with the group it counts as."""

from __future__ import annotations

from dataclasses import dataclass

from sampler.brief import ANY
from sampler.model import PlannedCharacteristic
from sampler.people.tracking import PREFER_NOT_WORDS

QUESTIONS = {
    "ethnic_group": "Which of these describes your ethnic group or background best?",
    "age": "Which of these age groups are you in?",
    "sex": "What is your sex?",
    "disability": (
        "Does a health condition or illness that has lasted, or is likely to last, a year or more "
        "make day-to-day activities harder for you?"
    ),
    "tenure": "Do you own or rent the home you live in?",
    "cars": "How many cars or vans does your household have the use of?",
    "economic_activity": "Which of these describes what you did last week best?",
    "qualification": "What is the highest qualification you have?",
    "ns_sec": "What kind of work do you do, or did you do last?",
    "sexual_orientation": "Which of these describes your sexual orientation best?",
    "living_alone": "Do you live alone or with other people?",
    "where_they_live": "Where do you live?",
}
DISABILITY_ANSWERS = (
    ("Yes, a lot", "Disabled"),
    ("Yes, a little", "Disabled"),
    ("I have a condition, but it does not make them harder", "Not disabled"),
    ("I have no such condition", "Not disabled"),
)
NO_GROUP = "no group; they still take a place"


@dataclass(frozen=True)
class Question:
    """A question of the screener with its answers, each with what it counts as."""

    characteristic: str
    text: str
    answers: tuple[tuple[str, str], ...]


def question(part: PlannedCharacteristic) -> Question:
    """Return the question of a characteristic; "prefer not to say" is its last answer."""
    text = QUESTIONS.get(
        part.topic or "", f"Which of these describes you best? ({part.name.lower()})"
    )
    answers: list[tuple[str, str]] = []
    groups = set(part.groups)
    if part.topic == "disability" and groups == {"Disabled", "Not disabled"}:
        answers = list(DISABILITY_ANSWERS)
    elif part.basis == "minimums":
        named = [quota.group for quota in part.quotas if quota.group != ANY]
        text = f"Do any of these describe you? ({part.name.lower()})"
        answers = [*((group, group) for group in named), ("None of these", ANY)]
    else:
        for quota in part.quotas:
            if quota.parts:
                answers += [(answer, quota.group) for answer in quota.parts]
            else:
                answers.append((quota.group, quota.group))
    return Question(part.name, text, (*answers, (PREFER_NOT_WORDS, NO_GROUP)))
