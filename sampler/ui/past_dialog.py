"""The dialog that adds a past round by its totals: counts per group, and no people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any, get_args

import streamlit as st

import census
from census import places
from census.errors import CensusError
from sampler import example, figures
from sampler.brief import Audience, Brief, CharacteristicBrief
from sampler.brief_values import MOST_PEOPLE
from sampler.errors import BadSheet, BriefError, Conflict, NoPlan
from sampler.model import Plan, PlannedCharacteristic, Round, Totals
from sampler.programmes import audiences, past
from sampler.programmes.audiences import AudienceSettings
from sampler.programmes.past import MOST_HEARD, BadTotals
from sampler.programmes.programme import AUDIENCE_WORDS
from sampler.reading import read_table
from sampler.reading.read_cells import File
from sampler.ui import past_words, programme_words, show, state
from sampler.ui.past_words import Given
from sampler.words import day, group_words, people

EARLIEST = date(2000, 1, 1)
COLUMNS = 3
BY_GROUP, AS_TEXT = "Group by group", "Paste, or a file"
FILES = ["csv", "txt", "tsv", "xlsx", "ods"]
MOST_BYTES_MB = 5
MANY_GROUPS = 8
"""More groups than this are asked for in broad ones first, where there are some."""


@st.dialog("Add a past round", width="large")
@state.guarded
def add(programme: str) -> None:
    """Ask for a past round and its counts; store it, with nobody in it."""
    st.html(
        show.lead(
            "A round from before, by how many people were heard in each group. It counts in the "
            "programme and in the next mix; no person is recorded."
        )
    )
    left, right = st.columns(2)
    title = left.text_input("Name of the round", key="past_title", max_chars=200)
    named = right.text_input(
        "Programme",
        programme,
        key="past_programme",
        max_chars=200,
        help="Optional. Its rounds add up.",
    )
    who, when, many = st.columns(3)
    audience: Audience = who.selectbox(
        "Who was heard",
        get_args(Audience),
        format_func=lambda one: AUDIENCE_WORDS[one],
        key="past_audience",
    )
    on = when.date_input(
        "When",
        None,
        min_value=EARLIEST,
        max_value=state.today(),
        format="DD/MM/YYYY",
        key="past_on",
        help="The day the round ended, or about then.",
    )
    heard = many.number_input(
        "People heard",
        1,
        MOST_HEARD,
        None,
        key="past_heard",
        placeholder="All groups together",
        help="Left empty, it is the largest total of the counts below.",
    )
    asks = _asks(named.strip(), audience)
    areas = _places(asks.areas)
    chosen = _characteristics(asks, audience)
    given = Given(
        title.strip(),
        named.strip() or None,
        audience,
        on,
        heard,
        areas,
        chosen,
        asks.lowest_age,
        asks.highest_age,
    )
    plan = _plan(given)
    counts = _counts(plan) if plan else ""
    if st.button("Add the round", type="primary", key="past_add"):
        _add(given, plan, counts)


def _asks(programme: str, audience: Audience) -> AudienceSettings:
    """Return what is asked of an audience: as kept, as in its newest round, or the ready mix."""
    store = state.store()
    named = {one.name: one for one in store.programmes()}
    called = programme_words.named(programme, list(named))
    if called is not None:
        found = named[called]
        if (kept := store.audience(found.id, audience)) is not None:
            return AudienceSettings.model_validate_json(kept)
        for one in reversed(store.rounds_of(found.id)):
            if one.brief.audience == audience:
                return audiences.settings_of(one.brief)
    ready = audiences.settings_of(example.ready_brief("Ready", None))
    if audience in ("residents", "service users"):
        return ready
    return ready.model_copy(update={"characteristic": ()})


def _places(usual: Sequence[str]) -> tuple[str, ...]:
    held = [census.area(code) for code in usual if code]
    every = {area.code: area for area in (*census.every_area(), *held)}
    return tuple(
        st.multiselect(
            "Place",
            list(every),
            [area.code for area in held],
            format_func=lambda code: places.named(every[code]),
            placeholder="Type a name or a code",
            key=f"past_place_{'_'.join(usual)}",
            wrap=True,
            select_all=False,
        )
    )


def _characteristics(asks: AudienceSettings, audience: Audience) -> tuple[CharacteristicBrief, ...]:
    """Ask which characteristics were counted: those of the audience, or any census topic."""
    own = dict(zip(figures.names(_brief("Past", asks.characteristic)), asks.characteristic,
                   strict=True))  # fmt: skip
    used = {part.topic for part in own.values()}
    topics = {t.title: t.id for t in census.TOPICS.values() if t.id not in used}
    chosen = st.multiselect(
        "Characteristics that were counted",
        [*own, *(title for title in topics if title not in own)],
        list(own),
        key=f"past_characteristics_{audience}_{len(own)}",
        placeholder="Choose what people were divided by",
        wrap=True,
        select_all=False,
    )
    if not own:
        st.html(
            show.muted(
                "To count groups of your own, such as roles, start a round of this audience with "
                "its figures first; its groups are then offered here."
            )
        )
    return tuple(own[n] if n in own else CharacteristicBrief(topic=topics[n]) for n in chosen)


def _brief(title: str, parts: Sequence[CharacteristicBrief], **more: Any) -> Brief:
    return Brief(title=title, people_wanted=1, characteristic=tuple(parts), **more)


def _plan(given: Given) -> Plan | None:
    """Return the plan whose groups are counted, or say what it still needs."""
    if not given.characteristic:
        return None
    if not given.areas and any(part.topic for part in given.characteristic):
        st.html(show.hint("Choose the place, and the groups to count appear here."))
        return None
    try:
        return figures.plan_of(past_words.brief_of(given, min(given.heard or 1, MOST_PEOPLE)))
    except (BriefError, NoPlan, CensusError) as error:
        problems = getattr(error, "problems", (("", str(error)),))
        lines = [text for _, text in problems]
        st.html(show.note("These groups cannot be counted", *lines, kind="bad"))
        return None


def _counts(plan: Plan) -> str | File:
    """Ask for the counts, group by group or as a text or file."""
    way = st.segmented_control(
        "The counts", [BY_GROUP, AS_TEXT], default=BY_GROUP, key="past_way", required=True
    )
    if way == AS_TEXT:
        return _pasted(plan)
    return "\n".join(line for part in plan.characteristics for line in _typed(part))


def _typed(part: PlannedCharacteristic) -> list[str]:
    """Draw a field for each group of a characteristic; returns a line for each one filled in."""
    groups = list(part.groups)
    broad = list(dict.fromkeys(quota.broad for quota in part.quotas if quota.broad))
    with st.container(key=f"past_part_{part.topic or part.name}", gap="small"):
        st.html(show.box(f'<h2 class="sub">{escape(part.name)}</h2>'))
        if len(groups) > MANY_GROUPS and 1 < len(broad) < len(groups) and not st.toggle(
            "In detailed groups", key=f"past_detailed_{part.name}"
        ):  # fmt: skip
            groups = broad
        found = []
        columns = [c for _ in groups[::COLUMNS] for c in st.columns(COLUMNS)]
        for column, group in zip(columns, groups, strict=False):
            number = column.number_input(
                show.plain(group_words(group, part.topic)),
                0,
                MOST_HEARD,
                None,
                key=f"past_count_{part.name}_{group}",
                placeholder="0",
            )
            if number is not None:
                found.append(f"{part.name}\t{group}\t{number}")
    return found


def _pasted(plan: Plan) -> str | File:
    """Ask for the counts as a text, or a file; what cannot be read is said at once."""
    part = plan.characteristics[0]
    lines = [part.name, *(f"{group}, 3" for group in part.groups[:2])]
    text = st.text_area(
        "Counts: the characteristic on a line, then its groups",
        placeholder="\n".join(lines),
        height=200,
        key="past_text",
        help="Or three columns: characteristic, group, people.",
    )
    file = st.file_uploader("Or a file", type=FILES, max_upload_size=MOST_BYTES_MB, key="past_file")
    names = "; ".join(
        f"{one.name}: {', '.join(group_words(g, one.topic) for g in one.groups)}"
        for one in plan.characteristics
    )
    st.html(show.details_box("The groups as they are called here", names))
    if file is None:
        return text
    try:
        return read_table.read(file.getvalue(), file.name)
    except BadSheet as error:
        st.html(show.note("This file cannot be read", str(error), kind="bad"))
        return text


def _add(given: Given, plan: Plan | None, counts: str | File) -> None:
    """Store the round, or list everything that is missing or wrong."""
    problems = past_words.missing(given)
    totals: Totals | None = None
    if plan is not None:
        try:
            if not counts:
                raise BadTotals([past.Problem(None, "There are no counts yet.")])
            totals = past.read(counts, plan, given.on or state.today(), given.heard)
        except BadTotals as error:
            problems += [str(problem) for problem in error.problems]
    if problems or totals is None:
        st.html(past_words.problems_note(problems))
        return
    brief = past_words.brief_of(given, min(totals.heard, MOST_PEOPLE))
    used = figures.plan_of(brief)
    made = state.store().add_past_round(brief, used, totals)
    state.tell(
        None,
        f"{made.title} was added",
        f"{people(totals.heard)} heard, {day(totals.on)}. It counts in the programme.",
        "calm",
    )
    st.rerun()


@st.dialog("Correct the counts", width="large")
@state.guarded
def correct(held: Round, plan: Plan) -> None:
    """Show a past round's counts as a text to change, and store them anew."""
    if held.totals is None:
        return
    on = st.date_input(
        "When",
        held.totals.on,
        min_value=min(EARLIEST, held.totals.on),
        max_value=state.today(),
        format="DD/MM/YYYY",
        key="past_correct_on",
    )
    heard = st.number_input(
        "People heard", 1, MOST_HEARD, max(1, held.totals.heard), key="past_correct_heard"
    )
    text = st.text_area(
        "Counts",
        past_words.as_text(held.totals, plan),
        height=320,
        key="past_correct_text",
    )
    if not st.button("Save the counts", type="primary", key="past_correct_save"):
        return
    try:
        totals = past.read(text, plan, on, heard)
    except BadTotals as error:
        st.html(past_words.problems_note([str(problem) for problem in error.problems]))
        return
    try:
        state.store().set_totals(held.id, totals, held.version)
    except Conflict:
        st.html(
            show.note(
                "This round was changed in another window",
                "Your counts were not saved, so that nothing of theirs is lost. Copy what you "
                "typed, close this and correct the counts that stand now.",
                kind="bad",
            )
        )
        return
    st.rerun()


def stands_for(held: Round, plan: Plan) -> None:
    """Draw what a past round holds in place of people: its counts, and how to correct them."""
    if held.totals is None:
        return
    st.html(show.note(f"{programme_words.past_line(held)}.", past_words.NO_PEOPLE, kind="calm"))
    st.html(past_words.totals_table(held.totals, plan))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Correct the counts", key="past_correct"):
            correct(held, plan)
        state.link("programme", "Programme", ":material/insights:")
        state.link("rounds", "Rounds", ":material/table_rows:")
