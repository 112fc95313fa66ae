"""What is asked about a file: in words, with its options, and the mapping the choices make."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from typing import TypeVar

from census.spelling import key
from sampler.model import Answer, Plan, PlannedCharacteristic, Stage
from sampler.people.tracking import (
    BROAD_SUFFIX,
    NOT_KNOWN_WORDS,
    PREFER_NOT_WORDS,
    STAGE_WORDS,
    STAGES,
    stage_named,
)
from sampler.reading.ages import is_age
from sampler.reading.answer_words import (
    LEAVE_ROW_OUT,
    LEFT_OUT,
    OWN_WORDS_CHOICE,
    answer_text,
    broad_groups,
    fit_answer,
    read_answer,
)
from sampler.reading.columns import Field
from sampler.reading.mapping import (
    CLASSIFICATIONS,
    USE_WORDS,
    BadMapping,
    Classification,
    Column,
    Mapping,
)
from sampler.reading.matching_values import Option, Proposal, Question
from sampler.reading.personal import BIRTH, header_words, safe_header
from sampler.reading.vocabularies import TITLES, Published
from sampler.reading.word_match import CONDITION_NOTE, GENDER_NOTE, NONE_OF_THEM, Reading
from sampler.words import count

_T = TypeVar("_T")
_LEAVE_OUT = Option(LEFT_OUT, "Leave the column out")
_ANYBODY = (
    Option(OWN_WORDS_CHOICE, "Keep their own words; fills no group"),
    Option(NOT_KNOWN_WORDS, NOT_KNOWN_WORDS),
    Option(PREFER_NOT_WORDS, PREFER_NOT_WORDS),
    Option(LEAVE_ROW_OUT, "Leave these rows out"),
)


def about_classification(one: Field, likely: Classification, home: Published) -> Question:
    """Ask which classification the words of a column are from."""
    order = dict.fromkeys((likely, home, *CLASSIFICATIONS))
    return Question(
        "classification",
        "classification",
        f"Which list are the words of ‘{one.called}’ from? The same word means different people "
        "in different lists.",
        tuple(Option(name, TITLES[name]) for name in order),
        likely,
        one.header,
    )


def about_column(one: Field, column: Column, plan: Plan, twin: Field | None, rows: int) -> Question:
    """Ask whether a column is what its name or its values suggest."""
    if one.personal:
        text = (
            f"‘{one.called}’ seems to hold people's names, which are never kept. Read it as our "
            f"{column.ours} all the same?"
        )
    elif twin:
        text = f"‘{twin.called}’ and ‘{one.called}’ could both be {column.ours}. Which is it?"
    else:
        text = f"Is ‘{one.called}’ our {column.ours}?"
    return _column(one, plan, text, LEFT_OUT if twin or one.personal else column.ours, rows)


def offer(one: Field, plan: Plan) -> Question:
    """Offer to read a column that is left out, or to leave out one that is read."""
    if one.column:
        return _column(one, plan, f"‘{one.called}’ is our {one.column.ours}.", one.column.ours)
    text = f"‘{one.called}’ is left out. Read it as one of ours?"
    note = ""
    if one.personal == BIRTH:
        text = f"‘{one.called}’ is left out. Use it for the age band?"
        note = "The band alone is kept, never the date."
    return _column(one, plan, text, LEFT_OUT, note=note)


def _column(
    one: Field, plan: Plan, text: str, proposed: str, rows: int = 0, note: str = ""
) -> Question:
    names = [part.name for part in plan.characteristics if one.personal != BIRTH or is_age(part)]
    if one.personal != BIRTH:
        names += [words for use, words in USE_WORDS.items() if use != "id"]
    part = plan.named(proposed)
    if part and part.topic == "sex" and "gender" in header_words(one.header):
        note = GENDER_NOTE
    if part and part.topic == "disability" and "condition" in header_words(one.header):
        note = CONDITION_NOTE
    ordered = dict.fromkeys([*([proposed] if proposed != LEFT_OUT else []), *names])
    options = (*(Option(name, name) for name in ordered), _LEAVE_OUT)
    return Question(
        f"column:{one.header}", "column", text, options, proposed, one.header, rows=rows, note=note
    )


def may_be_read(one: Field, plan: Plan) -> bool:
    """Say whether the user may choose what a column is: it has a name, and nothing personal."""
    if not one.header or not safe_header(one.header) or one.is_ignored:
        return False
    if one.personal:
        return one.personal == BIRTH and any(map(is_age, plan.characteristics))
    return one.column is None or one.column.use != "id"


def about_stage(word: str, near: Sequence[Stage], header: str, rows: int) -> Question:
    """Ask which stage a word is."""
    order = dict.fromkeys((*near, *STAGES))
    return Question(
        f"stage:{word}",
        "stage",
        f"‘{word}’ is none of our stages. Which one is it?",
        (
            *(Option(STAGE_WORDS[stage], STAGE_WORDS[stage]) for stage in order),
            Option(LEAVE_ROW_OUT, "Leave these rows out"),
        ),
        STAGE_WORDS[near[0]] if len(near) == 1 else None,
        header,
        word=word,
        rows=rows,
    )


def about_word(
    part: PlannedCharacteristic, word: str, reading: Reading, header: str, rows: int
) -> Question:
    """Ask which group a word is; what it touches comes first, and nobody is forced into one."""
    groups = [Answer(kind="group", text=group) for group in reading.touches]
    if reading.broad:
        groups.append(Answer(kind="broad", text=reading.broad))
    if reading.why == NONE_OF_THEM:
        groups += [Answer(kind="group", text=group) for group in part.groups]
        groups += [Answer(kind="broad", text=group) for group in broad_groups(part)]
    first = [reading.proposed] if reading.proposed else []
    values = dict.fromkeys(answer_text(answer) for answer in (*first, *groups))
    known = {option.value for option in _ANYBODY}
    options = (*(Option(value, value) for value in values if value not in known), *_ANYBODY)
    means = f" ({reading.means})" if reading.means else ""
    return Question(
        f"word:{part.name}:{word}",
        "word",
        f"‘{word}’{means} {reading.why}. What does it count as in {part.name}?",
        options,
        answer_text(reading.proposed) if reading.proposed else None,
        header,
        part.name,
        word,
        rows,
        reading.note,
    )


def is_answered(question: Question, mapping: Mapping) -> bool:
    """Say whether a mapping answers a question, or makes it needless."""
    if question.kind == "column":
        return bool(mapping.column(question.header)) or mapping.leaves_out(question.header)
    if mapping.leaves_out(question.header):
        return True
    if question.kind == "classification":
        return mapping.classification is not None
    if question.kind == "stage":
        return any(key(word) == key(question.word) for word in mapping.stages)
    words = mapping.words.get(question.characteristic, {})
    return any(key(word) == key(question.word) for word in words)


def confirmed(proposal: Proposal, plan: Plan, choices: Map[str, str]) -> Mapping:
    """Return the mapping of a proposal with what the user chose, by the questions' ids.

    A question without a choice stays open. Raises `BadMapping` with every choice that cannot be.
    """
    every = {question.id: question for question in (*proposal.offers, *proposal.questions)}
    problems: list[str] = []
    mapping = proposal.mapping
    classification = mapping.classification
    columns = {key(column.header): column for column in mapping.columns}
    left_out = {key(header): header for header in mapping.left_out}
    words = {name: dict(one) for name, one in mapping.words.items()}
    stages = dict(mapping.stages)
    parts = {key(part.name): part for part in plan.characteristics}
    for name, chosen in choices.items():
        question = every.get(name)
        if question is None:
            problems.append("A choice was made for a question that this file does not raise.")
        elif question.kind == "classification":
            found = next((one for one in CLASSIFICATIONS if one == chosen), None)
            classification = found or classification
            if found is None:
                problems.append(_no_choice(question))
        elif question.kind == "column":
            column = _chosen_column(question, chosen, parts)
            columns.pop(key(question.header), None)
            left_out.pop(key(question.header), None)
            if column:
                columns[key(question.header)] = column
            elif key(chosen) == LEFT_OUT:
                left_out[key(question.header)] = question.header
            else:
                problems.append(_no_choice(question))
        elif question.kind == "stage":
            stage = stage_named(chosen)
            if stage is None and key(chosen) != LEAVE_ROW_OUT:
                problems.append(_no_choice(question))
            else:
                _put(stages, question.word, stage)
        else:
            part = parts[key(question.characteristic)]
            answer = chosen_answer(part, chosen)
            if answer is None and key(chosen) != LEAVE_ROW_OUT:
                problems.append(_no_choice(question))
            else:
                _put(words.setdefault(part.name, {}), question.word, answer)
    made = Mapping(
        classification=classification,
        columns=tuple(columns.values()),
        left_out=tuple(left_out.values()),
        words=words,
        stages=stages,
    )
    problems += made.problems(plan)
    if problems:
        raise BadMapping(tuple(dict.fromkeys(problems)))
    return made


def _put(words: dict[str, _T], word: str, value: _T) -> None:
    for other in [other for other in words if key(other) == key(word)]:
        del words[other]
    words[word] = value


def _no_choice(question: Question) -> str:
    about = f"‘{question.word or question.header}’"
    return f"What was chosen for {about} is none of the options. Choose one of them."


def _chosen_column(
    question: Question, chosen: str, parts: dict[str, PlannedCharacteristic]
) -> Column | None:
    if all(key(option.value) != key(chosen) for option in question.options):
        return None
    if part := parts.get(key(chosen)):
        return Column(header=question.header, use="characteristic", characteristic=part.name)
    use = next((use for use, words in USE_WORDS.items() if key(words) == key(chosen)), None)
    return use and Column(header=question.header, use=use)


def chosen_answer(part: PlannedCharacteristic, chosen: str) -> Answer | None:
    """Return the answer a choice stands for; None for leaving rows out, or for no answer of ours.

    A group of the plan comes before a word such as "Not known".
    """
    for kind, names in (("group", part.groups), ("broad", broad_groups(part))):
        text = chosen if kind == "group" else chosen.removesuffix(BROAD_SUFFIX)
        if kind == "broad" and text == chosen:
            continue
        if name := next((name for name in names if key(name) == key(text)), None):
            return Answer(kind="group" if kind == "group" else "broad", text=name)
    answer = read_answer(chosen)
    return None if answer is None else fit_answer(part, answer)


def missing_words(open_: Sequence[Question]) -> str:
    """Say what is still open, for a command line.

    >>> missing_words(())
    ''
    """
    if not open_:
        return ""
    asked = [f"{question.text}" for question in open_]
    return f"{count(len(open_), 'thing')} to confirm: {' '.join(asked)}"
