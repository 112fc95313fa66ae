"""A database of its own for every test that opens the app; no test is timed."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def app_database(tmp_path, monkeypatch):
    """Point the app at an empty database and forget the one it held."""
    import streamlit as st

    path = tmp_path / "planner.sqlite3"
    monkeypatch.setenv("SAMPLER_DATABASE_URL", f"sqlite:///{path}")
    st.cache_resource.clear()
    yield path
    st.cache_resource.clear()
