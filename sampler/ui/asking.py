"""Asking the census service from a page: only when somebody presses a button."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

import census
from census.online import Fetched
from sampler import fetching
from sampler.brief import Brief
from sampler.model import Round
from sampler.ui import state

WORKING = "Asking the census service ..."
NOT_READ = "Some figures could not be read"


def read(held: Round, brief: Brief, *topics: census.Topic, anew: bool = False) -> bool:
    """Read what the round lacks (or all of it anew); returns whether nothing failed.

    What failed is said on the next page drawn; what was held before stays.
    """

    def ask(progress: Callable[[int, int], None]) -> Fetched:
        return fetching.fetch(brief, *topics, anew=anew, progress=progress)

    return run(held, ask)


def run(held: Round, ask: Callable[[Callable[[int, int], None]], Fetched]) -> bool:
    """Ask the service with a bar that shows how far it is; returns whether nothing failed."""
    bar = st.progress(0.0, WORKING)

    def progress(done: int, of: int) -> None:
        bar.progress(done / of, f"{done} of {of} tables read")

    fetched = ask(progress)
    bar.empty()
    for sentence in fetched.sentences:
        state.tell(held.id, NOT_READ, sentence)
    return not fetched.failed
