"""Programme: who we have heard from over several rounds, who not. Internal: exact counts."""

import streamlit as st

from sampler import programme
from sampler.tally import Tally
from sampler.ui import coverage_tables, quota_tables, show, state
from sampler.words import count, listed

NO_PROGRAMME = "Rounds without a programme"

store = state.store()
rounds = store.rounds(archived=True)
names = sorted({one.brief.programme or NO_PROGRAMME for one in rounds})
held = state.round_id()
mine = next((one.brief.programme for one in rounds if one.id == held), None)
start = names.index(mine or NO_PROGRAMME) if (mine or NO_PROGRAMME) in names else 0
chosen = names[start] if names else NO_PROGRAMME
if len(names) > 1:
    chosen = st.session_state.get("programme_name") or chosen
st.title(show.plain(chosen))
st.html(show.internal())
if len(names) > 1:
    st.selectbox("Programme", names, index=names.index(chosen), key="programme_name")

plans = store.latest_plans()
inside = [one for one in rounds if (one.brief.programme or NO_PROGRAMME) == chosen]
tallies = store.tallies([one.id for one in inside])
views = programme.view(
    [
        programme.RoundHeard(
            one, plans[one.id].plan if one.id in plans else None, tallies.get(one.id, Tally())
        )
        for one in inside
    ]
)
if not any(view.everyone for view in views):
    st.html(
        show.empty(
            "Nobody heard yet", "Coverage of all rounds appears here once people have attended."
        )
    )
    if st.button("Open the newest round", type="primary", key="programme_newest") and inside:
        state.choose(inside[0].id)
        state.go("coverage")
    st.stop()

view = views[0]
by_audience = {one.audience: one for one in views}
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
    view = by_audience[picked or view.audience]
st.html(show.answer(programme.answer_line(view)))
least = programme.least_heard(view)
if least:
    st.html(coverage_tables.least_heard(least, view.place))
state.link("rounds", f"See all {count(len(inside), 'round')}", ":material/table_rows:")

if view.characteristics:
    st.header("Heard and expected", anchor=False)
    part = view.characteristics[0]
    if len(view.characteristics) > 1:
        named = {one.name: one for one in view.characteristics}
        name = st.segmented_control(
            "Characteristic",
            list(named),
            default=part.name,
            key="programme_characteristic",
            label_visibility="collapsed",
            required=True,
        )
        part = named.get(name or part.name, part)
    st.html(coverage_tables.heard_table(part))
    _, many = programme.AUDIENCE_ONE[view.audience]
    of = f" of {view.place}" if view.place else ""
    heard = f"Heard: people who attended, over {count(len(view.rounds), 'round')} with {many}{of}."
    expected = (
        "No census share is known of these groups, so nothing is expected."
        if all(row.expected is None for row in part.rows)
        else "Expected: people whose group is known times the share in "
        + quota_tables.short_source(part.part.source)
    )
    unknown = part.heard - part.known
    known = f" {part.name} known for {part.known} of {part.heard}." if unknown else ""
    st.html(
        show.muted(
            f"{heard} {expected}{known} A handful of people cannot speak for a whole group; this "
            "shows who had a chance to be heard."
        )
    )
    if part.left_out:
        st.html(
            show.note(
                f"{part.name} is asked differently in {listed(list(part.left_out))}",
                "Its groups are not the same there, so those people are not added up here.",
            )
        )
if view.apart:
    st.header("Rounds that stand apart", anchor=False)
    for one in view.apart:
        st.html(show.note(one.title, one.reason))
