"""Who somebody is: their sign-in where there is one, else a name they give once."""

from __future__ import annotations

import os

import streamlit as st

from sampler.errors import StoreError
from sampler.store.database import data_folder

NAME = "sampler_name"
TYPED = "identity_name"
FILE = "name"
MOST_LETTERS = 80


def signed_in() -> str:
    """Return who is signed in, by e-mail or else by name; nothing where nobody is."""
    if not getattr(st.user, "is_logged_in", False):
        return ""
    return str(getattr(st.user, "email", "") or getattr(st.user, "name", "") or "")


def who() -> str:
    """Return who makes a change now, or nothing where they did not say.

    A name given in one window is that window's own; the last one given is what a new window
    begins with.
    """
    if found := signed_in():
        return found
    if NAME not in st.session_state:
        st.session_state[NAME] = _kept()
    return str(st.session_state[NAME])


def keep(name: str) -> None:
    """Keep a name for this window, and for this machine, readable by its user alone."""
    tidy = " ".join(name.split())[:MOST_LETTERS]
    st.session_state[NAME] = tidy
    try:
        path = data_folder() / FILE
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(tidy)
    except (OSError, StoreError):
        return  # the window still knows it


def _kept() -> str:
    try:
        text = (data_folder() / FILE).read_text("utf-8")
    except (OSError, UnicodeDecodeError, StoreError):
        return ""
    return " ".join(text.split())[:MOST_LETTERS]


def draw() -> None:
    """Ask for a name at the foot of the side bar, or say who is signed in."""
    if found := signed_in():
        st.sidebar.caption(f"Signed in as {found}", text_alignment="left")
        return
    st.session_state[TYPED] = who()
    st.sidebar.text_input(
        "Your name",
        key=TYPED,
        max_chars=MOST_LETTERS,
        help="Stands beside the changes you make to people, so that colleagues know whom to ask.",
        on_change=lambda: keep(st.session_state[TYPED]),
    )
