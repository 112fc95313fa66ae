"""Coverage, step 5: what is filled, what is missing, who to look for next."""

import streamlit as st

from sampler.brief import Counting
from sampler.people import ahead, coverage, outlook, show_rates
from sampler.people.tracking import BOOKED, gone
from sampler.ui import (
    ahead_tables,
    coverage_tables,
    coverage_ways,
    past_dialog,
    person_dialog,
    programme_words,
    recruiter_facts,
    recruiter_words,
    show,
    state,
)
from sampler.ui.recruiter_facts import MOST_READ
from sampler.words import people

COUNTS = {"planned": "Attended and booked", "secured": "Attended only"}
LOOKS = {
    "secured": "Attended so far",
    "planned": "If everyone booked attends",
    "expected": "At the expected show rate",
}

round_ = state.round_at_hand("Coverage")
store = state.store()
taken = state.plan_in_use(round_)
plan, brief = taken.plan, round_.brief
counted = store.tally(round_.id)
if programme_words.is_past(round_) and not counted.total:
    past_dialog.stands_for(round_, plan)
    st.stop()
is_read = counted.total <= MOST_READ
everyone = store.people(round_.id) if is_read else []


def save_count() -> None:
    """Keep who takes a place."""
    state.save_brief(round_, lambda b: b.changed(count=st.session_state.coverage_count))


def save_partial() -> None:
    """Keep whether those who attended in part take a place."""
    partial = st.session_state.coverage_partial
    state.save_brief(round_, lambda b: b.changed(partial_counts=partial))


found = coverage.cover_tally(plan, counted, brief.count, partial_counts=brief.partial_counts)
st.html(show.answer(coverage.answer_line(found)))
st.html(coverage_tables.seat_strip(found))

panels = st.container()  # filled last: the gaps are seen first

st.header("By group", anchor=False)
with st.container(horizontal=True):
    seen = st.segmented_control(
        "Counted",
        list(LOOKS) if is_read else list(COUNTS)[::-1],
        default=brief.count,
        format_func=lambda one: LOOKS[one],
        key=f"coverage_look_{brief.count}",
        required=True,
        wrap=True,
    )
    only_gaps = (
        st.segmented_control(
            "Show", ["All groups", "Only gaps"], default="All groups", key="coverage_show",
            required=True,
        )
        == "Only gaps"
    )  # fmt: skip
facts = recruiter_facts.of(round_, plan)
if seen == "expected":
    known = facts.outcomes if facts else recruiter_facts.outcomes()
    booked = [p.recruiter for p in everyone if p.stage in BOOKED and not p.reserve]
    records = recruiter_facts.booked_records(known, facts.records if facts else (), booked)
    coming = ahead.look(
        plan,
        everyone,
        lambda name: show_rates.rate_of(name, records),
        partial_counts=brief.partial_counts,
    )
    st.html(show.hint(coming.said))
    st.html(ahead_tables.expected_table(coming, plan, only_gaps=only_gaps))
    st.html(show.muted(recruiter_words.come_words(records)))
else:
    counting: Counting = "secured" if seen == "secured" else "planned"
    shown = coverage.cover_tally(plan, counted, counting, partial_counts=brief.partial_counts)
    st.html(coverage_tables.coverage_table(shown, plan, only_gaps=only_gaps))

line = f"Against plan {taken.number}. Booked means offered, confirmed or reminded."
left = gone(everyone, brief.count, partial_counts=brief.partial_counts)
if not is_read and counted.total > found.counted:
    left = people(counted.total - found.counted)
st.html(show.muted(f"{line} Not counted: {left}." if left else line))
latest = state.plan_or_none(brief)
if latest is not None and not latest.is_same(plan):
    st.html(
        show.muted(
            "Mix and quotas has other quotas than these; they take effect with “Use this plan”."
        )
    )
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.segmented_control(
        "Who takes a place",
        list(COUNTS),
        format_func=lambda c: COUNTS[c],
        key=state.shows("coverage_count", brief.count),
        on_change=save_count,
        required=True,
    )
    if any(where.stage == "partial" for where in counted.people):
        st.checkbox(
            "Somebody who attended in part takes a place",
            key=state.shows("coverage_partial", brief.partial_counts),
            on_change=save_partial,
        )

with panels:
    profiles = outlook.next_profiles(round_, plan, everyone) if is_read else []
    fit = coverage_ways.fitting(round_, plan, everyone) if found.left else []
    if profiles:
        st.html(coverage_tables.who_next(coverage_ways.without_offered(profiles, fit), plan, found))
    coverage_ways.offers(round_, plan, everyone, fit, found.left)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Add a person", type="primary", icon=":material/person_add:", key="coverage_add"
        ):
            person_dialog.start()
            person_dialog.add(round_, plan)
        state.link("sheet", "Send the gaps to a recruiter", ":material/description:")

    if not is_read:
        st.html(
            show.note(
                f"{people(counted.total)} are recorded",
                f"With more than {MOST_READ:,} they are counted, and not looked at one by one: who "
                "fits, the expected show rate and what each recruiter is missing are left out.",
                kind="calm",
            )
        )
    if is_read and found.counted:
        look = coverage_ways.look(round_, taken, everyone)
        if not look.can:
            coverage_ways.stuck(round_, look)
        elif found.gaps:
            st.html(show.hint(look.said))

if facts is not None:
    st.header("By recruiter", anchor=False)
    done = facts.progress(round_, everyone) if is_read else facts.found(round_, counted)
    st.html(recruiter_words.recruiters_table(done, plan, counted.total, is_read=is_read))

with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        "Recruitment sheet", icon=":material/arrow_forward:", icon_position="right",
        key="coverage_on",
    ):  # fmt: skip
        state.go("sheet")
    state.link("participants", "Participants")
