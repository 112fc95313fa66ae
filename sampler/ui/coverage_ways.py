"""What Coverage does in one click: offer somebody a place, or mend a mix that is stuck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from sampler.errors import Conflict, SolverError, StoreError
from sampler.model import NumberedPlan, Participant, Plan, Round
from sampler.people import history, outlook
from sampler.people.ahead import Outlook
from sampler.people.coverage import Profile
from sampler.people.replacing import MOST_PROPOSED, Candidate, candidates, offered, propose
from sampler.people.tracking import standing
from sampler.people.ways_left import WayOut
from sampler.ui import show, state
from sampler.words import listed, people

MOST_OFFERED = 3
OUTLOOK, TOGETHER = "coverage_outlook", "coverage_together"
"""What was found last, of which round, plan and people."""
Found = TypeVar("Found")


def fitting(held: Round, plan: Plan, everyone: Sequence[Participant]) -> list[Candidate]:
    """Return the people in touch who would close a gap or fit a seat that is left, best first."""
    brief = held.brief
    return candidates(plan, everyone, brief.count, partial_counts=brief.partial_counts)


def without_offered(profiles: Sequence[Profile], fit: Sequence[Candidate]) -> list[Profile]:
    """Return profiles without the people named who are offered a place below them."""
    names = [f"{one.person.reference} " for one in fit[:MOST_OFFERED]]
    return [replace(one, fits="") if one.fits.startswith(tuple(names)) else one for one in profiles]


def offers(
    held: Round, plan: Plan, everyone: Sequence[Participant], fit: Sequence[Candidate], left: int
) -> None:
    """Draw the people in touch who fit, each with the button that offers them a place."""
    if not fit:
        return
    with st.container(key="coverage_offers"):
        st.html(show.box('<h2 class="sub">People in touch who fit</h2>'))
        for one in fit[:MOST_OFFERED]:
            person = one.person
            words, button = st.columns([7, 3], vertical_alignment="center")
            who = f"{person.reference}, {standing(person)}"
            words.html(show.person_row(who, one.why), width="stretch")
            button.button(
                f"Offer to {person.reference}",
                key=f"coverage_offer_{person.id}",
                on_click=_offer,
                args=(held, [person]),
                width="stretch",
            )
        best = _together(held, plan, everyone) if len(fit) > 1 and left > 1 else ()
        by_id = {person.id: person for person in everyone}
        together = [by_id[one] for one in best]
        if len(together) > 1:
            names = [person.reference for person in together]
            st.button(
                f"Offer to {listed(names)} together",
                key="coverage_offer_together",
                help="The best few for the places left: together they close the most gaps.",
                on_click=_offer,
                args=(held, together),
            )
        if (more := len(fit) - MOST_OFFERED) > 0:
            st.html(show.muted(f"{people(more)} more after them."))


def _together(held: Round, plan: Plan, everyone: Sequence[Participant]) -> tuple[str, ...]:
    """Return the ids of the best few to offer a place together."""
    brief = held.brief

    def best() -> tuple[str, ...]:
        try:
            found = propose(
                plan, everyone, MOST_PROPOSED, brief.count, partial_counts=brief.partial_counts
            )
        except SolverError:
            return ()
        return tuple(person.id for person in found)

    return _once(TOGETHER, held, plan, everyone, best)


def _offer(held: Round, some: Sequence[Participant]) -> None:
    """Offer people a place."""
    saved = _save(held, some, lambda person: offered(person, state.today()), "offer")
    if saved:
        verb = "is" if len(saved) == 1 else "are"
        state.tell(
            held.id,
            f"{listed(saved)} {verb} offered a place",
            "Tell them yourself; the planner writes to nobody.",
            kind="calm",
        )


def _save(
    held: Round,
    some: Sequence[Participant],
    change: Callable[[Participant], Participant],
    how: str,
) -> list[str]:
    """Save people changed; return the references of those who were, and say who was not."""
    saved = []
    for person in some:
        try:
            state.store().save_person(change(person), state.by(how))
        except Conflict as conflict:
            since = conflict.changes
            state.tell(
                held.id,
                f"{person.reference} was changed in another window",
                f"{history.since_words(since, state.today())} Nothing was changed here. What you "
                "see now is what stands.",
            )
        except StoreError as error:
            state.tell(held.id, f"{person.reference} was not saved", str(error))
        else:
            saved.append(person.reference)
    return saved


def look(held: Round, taken: NumberedPlan, everyone: Sequence[Participant]) -> Outlook:
    """Return whether the mix can still be met."""
    plan = taken.plan
    return _once(OUTLOOK, held, plan, everyone, lambda: outlook.of(held, plan, everyone))


def _once(
    name: str,
    held: Round,
    plan: Plan,
    everyone: Sequence[Participant],
    find: Callable[[], Found],
) -> Found:
    """Return what was found last; it is looked for again only once something changed."""
    versions = tuple((person.id, person.version) for person in everyone)
    asked = (held.id, held.version, plan, versions)
    kept = st.session_state.get(name)
    if kept is None or kept[0] != asked:
        kept = (asked, find())
        st.session_state[name] = kept
    found: Found = kept[1]
    return found


def stuck(held: Round, found: Outlook) -> None:
    """Say that the mix cannot be met with the places left, what gives, and the ways out."""
    rules = "" if found.together else "Rules across characteristics could not be looked at."
    st.html(show.note("The mix cannot be met with the places left", found.said, rules))
    if not found.ways_out:
        return
    with st.container(horizontal=True, key="coverage_ways"):
        for i, way in enumerate(found.ways_out):
            if way.any_one:
                for person in way.reserves:
                    st.button(
                        f"Make {person.reference} a reserve",
                        key=f"coverage_reserve_{person.id}",
                        on_click=_reserve,
                        args=(held, [person]),
                    )
                continue
            act = _reserve if way.reserves else _take
            st.button(
                show.plain(way.label),
                key=f"coverage_way_{i}",
                on_click=act,
                args=(held, way.reserves or way),
            )


def _reserve(held: Round, some: Sequence[Participant]) -> None:
    """Make people a reserve, so that their places are free."""
    saved = _save(held, some, lambda person: person.model_copy(update={"reserve": True}), "form")
    if saved:
        many = "s" if len(saved) > 1 else ""
        state.tell(
            held.id,
            f"{listed(saved)} {'are' if many else 'is a'} reserve{many} now",
            f"Their place{many} can go to somebody else.",
            kind="calm",
        )


def _take(held: Round, way: WayOut) -> None:
    """Take other quotas into use, with the round's request where that changes."""
    if way.plan is None:
        return
    try:
        with state.store().at_once():
            changed = held.model_copy(update={"brief": way.brief or held.brief})
            if way.brief is not None and not state.save_round(changed):
                return
            taken = state.store().take_plan(held.id, way.plan)
    except StoreError as error:
        state.tell(held.id, "The quotas were not taken into use", str(error))
        return
    state.tell(
        held.id, f"Plan {taken.number} is in use now", "People are counted against it.", kind="calm"
    )
