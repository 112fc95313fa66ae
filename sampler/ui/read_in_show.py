"""What a file read in looks like: its columns, its words, and who would come in. Pure HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sampler.model import Answer, Participant, Plan
from sampler.people import history
from sampler.people.tracking import STAGE_WORDS, answer_words
from sampler.reading.dates import read_date
from sampler.reading.incoming import FieldChange, Preview, PreviewRow
from sampler.reading.mapping import LEAVE_ROW_OUT, USE_WORDS
from sampler.reading.matching_rows import SOMETHING
from sampler.reading.matching_values import Proposal, Question, Refused
from sampler.reading.personal import looks_personal
from sampler.ui import show
from sampler.words import count, day, listed, people

MOST_SHOWN = 50
"""Rows of a list drawn at once; the others open on demand."""
MOST_OPENED = 500
"""Rows drawn in all: a browser grows slow with thousands."""
MOST_SAMPLES = 3
LONGEST_SAMPLE = 24
# Columns and words


def columns_table(proposal: Proposal) -> str:
    """Draw which of their columns is read as what."""
    there = {cell.strip() for row in proposal.table.rows[:1] for cell in row.cells}
    rows = [
        [escape(column.header), escape(column.ours)]
        for column in proposal.mapping.columns
        if column.header in there and column.use != "id"
    ]
    if not rows:
        return ""
    return show.table("Columns", [("Their column", ""), ("Read as", "")], rows, classes="read-as")


def words_tables(proposal: Proposal) -> str:
    """Draw which of their words counts as what, a table for each characteristic."""
    by_name: dict[str, list[list[str]]] = {}
    for one in proposal.understood:
        cells = [escape(one.word), escape(_counts_as(one.ours)), f"{one.rows:,}"]
        by_name.setdefault(one.characteristic or USE_WORDS["stage"], []).append(cells)
    heads = [("Their word", ""), ("Counts as", ""), ("Rows", "n")]
    return "".join(
        f'<p class="sp-subhead">{escape(name)}</p>'
        + show.table(f"Words of {name}", heads, rows, classes="read-as")
        for name, rows in by_name.items()
    )


def _counts_as(text: str) -> str:
    return "Rows left out" if text == LEAVE_ROW_OUT else text[:1].upper() + text[1:]


def asked_head() -> str:
    """Draw the heads above what is asked; the fields below name themselves."""
    return show.box(
        '<div class="sp-askedhead" aria-hidden="true"><span>Their column</span>'
        "<span>Read as</span></div>"
    )


def our_sheet(proposal: Proposal, recruiter: str, number: int) -> str:
    """Say that a file is our own sheet: when it was made, for whom and by which plan."""
    made_on = read_date(proposal.made[:10])
    made = f", made {day(made_on)}" if made_on else ""
    whose = f" for {recruiter}" if recruiter else ""
    plan = proposal.plan_number
    older = f" Its plan was number {plan}; number {number} is in use now." if plan else ""
    return f"This is our own sheet{made}{whose}.{older if plan != number else ''}"


def left_out(headers: Sequence[str]) -> str:
    """Say which columns are not read.

    >>> left_out(["Name", "Phone"])
    'Left out: Name, Phone. These are never stored.'
    """
    if not headers:
        return ""
    named = "; ".join(headers) if any("," in one for one in headers) else ", ".join(headers)
    return f"Left out: {named}. {'This is' if len(headers) == 1 else 'These are'} never stored."


def how_it_is_read(proposal: Proposal, *, is_remembered: bool) -> str:
    """Draw what is left out, and on demand how columns and words are read."""
    inner = columns_table(proposal) + words_tables(proposal)
    opened = show.details("How columns and words are read", inner) if inner else ""
    out = left_out(proposal.left_out)
    if is_remembered:
        return show.note("Read as last time", out, kind="calm", more=opened)
    return show.hint(out) * bool(out) + show.box(opened)


def samples(proposal: Proposal, header: str) -> str:
    """Say the first few different values of a column, to know it by."""
    head = next((row for row in proposal.table.rows if row.number == proposal.header_row), None)
    places = [i for i, cell in enumerate(head.cells) if cell.strip() == header] if head else []
    found: dict[str, None] = {}
    for row in proposal.table.rows:
        if row.number > proposal.header_row and places and places[0] < len(row.cells):
            value = row.cells[places[0]].strip()
            is_short = value not in ("", SOMETHING) and len(value) <= LONGEST_SAMPLE
            if is_short and looks_personal(value) is None:
                found[value] = None
        if len(found) == MOST_SAMPLES:
            break
    return f"Such as {listed([f'‘{one}’' for one in found])}." if found else ""


def asked(question: Question, more: str = "") -> str:
    """Draw what is asked about: their word or column, how often it is there, and what is unsure."""
    rows = f"{count(question.rows, 'row')}." if question.rows else ""
    told = " ".join(part for part in (rows, reason(question), more) if part)
    note = f'<p class="sp-source">{escape(question.note)}</p>' if question.note else ""
    return show.box(
        f'<p class="sp-word">{escape(question.word or question.header)}</p>'
        f'<p class="sp-source">{escape(told)}</p>{note}',
        "sp-asked",
    )


def reason(question: Question) -> str:
    """Return why something is asked: what its text says before the question itself.

    >>> reason(Question("", "word", "‘F’ is none of the groups. What is it?", (), word="F"))
    'None of the groups.'
    """
    at = question.text.rfind(". ")
    told = question.text[: at + 1] if at > 0 else ""
    told = told.removeprefix(f"‘{question.word or question.header}’ is ")
    return told[:1].upper() + told[1:]


def open_words(questions: Sequence[Question]) -> str:
    """Say which questions have no answer yet."""
    named = [f"‘{one.word or one.header}’" for one in questions[:5]]
    if len(questions) > 5:
        named.append(f"{len(questions) - 5} more")
    return f"Choose an answer for {listed(named)}."


# The preview


def counts(found: Preview) -> str:
    """Say what a file would do: "8 new, 2 changed, 1 unchanged, 1 refused"."""
    numbers = {kind: len(found.of(kind)) for kind in ("new", "changed", "unchanged")}
    more = {"refused": rows_in(refused(found)), "left out by you": rows_in(chosen_out(found))}
    parts = [f"{number:,} {kind}" for kind, number in {**numbers, **more}.items() if number]
    return ", ".join(parts) or "Nobody in this file"


def refused(found: Preview) -> list[Refused]:
    """Return why rows are refused that the user has not left out themselves."""
    return [one for one in found.refused if not one.by_choice]


def chosen_out(found: Preview) -> list[Refused]:
    """Return what stands for rows the user left out, and that are not refused as well."""
    bad = {one.row for one in refused(found)}
    return [one for one in found.refused if one.by_choice and one.row not in bad]


def rows_in(some: Sequence[Refused]) -> int:
    """Count the rows; one can be refused for several cells."""
    return len({one.row for one in some})


def fold(
    caption: str,
    heads: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    classes: str = "sp-incoming",
    most: int | None = MOST_OPENED,
) -> str:
    """Draw a list: its first rows, and the others to open, up to so many."""
    drawn = _scrolled(caption, heads, rows[:MOST_SHOWN], classes)
    rest = rows[MOST_SHOWN:]
    if rest:
        opened = _scrolled(f"{caption}, the others", heads, rest[:most], classes)
        if most is not None and len(rest) > most:
            opened += show.hint(f"and {len(rest) - most:,} more, not shown here.")
        drawn += show.box(show.details(f"and {len(rest):,} more", opened))
    return drawn


def _scrolled(
    caption: str, heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], classes: str
) -> str:
    table = show.table(caption, heads, rows, classes=classes)
    return (
        f'<div class="sp-scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"{table}</div>"
    )


def refused_table(some: Sequence[Refused], caption: str = "Refused rows") -> str:
    """Draw every row that is not read, with the column and the reason."""
    rows = [
        [f"{one.row:,}", escape(one.column or "The whole row"), escape(one.reason)] for one in some
    ]
    return fold(caption, [("Row", ""), ("Column", ""), ("Why", "")], rows, most=None)


def new_table(plan: Plan, new: Sequence[PreviewRow]) -> str:
    """Draw the people who would be added, with their groups."""
    called = [row.person.reference or row.person.their_reference for row in new]
    finders = {row.person.recruiter for row in new}
    notes = any(row.note for row in new)
    heads = [
        ("Row", ""),
        *([("Ref.", "")] if any(called) else []),
        *((part.name, "") for part in plan.characteristics),
        ("Stage", ""),
        *([("Recruiter", "")] if len(finders) > 1 else []),
        *([("Note", "")] if notes else []),
    ]
    rows = []
    for row, name in zip(new, called, strict=True):
        person = row.person
        rows.append(
            [
                f"{row.number:,}",
                *([escape(name)] if any(called) else []),
                *(escape(_said(plan, part.name, person)) for part in plan.characteristics),
                escape(_standing(person)),
                *([escape(person.recruiter)] if len(finders) > 1 else []),
                *([escape(row.note)] if notes else []),
            ]
        )
    return fold("New people", heads, rows, "sp-people")


def _said(plan: Plan, name: str, person: Participant) -> str:
    answer = person.answers.get(name)
    return "" if answer is None else _answer(plan, name, answer)


def _answer(plan: Plan, name: str, answer: Answer) -> str:
    part = plan.named(name)
    if part is not None and answer.kind == "group":
        return show.label(part, answer.text)
    return answer_words(answer)


def _standing(person: Participant) -> str:
    words = STAGE_WORDS[person.stage]
    return f"Reserve, {words.lower()}" if person.reserve else words


def changed_table(plan: Plan, changed: Sequence[PreviewRow]) -> str:
    """Draw what would change of people who are here, a row a field."""
    rows = [
        [escape(f"{row.person.reference}, row {row.number:,}"), *_field(plan, one)]
        for row in changed
        for one in row.fields
    ]
    heads = [("Person", ""), ("Field", ""), ("Here", ""), ("In the file", "")]
    return fold("Changed people", heads, rows)


def clash_table(plan: Plan, row: PreviewRow) -> str:
    """Draw one person whom both sides changed, marking the fields changed here."""
    rows = []
    for one in row.fields:
        name, here, theirs = _field(plan, one)
        tag = '<span class="sp-tag">changed here</span>' if one.changed_here else ""
        rows.append([name + tag, here, theirs])
    caption = f"{row.person.reference}, changed here and in the file"
    return show.table(caption, [("Field", ""), ("Here", ""), ("In the file", "")], rows)


def unchanged_line(unchanged: Sequence[PreviewRow]) -> str:
    """Name the people in whom nothing differs, to open."""
    named = [row.person.reference for row in unchanged[:MOST_OPENED]]
    if len(unchanged) > MOST_OPENED:
        named.append(f"{len(unchanged) - MOST_OPENED:,} more")
    return show.details_box(f"{people(len(unchanged))} unchanged", f"{listed(named)}.")


def _field(plan: Plan, one: FieldChange) -> list[str]:
    topics = history.topics_of(plan)
    return [
        escape(history.field_words(one.field)),
        escape(history.value_words(one.field, one.ours, topics)),
        escape(history.value_words(one.field, one.theirs, topics)),
    ]


def leave_out_words(number: int) -> str:
    """Word the tick without which a file with refused rows is not taken in.

    >>> leave_out_words(1), leave_out_words(3)
    ('Leave out the 1 refused row', 'Leave out the 3 refused rows')
    """
    return f"Leave out the {count(number, 'refused row')}"


def take_in_words(found: Preview) -> str:
    """Word the button that stores a file, as what will happen."""
    return f"Take in {people(len(found.of('new')) + len(found.of('changed')))}"


def nobody(found: Preview) -> str:
    """Say why there is nobody to take in, and what can be done."""
    if refused(found):
        told, kind = "Put the refused rows right in the file, and choose it again.", ""
    elif found.rows:
        told, kind = "Everybody in this file is here already, and nothing differs.", "calm"
    elif found.refused:
        told, kind = "Every row is left out by what you chose for its words.", ""
    else:
        told, kind = "No row of this file is filled in yet.", ""
    return show.note("There is nobody to take in", told, kind=kind)


def taken_words(found: Preview) -> str:
    """Say that a file was taken in."""
    number = len(found.of("new")) + len(found.of("changed"))
    return f"{people(number)} taken in{f' from {found.recruiter}' if found.recruiter else ''}."
