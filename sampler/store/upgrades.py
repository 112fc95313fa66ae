"""Brings the schema of a database up to this version's."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from sampler.errors import StoreError


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def current(db: sa.Connection) -> str | None:
    """Return the schema's revision, or None for an empty database."""
    return MigrationContext.configure(db).get_current_revision()


def newest() -> str:
    """Return the revision of this version."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def is_current(db: sa.Connection) -> bool:
    """Say whether the schema is this version's; refuse a newer one."""
    found = current(db)
    script = ScriptDirectory.from_config(_config())
    if found is not None and found not in {s.revision for s in script.walk_revisions()}:
        raise StoreError(
            "This database was written by a newer version of the planner. Install that version, "
            "or set another database."
        )
    return found == script.get_current_head()


def older_than_this(db: sa.Connection) -> str | None:
    """Return the revision of a database that holds something and is to be upgraded, or None."""
    return None if is_current(db) else current(db)


def upgrade(db: sa.Connection) -> None:
    """Bring the schema up to this version, in the write transaction that is open.

    Another process may have done it while this one waited for its turn.
    """
    if not is_current(db):
        config = _config()
        config.attributes["connection"] = db
        command.upgrade(config, "head")
