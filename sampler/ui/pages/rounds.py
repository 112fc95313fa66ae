"""Rounds: find, start and open them."""

import streamlit as st

from sampler import brief as briefs
from sampler import example, figures
from sampler.errors import BriefError
from sampler.model import Round
from sampler.people import protection, tracking
from sampler.people.coverage import cover_tally
from sampler.people.tally import Tally
from sampler.programmes.programme import AUDIENCE_ONE
from sampler.ui import (
    past_dialog,
    programme_audience,
    programme_words,
    saving,
    show,
    sign_in,
    state,
)
from sampler.words import count, day, listed, people

MOST_REMINDERS = 3

store = state.store()


@st.dialog("New round")
@state.guarded
def new_round() -> None:
    """Ask for a name, and for the programme it belongs to."""
    with st.form("rounds_new", border=False):
        title = st.text_input("Name of the round", key="rounds_title", max_chars=200)
        programme = st.text_input(
            "Programme", key="rounds_programme", max_chars=200, help="Optional. Its rounds add up."
        )
        if st.form_submit_button("Create and choose a place", type="primary"):
            if not title.strip():
                st.html(show.note("The round needs a name", kind="bad"))
                return
            start(title.strip(), programme.strip() or None)


def start(title: str, programme: str | None) -> None:
    """Store a round with the ready mix, or its programme's own, and go on to its place."""
    brief = programme_audience.offered_to(example.ready_brief(title, programme))
    made = store.add_round(brief)
    state.choose(made.id)
    state.go("population")


@st.dialog("Open a brief")
@state.guarded
def open_brief() -> None:
    """Read a brief somebody saved, and make it a round."""
    given = st.file_uploader("Brief (.toml)", type=["toml"], key="rounds_file")
    if given is not None:
        try:
            brief = briefs.read(given.getvalue().decode("utf-8-sig"))
            figures.mix_of(brief)
        except UnicodeDecodeError:
            st.html(show.note("This is not a brief", "The file is not text.", kind="bad"))
            return
        except BriefError as error:
            lines = [f"{field}: {text}" if field else text for field, text in error.problems]
            st.html(show.note("This brief cannot be read", *lines, kind="bad"))
            return
        if st.button(show.plain(f"Create {brief.title}"), type="primary", key="rounds_file_create"):
            state.choose(store.add_round(brief).id)
            state.go("population")


@st.dialog("Copy a round")
@state.guarded
def copy_round(one: Round) -> None:
    """Ask what the copy is called; people are not copied."""
    with st.form("rounds_copying", border=False):
        title = st.text_input("Name of the copy", f"{one.title}, copy", max_chars=200)
        if st.form_submit_button("Copy round", type="primary"):
            if not title.strip():
                st.html(show.note("The copy needs a name", kind="bad"))
                return
            state.choose(store.copy_round(one.id, title.strip()).id)
            state.go("population")


@st.dialog("Rename a round")
@state.guarded
def rename_round(one: Round) -> None:
    """Ask for another name and programme."""
    with st.form("rounds_renaming", border=False):
        title = st.text_input("Name of the round", one.title, max_chars=200)
        programme = st.text_input("Programme", one.brief.programme or "", max_chars=200)
        if st.form_submit_button("Save", type="primary"):
            if not title.strip():
                st.html(show.note("The round needs a name", kind="bad"))
                return
            named = {"title": title.strip(), "programme": programme.strip() or None}
            state.save_brief(one, lambda brief: brief.changed(**named))
            st.rerun()


@st.dialog("Delete a round")
@state.guarded
def delete_round(one: Round) -> None:
    """Ask once more; deleting erases the people and takes the counts with them."""
    recorded = store.tally(one.id).total
    if recorded:
        are = "is" if recorded == 1 else "are"
        said = [
            f"Its {people(recorded)} {are} erased, and its counts leave the programme. A dated "
            "line without identity stays for six months.",
            "To keep the counts, erase the people on Data protection instead.",
        ]
    elif one.totals is not None:
        said = ["Its people were erased before; the counts kept of them leave the programme."]
    else:
        said = ["Nobody is recorded in it."]
    st.html(show.note(f"Delete {one.title}?", *said, kind="bad"))
    with st.container(horizontal=True):
        if st.button("Delete round", type="primary", key="rounds_delete_yes"):
            store.delete_round(one.id)
            saving.forget_round(one.id)
            if state.round_id() == one.id:
                state.choose(None)
            st.rerun()
        if st.button("Keep it", key="rounds_delete_no"):
            st.rerun()


def try_example() -> None:
    """Store the example programme and open its first round."""
    state.choose(example.add_to(store))
    state.go("mix")


def standing(one: Round) -> tuple[str, str, str, str]:
    """Return place, how far it is filled, where it stands, and what is missing."""
    taken = plans.get(one.id)
    where = taken.plan.place if taken else state.place(one.brief)
    tally = tallies.get(one.id, Tally())
    if programme_words.is_past(one) and one.totals:
        stands = f"Past round, {day(one.totals.on)}"
        return where, f"{one.totals.heard:,} heard", stands, ""
    if one.totals is not None and not tally.total:
        return where, f"{one.totals.heard} heard", f"People erased {day(one.totals.on)}", ""
    if taken is None:
        stands = "Archived" if one.is_archived else "Planning"
        return where or "No place yet", "", stands, ""
    found = cover_tally(taken.plan, tally, one.brief.count, partial_counts=one.brief.partial_counts)
    filled = f"{found.counted} of {found.people_wanted}"
    if one.is_archived:
        return where, filled, "Archived", ""
    stands = tracking.recruiting_words(
        tally.people, is_full=not found.left, partial_counts=one.brief.partial_counts
    )
    short = [part for part in found.characteristics if part.missing and part.must_have]
    missing = count(len(short[0].missing), short[0].noun) + " missing" if short else ""
    return where, filled, stands, missing


