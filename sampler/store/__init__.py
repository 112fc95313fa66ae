"""Rounds, people, recruiters and programmes kept in a database, SQLite or PostgreSQL."""

from sampler.store.store import Store

__all__ = ["Store"]
