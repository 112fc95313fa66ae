"""Answers as a mapping file and the choices of a question write them."""

from __future__ import annotations

from census.spelling import key
from sampler.model import NOT_KNOWN, PREFER_NOT_TO_SAY, Answer, PlannedCharacteristic
from sampler.people.tracking import BROAD_SUFFIX, NOT_KNOWN_WORDS, PREFER_NOT_WORDS

LEFT_OUT = "left out"
LEAVE_ROW_OUT = "leave the row out"
OWN_WORDS_CHOICE = "own words"


def fit_answer(part: PlannedCharacteristic, answer: Answer) -> Answer | None:
    """Return an answer in a plan's spelling, or None if the characteristic has no such group."""
    if answer.kind not in ("group", "broad"):
        return answer
    names = part.groups if answer.kind == "group" else broad_groups(part)
    found = next((name for name in names if key(name) == key(answer.text)), None)
    return None if found is None else Answer(kind=answer.kind, text=found)


def broad_groups(part: PlannedCharacteristic) -> tuple[str, ...]:
    """Return the broad groups a characteristic's groups belong to, in order."""
    return tuple(dict.fromkeys(q.broad for q in part.quotas if q.broad))


def answer_text(answer: Answer | None) -> str:
    """Write an answer as the mapping file and the choices of a question have it.

    >>> answer_text(Answer(kind="broad", text="Asian")), answer_text(None)
    ('Asian, detail not known', 'leave the row out')
    """
    if answer is None:
        return LEAVE_ROW_OUT
    if answer.kind == "group":
        return answer.text
    if answer.kind == "broad":
        return answer.text + BROAD_SUFFIX
    if answer.kind == "own_words":
        return OWN_WORDS_CHOICE
    return PREFER_NOT_WORDS if answer.kind == "prefer_not_to_say" else NOT_KNOWN_WORDS


_SPECIAL: dict[str, Answer | None] = {
    key(PREFER_NOT_WORDS): PREFER_NOT_TO_SAY,
    key(NOT_KNOWN_WORDS): NOT_KNOWN,
    OWN_WORDS_CHOICE: Answer(kind="own_words"),
    LEAVE_ROW_OUT: None,
    "leave out": None,
    LEFT_OUT: None,
}


def read_answer(text: str) -> Answer | None:
    """Read an answer as the mapping file has it; None leaves the row out.

    >>> read_answer("own words").kind, read_answer("Asian, detail not known").kind
    ('own_words', 'broad')
    """
    if key(text) in _SPECIAL:
        return _SPECIAL[key(text)]
    if text.endswith(BROAD_SUFFIX) and text != BROAD_SUFFIX:
        return Answer(kind="broad", text=text.removesuffix(BROAD_SUFFIX))
    return Answer(kind="group", text=text)
