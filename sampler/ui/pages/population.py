"""Population, step 1: who the round is about, where, and who lives there."""

import streamlit as st

import census
from census.errors import CensusError
from sampler import figures
from sampler.brief import Audience, Brief
from sampler.errors import BriefError
from sampler.mix import not_answered_words
from sampler.model import place_words
from sampler.own_figures import read_two_columns
from sampler.tracking import recorded_note
from sampler.ui import quota_tables, show, state
from sampler.words import counted, listed

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
every = {area.code: area for area in census.every_area()}


def named(code: str) -> str:
    """Write an area so that two of one name are told apart."""
    area = every[code]
    where = f" in {area.within[0]}" if area.type == "local authority" and area.within else ""
    kind = "England and Wales together" if area.type == "several" else area.type
    return f"{area.name}, {kind}{where}"


left, low, high = st.columns([6, 2, 2], vertical_alignment="bottom")
left.multiselect(
    "Place",
    list(every),
    format_func=named,
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
recorded = len(state.store().people(round_.id))
taken = state.store().latest_plan(round_.id)
if recorded and taken and {a.code for a in taken.plan.areas} != {a.code for a in areas}:
    st.html(show.note("The place has changed", recorded_note(recorded)))

if brief.audience != "residents":
    from_own = [part for part in brief.characteristic if part.people is not None]
    st.html(
        show.note(
            "Use your own figures",
            f"The census counts residents, not {brief.audience}. Give the people in each group "
            "from your own records; they become a characteristic of the mix.",
            kind="calm",
        )
    )
    for part in from_own:
        total = sum((part.people or {}).values())
        groups = listed([f"{group} {number:,}" for group, number in (part.people or {}).items()])
        st.html(show.muted(f"{part.name}: {groups}. {total:,} in all."))
    with (
        st.expander("Add your own figures", expanded=not from_own),
        st.form(f"population_own_{len(from_own)}", border=False),
    ):
        name = st.text_input("What they are divided by", placeholder="Role, tenancy, size ...")
        pasted = st.text_area(
            "Two columns: group, people", placeholder="Contact centre, 310\nFront desk, 85"
        )
        file = st.file_uploader("Or a file of two columns (.csv)", type=["csv", "txt"])
        if st.form_submit_button("Add these figures"):
            try:
                text = file.getvalue() if file else pasted.encode()
                people = read_two_columns(text)
                called = name.strip() or "Group"
                own = {"name": called, "people": people}
                kept = [p for p in brief.characteristic if brief.areas or p.topic is None]
                parts = [part.model_dump() for part in kept]
                changed = brief.changed(characteristic=[*parts, own])
                figures.mix_of(changed.changed(characteristic=[own]))
                if called.casefold() in map(str.casefold, figures.names(brief)):
                    taken_words = f"There is a characteristic called {called} already."
                    raise BriefError.at("", taken_words)
                state.save_brief(round_, lambda _: changed)
                st.rerun()
            except BriefError as error:
                st.html(show.note("These figures were not added", str(error), kind="bad"))

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
try:
    everyone = census.residents(areas)
    old_enough = census.residents(areas, ages)
    aged = ages.words().removeprefix("people ").replace(" and over", " or over")
    some = "" if ages == census.Ages(0) else f", {old_enough:,} {aged}"
    live = "lives" if everyone == 1 else "live"
    st.html(
        show.panel(
            f"{everyone:,} people {live} in {place}{some}.",
            f"Census 2021, Office for National Statistics, tables TS001 and TS009, "
            f"{counted('2021-03-21', state.today())}. Official figures kept with this app, so no "
            "internet is needed. Open Government Licence v3.0.",
        )
    )
    st.header("Who lives there", anchor=False)
    topics = dict(census.TOPICS)
    if len(areas) > 1:
        topics[census.WHERE_THEY_LIVE.id] = census.WHERE_THEY_LIVE
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
    found = figures.compare(brief, topic)
    here = found.here
    drawn = quota_tables.distribution_table(here, place, found.region, found.nation)
    key = show.bar_key(place) if found.nation is not None else ""
    source = quota_tables.source_line(here.source, here.total, place, state.today(), "census")
    st.html(drawn + key + show.muted(source))
    if here.not_answered:
        st.html(show.muted(not_answered_words(here.not_answered, here.total)))
    if here.source.status == "approximate":
        st.html(show.note("Approximate figures", *here.notes))
    if here.leaning:
        st.html(show.note(quota_tables.leaning_title(here.source), here.leaning))
except CensusError as error:
    st.html(show.note("These figures cannot be shown", str(error), kind="bad"))

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
