"""Population, step 1: who the round is about, where, and who lives there."""

import streamlit as st

import census
from census import places
from census.errors import CensusError, NotHeld
from sampler import figures
from sampler.brief import Audience, Brief
from sampler.mix import not_answered_words
from sampler.model import place_words
from sampler.people.tracking import recorded_note
from sampler.ui import (
    asking,
    own_figures_box,
    place_dialog,
    quota_tables,
    show,
    source_tables,
    state,
)
from sampler.words import listed

ABOUT: dict[Audience, str] = {
    "residents": "Everyone who lives here",
    "service users": "People who use a service",
    "staff": "Staff",
    "businesses": "Businesses",
}

round_ = state.round_at_hand("Population")
brief = round_.brief
st.html(
    show.lead(
        "Choose the place your users live. Its census figures set the mix."
        if brief.audience == "residents"
        else "Give figures of your own: how many people there are in each group. A place is "
        "optional; with one, its census figures can be used as well."
    )
)


def save_audience() -> None:
    """Keep who the round is about."""
    state.save_brief(round_, lambda b: b.changed(audience=st.session_state.population_audience))


def save_place() -> None:
    """Keep the places; what cannot be added up is said and not kept."""

    def change(b: Brief) -> Brief:
        changed = b.changed(areas=tuple(st.session_state.population_place))
        figures.areas_of(changed)
        parts = changed.characteristic
        if len(changed.areas) < 2:
            parts = tuple(p for p in parts if p.topic != census.WHERE_THEY_LIVE.id)
        return fitted(changed.model_copy(update={"characteristic": parts}))

    state.save_brief(round_, change)


def save_ages() -> None:
    """Keep the ages; typed bands that no longer fit give way to the ready ones."""

    def change(b: Brief) -> Brief:
        lowest, highest = st.session_state.population_lowest, st.session_state.population_highest
        return fitted(b.changed(lowest_age=lowest, highest_age=highest))

    state.save_brief(round_, change)


def fitted(changed: Brief) -> Brief:
    """Drop what asks for groups that are gone, and say so."""
    if not changed.areas:
        return changed
    kept, dropped = figures.fitting(changed)
    if dropped:
        state.tell(
            round_.id,
            "Some groups are no longer there",
            f"Left out of the mix: {listed(dropped)}.",
        )
    return kept


st.radio(
    "Who is this round about?",
    list(ABOUT),
    format_func=lambda audience: ABOUT[audience],
    horizontal=True,
    key=state.shows("population_audience", brief.audience),
    on_change=save_audience,
)

areas = figures.areas_of(brief)
every = {area.code: area for area in (*census.every_area(), *areas)}

left, low, high = st.columns([6, 2, 2], vertical_alignment="bottom")
left.multiselect(
    "Place",
    list(every),
    format_func=lambda code: places.named(every[code]),
    key=state.shows("population_place", [area.code for area in areas]),
    placeholder="Type a name or a code",
    help="Type a name or a code. Several places add up.",
    on_change=save_place,
    wrap=True,
    select_all=False,
)
low.number_input(
    "Lowest age",
    0,
    90,
    key=state.shows("population_lowest", brief.starts_at),
    on_change=save_ages,
)
high.number_input(
    "Highest age",
    0,
    89,
    None,
    key=state.shows("population_highest", brief.highest_age),
    placeholder="none",
    on_change=save_ages,
)
if st.button("Add a ward or neighbourhood", key="population_find", type="tertiary"):
    place_dialog.start()
    place_dialog.find(round_)
recorded = len(state.store().people(round_.id))
taken = state.store().latest_plan(round_.id)
if recorded and taken and {a.code for a in taken.plan.areas} != {a.code for a in areas}:
    st.html(show.note("The place has changed", recorded_note(recorded)))

if brief.audience != "residents":
    st.html(
        show.note(
            "Use your own figures",
            f"The census counts residents, not {brief.audience}. Give the people in each group "
            "from your own records; they become a characteristic of the mix.",
            kind="calm",
        )
    )
    own_figures_box.draw(round_)

if not areas:
    if brief.audience == "residents":
        st.html(show.empty("No place yet", "Choose a place to see who lives there."))
    else:
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Continue to mix and quotas", type="primary", key="population_on"):
                state.go("mix")
            state.link("rounds", "Rounds")
    st.stop()

ages = figures.ages_of(brief)
place = place_words([area.name for area in areas])
topics = dict(census.TOPICS)
if len(areas) > 1:
    topics[census.WHERE_THEY_LIVE.id] = census.WHERE_THEY_LIVE
try:
    st.html(source_tables.head_count(census.head_count(areas, ages), ages, place, state.today()))
except CensusError as error:
    st.html(show.note(f"Nothing is known of {place} yet", str(error)))

st.header("Who lives there", anchor=False)
picked = st.pills(
    "Topic",
    list(topics),
    default="ethnic_group",
    format_func=lambda topic: topics[topic].title,
    key="population_topic",
    label_visibility="collapsed",
    required=True,
)
topic = topics[picked or "ethnic_group"]
try:
    found = figures.compare(brief, topic)
    here = found.here
    drawn = quota_tables.distribution_table(here, place, found.region, found.nation)
    key = show.bar_key(place) if found.nation is not None else ""
    source = quota_tables.source_line(here.source, here.total, place, state.today(), "census")
    st.html(drawn + key + show.muted(source))
    if here.not_answered:
        st.html(show.muted(not_answered_words(here.not_answered, here.total)))
    if here.source.status == "approximate":
        st.html(show.note("Approximate figures", *here.notes, figures.doubt(brief, here)))
        if here.known_error and st.button("Read the official figures", key="population_official"):
            asking.read(round_, brief, topic)
            st.rerun()
    else:
        for text in here.notes:
            st.html(show.muted(text))
    if here.leaning:
        st.html(show.note(quota_tables.leaning_title(here.source), here.leaning))
except NotHeld as error:
    st.html(show.note(f"{topic.title} has not been read yet", str(error)))
    if st.button("Get the figures", type="primary", key="population_get"):
        asking.read(round_, brief, topic)
        st.rerun()
except CensusError as error:
    st.html(show.note("These figures cannot be shown", str(error), kind="bad"))

if brief.audience == "residents":
    own_figures_box.draw(round_)

with st.expander(
    "Where each figure comes from", key="population_sources", on_change="rerun"
) as sources:
    if sources.open:
        st.html(source_tables.provenance(figures.sources(brief, topic), state.today()))
        st.html(
            show.hint(
                "Figures kept with the app need no internet. Others are read from the census "
                "service (Nomis, Office for National Statistics) when you ask, and kept."
            )
        )
        if st.button("Read them all from the census service again", key="population_anew"):
            asking.read(round_, brief, topic, anew=True)
            st.rerun()

with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "Continue to mix and quotas",
        type="primary",
        icon=":material/arrow_forward:",
        icon_position="right",
        key="population_on",
    ):
        state.go("mix")
    state.link("rounds", "Rounds")
