"""The round at hand, and the one way to the database; names the keys of the session."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import streamlit as st

from census.errors import CensusError
from sampler import access, figures
from sampler.access import Member
from sampler.brief import Brief
from sampler.errors import (
    BriefError,
    Conflict,
    NoPlan,
    NotFound,
    SamplerError,
    StoreError,
)
from sampler.handover import london_today
from sampler.model import By, NumberedPlan, Plan, Round, place_words
from sampler.store import Store
from sampler.ui import identity, show, sign_in
from sampler.words import people

Given = ParamSpec("Given")
LOG = logging.getLogger("sampler")
ROUND = "round"
MESSAGES = "sampler_messages"
PAGES = "sampler_pages"
READ_IN = "read_in"
"""The file being read in; it is forgotten on every other page."""


@st.cache_resource(show_spinner=False, on_release=lambda opened: opened.close())
def opened() -> Store:
    """Return the database, opened once a process. Pages use `store`."""
    return Store()


def store() -> Store:
    """Return the database as whoever is here may use it."""
    return sign_in.desk(opened())


def member() -> Member:
    """Return who is here; without a sign-in everyone is owner."""
    return sign_in.member(opened())


def may(function: str) -> bool:
    """Say whether whoever is here may ever call a function of the store."""
    return access.may(member().role, function)


def today() -> date:
    """Return today's date in London."""
    return london_today()


def by(how: str) -> By:
    """Say who makes a change, and how: "form", "grid", "today", "file", "offer"."""
    return By(who=identity.who(), how=how)


def round_id() -> str | None:
    """Return the id of the round at hand: the address has the say, then the session."""
    asked = st.query_params.get(ROUND)
    if asked:
        st.session_state[ROUND] = asked
    held = st.session_state.get(ROUND)
    return str(held) if held else None


def choose(chosen: str | None) -> None:
    """Take a round in hand, or none."""
    if chosen is None:
        st.session_state.pop(ROUND, None)
        st.query_params.clear()
    else:
        st.session_state[ROUND] = chosen
        st.query_params[ROUND] = chosen


def page(name: str) -> Any:
    """Return the page of that name, as `app.py` registered it."""
    return st.session_state[PAGES][name]


def go(name: str) -> NoReturn:
    """Leave for another page, the round staying in the address."""
    held = round_id()
    st.switch_page(page(name), query_params={ROUND: held} if held else None)
    raise AssertionError("switch_page does not return")


def link(name: str, label: str, icon: str = ":material/arrow_back:") -> None:
    """Draw a plain link to another page."""
    if name not in st.session_state[PAGES]:
        return
    held = round_id()
    st.page_link(page(name), label=label, icon=icon, query_params={ROUND: held} if held else None)


def round_at_hand(step: str, title: str = "") -> Round:
    """Return the round at hand and draw the head of its page; without one, say where to go.

    `step` is the page's title too, of a page beside the steps as well; a page that belongs to a
    step has a `title` of its own.
    """
    title = title or step
    held = round_id()
    if held is None:
        st.title(title)
        st.html(show.empty("No round is open", "Open a round, or start a new one, on Rounds."))
        link("rounds", "Rounds")
        st.stop()
    st.query_params[ROUND] = held
    try:
        found = store().round(held)
    except NotFound as error:
        choose(None)
        st.title(title)
        st.html(show.note("This round is not here", str(error), kind="bad"))
        link("rounds", "Rounds")
        st.stop()
    facts = [place(found.brief), people(found.brief.people_wanted)]
    st.html(show.step_line(step, found.title, facts))
    st.title(title)
    draw_messages(found.id)
    return found


def place(brief: Brief) -> str:
    """Return the places of a brief in words, or nothing before one is chosen."""
    try:
        return place_words([area.name for area in figures.areas_of(brief)])
    except BriefError:
        return ""


def shows(key: str, stored: object) -> str:
    """Make a widget show what is stored, whatever it held before; returns its key.

    What is stored is the truth: a change is saved by the widget's callback, and what could not be
    saved, or was changed elsewhere, is not left standing on screen.
    """
    st.session_state[key] = stored
    return key


def tell(round_id: str | None, title: str, text: str, kind: str = "bad") -> None:
    """Keep what must be said on the next page drawn for this round (None: on Rounds)."""
    kept = st.session_state.setdefault(MESSAGES, [])
    kept.append((round_id, title, text, kind))


def draw_messages(round_id: str | None) -> None:
    """Say what was kept to be said, once; what is about another round is no longer of use."""
    for about, title, text, kind in st.session_state.pop(MESSAGES, []):
        if round_id is None or about == round_id:
            st.html(show.note(title, text, kind=kind))


def save_brief(held: Round, change: Callable[[Brief], Brief]) -> bool:
    """Save a changed brief; a change that cannot be is said on the next page drawn."""
    try:
        brief = change(held.brief)
    except (BriefError, CensusError) as error:
        problems = getattr(error, "problems", (("", str(error)),))
        tell(held.id, "That was not kept", " ".join(text for _, text in problems))
        return False
    return brief == held.brief or save_round(held.model_copy(update={"brief": brief}))


def save_round(changed: Round) -> bool:
    """Save a changed round; what stops it is said on the next page drawn."""
    try:
        store().save_round(changed)
    except Conflict:
        tell(
            changed.id,
            "This round was changed in another window",
            "Your last change was not saved, so that nothing of theirs is lost. What you see now "
            "is what stands; make your change again.",
        )
        return False
    except StoreError as error:
        tell(changed.id, "That was not saved", str(error))
        return False
    return True


def guarded(draw: Callable[Given, None]) -> Callable[Given, None]:
    """Make a page or dialog say what fails in a sentence, and log only its kind and place.

    The message of an error may hold what somebody typed, so it is neither shown nor logged
    unless it is one of ours.
    """

    @wraps(draw)
    def drawn(*arguments: Given.args, **named: Given.kwargs) -> None:
        try:
            draw(*arguments, **named)
        except (SamplerError, CensusError) as error:
            st.html(show.note("The planner cannot go on", str(error), kind="bad"))
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            kind, where = type(error).__name__, f"{Path(last.filename).name}, line {last.lineno}"
            LOG.error("A page failed: %s in %s", kind, where)
            st.html(
                show.note(
                    "Something went wrong on this page",
                    "What was saved is still there. Load the page again; if this comes back, tell "
                    f"whoever looks after the planner: {kind} in {where}.",
                    kind="bad",
                )
            )

    return drawn


def plan_in_use(held: Round) -> NumberedPlan:
    """Return the plan in use.

    Before there is one, the brief's quotas are taken into use as plan 1, so that people can be
    counted against something; without quotas the page says what is missing and stops.
    """
    taken = store().latest_plan(held.id)
    if taken is None:
        plan = plan_or_none(held.brief)
        if plan is None:
            st.html(
                show.empty(
                    "No quotas yet", "Choose a place and say how many people you want first."
                )
            )
            link("mix", "Mix and quotas")
            st.stop()
        taken = store().take_plan(held.id, plan)
    return taken


def plan_or_none(brief: Brief) -> Plan | None:
    """Return the brief's plan, or None where there is none."""
    try:
        return figures.plan_of(brief)
    except (BriefError, NoPlan):
        return None
