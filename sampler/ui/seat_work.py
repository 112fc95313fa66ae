"""Finding seats beside the page: it can be watched and stopped, and nothing freezes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from census.errors import CensusError
from sampler.brief import Brief
from sampler.errors import SamplerError
from sampler.model import Round
from sampler.seats import seating
from sampler.seats.seating import Seat, Seating
from sampler.ui import state

JOB = "seats_job"
AT_ONCE_SECONDS = 1.2
"""Seats found within this are drawn without showing any progress."""
EVERY_SECONDS = 0.4
LONGER_SECONDS = 120


@dataclass
class Job:
    """Seats being worked out in a thread of their own."""

    brief: Brief
    fixed: tuple[Seat, ...]
    share: float = 0.0
    found: Seating | None = None
    error: Exception | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def is_for(self, brief: Brief, fixed: Sequence[Seat]) -> bool:
        """Say whether this is the work on these seats."""
        return self.brief == brief and self.fixed == tuple(fixed)

    def start(self) -> None:
        """Begin."""
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        def progress(share: float) -> bool:
            self.share = share
            return not self.stop.is_set()

        try:
            self.found = seating.of(self.brief, self.fixed, progress)
        except Exception as error:
            self.error = error

    @property
    def is_done(self) -> bool:
        """Whether there is an answer or an error."""
        return self.thread is not None and not self.thread.is_alive()


def seats(brief: Brief, fixed: Sequence[Seat]) -> Seating | None:
    """Return the seats, or None while they are being worked out; then their progress is drawn.

    Raises what working them out raised.
    """
    if seating.is_worked_out(brief, fixed):
        return seating.of(brief, fixed)
    job: Job | None = st.session_state.get(JOB)
    if job is None or not job.is_for(brief, fixed):
        if job is not None:
            job.stop.set()
        job = Job(brief, tuple(fixed))
        st.session_state[JOB] = job
        job.start()
    if job.thread is not None:
        job.thread.join(AT_ONCE_SECONDS)
    if job.error is not None:
        st.session_state.pop(JOB)
        if isinstance(job.error, (SamplerError, CensusError)):
            raise job.error
        raise RuntimeError("seats") from job.error
    if job.found is not None:
        return job.found
    _watch()
    return None


def look_longer(held: Round) -> None:
    """Begin again with ten times the work, and the time for it."""
    st.session_state.pop(JOB, None)
    state.save_brief(held, lambda b: b.changed(effort=10, seconds=LONGER_SECONDS))


@st.fragment(run_every=EVERY_SECONDS)
def _watch() -> None:
    """Draw how far the work is, and a button that keeps the seats found so far."""
    job: Any = st.session_state.get(JOB)
    if job is None or job.is_done:
        st.rerun()
    st.progress(min(1.0, job.share), "Finding seats ...")
    # A callback is called before the next look at the progress can cut this one short.
    st.button("Stop and keep these", key="seats_stop", on_click=job.stop.set)
