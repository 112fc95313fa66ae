"""Programme: who we have heard from over several rounds, who not. Internal: exact counts."""

import streamlit as st

from sampler.programmes import programme
from sampler.ui import (
    past_dialog,
    programme_audience,
    programme_next,
    programme_tables,
    programme_words,
    programme_work,
    show,
    state,
)

store = state.store()
rounds = store.rounds(archived=True)
groups = programme_work.groups(rounds)
names = [group.name for group in groups]
held = state.round_id()
mine = next((one for one in rounds if one.id == held), None)
start = mine.programme.name if mine and mine.programme else names[-1] if mine else names[0]
chosen = st.session_state.get("programme_name")
if chosen not in names:
    chosen = start
group = groups[names.index(chosen)]
st.title(show.plain(group.name))
with st.container(horizontal=True, vertical_alignment="center"):
    st.html(show.internal(), width="content")
    if group.programme is not None and state.may("snapshots"):
        st.page_link(
            state.page("shared"),
            label="Shared coverage",
            icon=":material/ios_share:",
            query_params={"programme": group.programme.id},
        )
state.draw_messages(None)
if len(names) > 1:
    st.selectbox("Programme", names, index=names.index(group.name), key="programme_name")

inside = programme_work.heard(group, rounds)
if state.member().role == "researcher":
    st.html(show.muted("Counted here are your own rounds, and those shared with you."))


def draw_buttons(*, first: bool) -> None:
    """Draw what can be done beside the plan of the next round."""
    if state.may("add_round") and st.button(
        "Add a past round",
        type="secondary" if first else "tertiary",
        icon=":material/history:",
        key="programme_past",
    ):
        past_dialog.add(group.programme.name if group.programme else "")
    state.link("rounds", "All rounds", ":material/table_rows:")


if not any(one.heard for one in inside):
    st.html(
        show.empty(
            "Nobody heard yet",
            "Coverage of all rounds appears here once people have attended. Rounds from before "
            "can be added by their totals.",
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if inside and st.button("Open the newest round", type="primary", key="programme_newest"):
            state.choose(max(inside, key=lambda one: one.round.created_at).round.id)
            state.go("coverage")
        draw_buttons(first=True)
    st.stop()

asked = st.session_state.get("programme_with_residents", {})
once = programme_work.may_know_again(inside) and st.session_state.get("programme_once", False)
here = [audience for (name, audience), is_on in asked.items() if is_on and name == group.name]
views = programme_work.views(inside, once=once, with_residents=here)
by_audience = {one.audience: one for one in views}
view = views[0]
if st.session_state.get("programme_audience") not in by_audience:
    st.session_state.pop("programme_audience", None)
if len(views) > 1:
    picked = st.segmented_control(
        "Audience",
        list(by_audience),
        default=view.audience,
        format_func=lambda audience: by_audience[audience].label,
        key="programme_audience",
        label_visibility="collapsed",
        required=True,
    )
    view = by_audience.get(picked or view.audience, view)
st.html(show.answer(programme.answer_line(view)))
if least := programme.least_heard(view):
    st.html(programme_tables.least_heard(least, programme.never_heard(view), view.place))
base = programme_audience.newest(inside, view)
with st.container(horizontal=True, vertical_alignment="center"):
    if (
        view.characteristics
        and view.heard
        and base is not None
        and state.may("copy_round")
        and st.button(
            "Plan a round from these gaps",
            type="primary",
            icon=":material/add:",
            key="programme_next",
        )
    ):
        programme_next.plan(view, base)
    draw_buttons(first=False)

part = None
if view.characteristics:
    st.header("Heard and expected", anchor=False)
    named = {one.name: one for one in view.characteristics}
    part = view.characteristics[0]
    if st.session_state.get("programme_characteristic") not in named:
        st.session_state.pop("programme_characteristic", None)
    if len(named) > 1:
        name = st.segmented_control(
            "Characteristic",
            list(named),
            default=part.name,
            format_func=show.plain,
            key="programme_characteristic",
            label_visibility="collapsed",
            required=True,
        )
        part = named.get(name or part.name, part)
    st.html(programme_tables.heard_table(part))
    st.html(show.muted(programme_words.source_line(view, part)))
    for note in part.notes:
        st.html(show.muted(note))
    if part.beside:
        st.html(programme_tables.subhead(f"{part.name} is asked otherwise in other rounds"))
        st.html(programme_tables.beside(part.beside))

of_audience = [one for one in inside if one.round.brief.audience == view.audience]
said = " ".join(filter(None, [view.counting, programme_words.totals_line(of_audience)]))
st.html(show.muted(said))
if programme_work.may_know_again(of_audience):
    st.toggle(
        "Count once those the same recruiter calls the same",
        key="programme_once",
        persist_state="session",
        help="Where a recruiter’s own reference is in two rounds, it is the same person. This "
        "reads the people of every round, so it takes longer.",
    )
if view.audience in programme.WITHOUT_CENSUS and any(
    one.part.basis == "census" for one in view.characteristics
):

    def ask() -> None:
        """Compare this audience with residents, or no longer."""
        is_on = st.session_state.programme_residents
        st.session_state.programme_with_residents = {**asked, (group.name, view.audience): is_on}

    st.toggle(
        f"Compare {programme.AUDIENCE_WORDS[view.audience].lower()} with residents",
        key=state.shows("programme_residents", view.audience in here),
        on_change=ask,
        help="Only where they should be like the people who live there.",
    )

if apart := [one for one in view.apart if one.heard]:
    st.header("Rounds that stand apart", anchor=False)
    st.html(
        show.hint("Their people were heard too. They are counted here, each with its own place.")
    )
    st.html(programme_tables.apart(apart, part.name if part else ""))

kept = programme_work.settings(group, view.audience)
programme_audience.draw(group, view, inside, kept)
