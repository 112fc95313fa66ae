"""What was read from the census services, kept on disk: one small file an answer.

Kept are only answers that a reader accepted, under names that hold no key. A file is written
beside its place and moved there, so a process killed at any moment leaves the old answer, the
new one or none; a checksum catches the rest.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
from cachecontrol.caches import FileCache
from filelock import FileLock

FORMAT = 1
LOCK_SECONDS = 5.0
"""How long a write waits for another process that writes the same entry; then it gives up."""
LEFT_OVER_SECONDS = 3600.0
"""A half-written file of that age was left by a process that was killed."""


def folder() -> Path:
    """Return where answers are kept: `SAMPLER_CACHE`, or this user's cache folder."""
    named = os.environ.get("SAMPLER_CACHE", "").strip()
    return Path(named or platformdirs.user_cache_path("sampling-planner")) / "census"


def now() -> str:
    """Return the time as kept beside an answer: ISO, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Kept:
    """A value as it was kept, and when it was read from the service (ISO, UTC)."""

    value: Any
    fetched: str


class _Lock(FileLock):
    def __init__(self, path: str) -> None:
        super().__init__(path, timeout=LOCK_SECONDS)


class Cache:
    """Values by name on disk. Every value is something JSON can write.

    A folder that cannot be read or written makes an empty cache, never an error: the figures
    are then read from the service again.
    """

    def __init__(self, where: Path | None = None) -> None:
        self.where = where or folder()
        self._files = FileCache(str(self.where), lock_class=_Lock)
        self._is_swept = False

    def get(self, name: str) -> Kept | None:
        """Return what is kept under a name, or None if there is nothing sound."""
        try:
            content = self._files.get(name)
            if content is None:
                return None
            head, body = content.split(b"\n", 1)
            said = json.loads(head)
            if said["crc"] != _checksum(name, said["fetched"], body):
                return None
            return Kept(json.loads(body), said["fetched"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def put(self, name: str, value: Any, fetched: str | None = None) -> Kept:
        """Keep a value under a name, in place of what was there."""
        kept = Kept(value, fetched or now())
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        head = {"fetched": kept.fetched, "crc": _checksum(name, kept.fetched, body)}
        try:
            self.where.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            self._files.set(name, json.dumps(head).encode() + b"\n" + body)
        except (OSError, NotImplementedError):
            pass
        return kept

    def _sweep(self) -> None:
        """Remove what killed writes left behind, once for each Cache."""
        if self._is_swept:
            return
        self._is_swept = True
        too_old = time.time() - LEFT_OVER_SECONDS
        for path in self.where.glob("[0-9a-f]/**/tmp*"):
            try:
                if path.stat().st_mtime < too_old:
                    path.unlink()
            except OSError:
                continue

    def clear(self) -> None:
        """Forget every answer. Only what this cache made is removed."""
        for path in self.where.glob("[0-9a-f]"):
            shutil.rmtree(path, ignore_errors=True)


def _checksum(name: str, fetched: str, body: bytes) -> int:
    """Return the checksum of an entry: its name, its age, and its value."""
    return zlib.crc32(f"{FORMAT}\n{name}\n{fetched}\n".encode() + body)


class Anew(Cache):
    """A cache that finds nothing and keeps everything: what is read takes the place of the old."""

    def get(self, name: str) -> Kept | None:
        """Return None, whatever is kept."""
        return None
