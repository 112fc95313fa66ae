"""The lines kept of erasures, outside the database: which round, which person, which day.

They say nothing of anybody; they keep a backup, or a process that was killed, from bringing a
person back who was erased. The first line says since when the lines are complete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from sampler.errors import StoreError

KEPT = timedelta(days=183)
"""How long a line is kept: six months (USERS.md 1.7)."""
LOCK_SECONDS = 10


@dataclass(frozen=True)
class Erasures:
    """The ids erased, and the moment since when every erasure is among them."""

    since: datetime
    ids: frozenset[str]


def moment(text: str) -> datetime:
    """Read a moment; one without a zone is universal time. Raises `ValueError`."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


_NEVER = _begins(date.max)


class Ledger:
    """The file of erasures in a data folder. Raises `StoreError` where it cannot be kept."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "erasures.jsonl"
        self._lock = FileLock(folder / "erasures.lock", timeout=LOCK_SECONDS, mode=0o600)

    def read(self) -> Erasures | None:
        """Return what was erased, or None where the file is missing."""
        try:
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise self._trouble(error) from None
        since, entries = self._lines(text)
        return Erasures(since, frozenset(person for _, person, _ in entries))

    def start(self, now: datetime) -> Erasures:
        """Make the file where there is none, drop lines that are too old, and read it."""
        now = now.astimezone(UTC).replace(microsecond=0)
        oldest = now.date() - KEPT
        try:
            with self._lock:
                if not self.path.exists():
                    self._write(now, [])
                    return Erasures(now, frozenset())
                since, entries = self._lines(self.path.read_text("utf-8"))
                if any(on < oldest for *_, on in entries):
                    since = max(since, _begins(oldest))
                    entries = [one for one in entries if one[2] >= oldest]
                    self._write(since, entries)
        except (OSError, Timeout, UnicodeDecodeError) as error:
            raise self._trouble(error) from None
        return Erasures(since, frozenset(person for _, person, _ in entries))

    def add(self, round_id: str, person_ids: Sequence[str], now: datetime) -> None:
        """Write a line for each person, on the disk before this returns."""
        now = now.astimezone(UTC).replace(microsecond=0)
        lines = "".join(
            json.dumps({"round": round_id, "person": one, "on": now.date().isoformat()}) + "\n"
            for one in person_ids
        )
        try:
            with self._lock:
                if not self.path.exists():
                    self._write(now, [])
                with self.path.open("rb+") as file:
                    size = file.seek(0, os.SEEK_END)
                    if size:
                        file.seek(-1, os.SEEK_END)
                        torn = file.read(1) != b"\n"
                        lines = ("\n" if torn else "") + lines
                    file.write(lines.encode())
                    file.flush()
                    os.fsync(file.fileno())
        except (OSError, Timeout) as error:
            raise self._trouble(error) from None

    def _lines(self, text: str) -> tuple[datetime, list[tuple[str, str, date]]]:
        """Read the lines; one cut off by a process that was killed was never acted upon."""
        since, entries = _NEVER, []
        for line in text.splitlines():
            try:
                said = json.loads(line)
                if "since" in said:
                    since = moment(said["since"])
                else:
                    entries.append((said["round"], said["person"], date.fromisoformat(said["on"])))
            except (ValueError, KeyError, TypeError):
                continue
        if since == _NEVER:
            since = min((_begins(on) for *_, on in entries), default=_NEVER)
        return since, entries

    def _write(self, since: datetime, entries: Sequence[tuple[str, str, date]]) -> None:
        beside = self.path.with_suffix(".new")
        text = json.dumps({"since": since.isoformat()}) + "\n"
        text += "".join(
            json.dumps({"round": round_id, "person": person, "on": on.isoformat()}) + "\n"
            for round_id, person, on in entries
        )
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.path)

    def _trouble(self, error: Exception) -> StoreError:
        why = getattr(error, "strerror", None) or "it is in use by another program"
        return StoreError(
            f"The list of erasures, {self.path}, cannot be kept ({why}). Nothing was erased."
        )