def first_page(one: Round) -> str:
    """Return the page a round opens on."""
    if programme_words.is_past(one):
        return "participants"
    return "mix" if one.brief.areas else "population"


st.title("Rounds")
state.draw_messages(None)
rounds = store.rounds(archived=True)
if not rounds:
    st.html(
        show.lead(
            "A round is one set of people to recruit: a place, how many people, and the mix you "
            "want to hear from."
        )
    )
    with st.container(border=True):
        st.html(
            show.empty(
                "No rounds yet",
                "Start with the place your users live. You can have whole-number quotas in about "
                "a minute.",
            )
        )
        if st.button("New round", type="primary", icon=":material/add:", key="rounds_first"):
            new_round()
        if st.button("Try the Birmingham example", key="rounds_example"):
            try_example()
        if st.button("Open a brief", type="tertiary", key="rounds_open_first"):
            open_brief()
        if st.button("Add a past round", type="tertiary", key="rounds_past_first"):
            past_dialog.add("")
    st.stop()

plans = store.latest_plans()
tallies = store.tallies([one.id for one in rounds])
by_audience: dict[str, int] = {}
for one in rounds:
    if not one.is_archived:
        audience = AUDIENCE_ONE[one.brief.audience][1]
        by_audience[audience] = by_audience.get(audience, 0) + 1
counts = [f"{number} with {audience}" for audience, number in by_audience.items()]
st.html(show.lead(f"{count(sum(by_audience.values()), 'round')}: {listed(counts)}."))
with st.container(horizontal=True):
    if st.button("New round", type="primary", icon=":material/add:", key="rounds_new_button"):
        new_round()
    if st.button("Open a brief", key="rounds_open"):
        open_brief()
    if st.button("Add a past round", key="rounds_past"):
        past_dialog.add(next((one.brief.programme for one in rounds if one.brief.programme), ""))
    if not any(
        (one.brief.programme or "").startswith(example.PROGRAMME) for one in rounds
    ) and st.button("Try the Birmingham example", type="tertiary", key="rounds_example"):
        try_example()

due = [
    (one, reminder)
    for one in rounds
    if (number := tallies.get(one.id, Tally()).total)
    and (reminder := protection.reminder(one.protection, number, state.today()))
]
if due:
    is_late = any(reminder.is_late for _, reminder in due)
    lines = [f"{one.title}: {reminder.title}." for one, reminder in due[:MOST_REMINDERS]]
    if len(due) > MOST_REMINDERS:
        lines.append(f"{count(len(due) - MOST_REMINDERS, 'more round')}.")
    title = "People are kept longer than planned" if is_late else "People are to be deleted soon"
    st.html(show.note(title, *lines, kind="bad" if is_late else ""))
    first = due[0][0]
    st.page_link(
        state.page("protection"),
        label=show.plain(f"Data protection of {first.title}"),
        icon=":material/shield:",
        query_params={state.ROUND: first.id},
    )

with_archived = st.session_state.get("rounds_archived", False)
with st.container(key="rounds_table"):
    st.html(show.rounds_head())
    for one in rounds:
        if one.is_archived and not with_archived:
            continue
        with st.container(key=f"rounds_row_{one.id}"):
            name, cells = st.columns([3, 5], vertical_alignment="center")
            place, filled, stands, missing = standing(one)
            name.page_link(
                state.page(first_page(one)),
                label=show.plain(one.title),
                query_params={state.ROUND: one.id},
            )
            cells.html(show.round_cells(place, filled, stands, missing))
if any(one.is_archived for one in rounds):
    st.checkbox("Show archived rounds", key="rounds_archived")

with st.expander("Copy, rename, archive or delete a round", key="rounds_more", on_change="rerun"):
    by_id = {one.id: one for one in rounds}
    repeated = {one.title for one in rounds if sum(o.title == one.title for o in rounds) > 1}

    def named(round_id: str) -> str:
        """Write a round by its title, with its day where titles repeat."""
        one = by_id[round_id]
        return f"{one.title}, {day(one.created_at.date())}" if one.title in repeated else one.title

    picked = st.selectbox(
        "Round",
        list(by_id),
        format_func=named,
        index=None,
        key="rounds_chosen",
        placeholder="Choose a round",
    )
    chosen = by_id.get(picked) if picked else None
    with st.container(horizontal=True):
        off = chosen is None
        if st.button("Copy", key="rounds_copy", disabled=off) and chosen:
            copy_round(chosen)
        if st.button("Rename", key="rounds_rename", disabled=off) and chosen:
            rename_round(chosen)
        archived = chosen is not None and chosen.is_archived
        label = "Bring back" if archived else "Archive"
        if st.button(label, key="rounds_archive", disabled=off) and chosen:
            state.save_round(chosen.model_copy(update={"is_archived": not chosen.is_archived}))
            st.rerun()
        if st.button("Data protection", key="rounds_protection", disabled=off) and chosen:
            state.choose(chosen.id)
            state.go("protection")
        if (
            state.may("delete_round")
            and st.button("Delete", key="rounds_delete", disabled=off)
            and chosen
        ):
            delete_round(chosen)
if sign_in.settings() is not None and state.may("members"):
    state.link("members", "Members and sign-in", ":material/key:")
