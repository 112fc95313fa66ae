"""The cache through kills, races, damage and folders it may not use."""

import os
import random
import signal
import stat
import subprocess
import sys
import time

import pytest

from census import cache as cache_module
from census.cache import Cache, folder

NAMES = [f"table/TS021/E0500{n:04}" for n in range(6)]


def figures(name, version):
    """A value from which can be told that it is whole."""
    return {"name": name, "version": version, "cells": [version] * 3000}


def is_whole(name, value):
    return value == figures(name, value["version"])


WRITER = """
import sys
from pathlib import Path
from census.cache import Cache
from tests.test_cache import NAMES, figures
cache = Cache(Path(sys.argv[1]))
print("writing", flush=True)
for version in range(int(sys.argv[2]), int(sys.argv[3])):
    for name in NAMES:
        cache.put(name, figures(name, version))
"""


def writing(where, start, end):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(where), str(start), str(end)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.readline()
    return process


def test_a_process_killed_while_it_writes_leaves_each_entry_right_or_absent(tmp_path):
    rng = random.Random(7)
    whole = 0
    for round_ in range(6):
        process = writing(tmp_path, round_ * 1_000_000, (round_ + 1) * 1_000_000)
        time.sleep(rng.uniform(0.005, 0.12))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for name in NAMES:
            kept = Cache(tmp_path).get(name)
            assert kept is None or is_whole(name, kept.value)
            whole += kept is not None
        Cache(tmp_path).put(NAMES[0], figures(NAMES[0], 1))
        assert Cache(tmp_path).get(NAMES[0]).value == figures(NAMES[0], 1)
    assert whole


def test_two_processes_can_fill_the_same_cache(tmp_path):
    both = [writing(tmp_path, start, start + 60) for start in (0, 1000)]
    seen = 0
    while any(process.poll() is None for process in both):
        for name in NAMES:
            kept = Cache(tmp_path).get(name)
            assert kept is None or is_whole(name, kept.value)
            seen += kept is not None
    for process in both:
        assert process.communicate()[1] == b""
        assert process.returncode == 0
    assert seen
    assert all(is_whole(name, Cache(tmp_path).get(name).value) for name in NAMES)


@pytest.fixture
def kept(tmp_path):
    """One entry and its file."""
    cache = Cache(tmp_path / "answers")
    cache.put("table/TS008/E08000025", {"Female": 584_496}, "2026-11-22T09:00:00Z")
    [path] = [p for p in cache.where.rglob("*") if p.is_file() and p.suffix != ".lock"]
    return cache, path


def test_what_was_put_is_found_with_its_age_by_every_cache_of_the_folder(kept):
    cache, _ = kept
    found = Cache(cache.where).get("table/TS008/E08000025")
    assert (found.value, found.fetched) == ({"Female": 584_496}, "2026-11-22T09:00:00Z")
    assert cache.get("table/TS008/E08000026") is None
    cache.put("table/TS008/E08000025", {"Female": 1})
    assert cache.get("table/TS008/E08000025").value == {"Female": 1}


def test_every_cut_of_a_file_and_every_changed_byte_makes_it_absent(kept):
    cache, path = kept
    whole = path.read_bytes()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        assert cache.get("table/TS008/E08000025") is None
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert cache.get("table/TS008/E08000025") is None, whole[at : at + 1]
    for content in (b"[]\n[]", b"5\n{}", b"null\n", b"[" * 9999 + b"\n1", b"\xff\n\xff"):
        path.write_bytes(content)
        assert cache.get("table/TS008/E08000025") is None


def test_an_entry_under_another_name_is_absent(kept):
    cache, path = kept
    other = cache.where / os.path.relpath(cache._files._fn("other"), cache.where)
    other.parent.mkdir(parents=True)
    other.write_bytes(path.read_bytes())
    assert cache.get("other") is None


def test_a_folder_that_cannot_be_used_is_an_empty_cache(tmp_path):
    (tmp_path / "file").write_text("no folder")
    cache = Cache(tmp_path / "file" / "census")
    assert cache.put("name", [1]).value == [1]
    assert cache.get("name") is None
    cache.clear()


def test_a_write_that_finds_the_entry_locked_gives_up(kept, monkeypatch):
    from filelock import FileLock

    cache, path = kept
    monkeypatch.setattr(cache_module, "LOCK_SECONDS", 0.05)
    with FileLock(f"{path}.lock"):
        cache.put("table/TS008/E08000025", {"Female": 2})
    assert cache.get("table/TS008/E08000025").value == {"Female": 584_496}


def test_no_other_user_can_read_what_is_kept(kept):
    cache, path = kept
    assert stat.S_IMODE(cache.where.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_killed_write_left_is_swept_away_in_time(kept):
    cache, path = kept
    old, new = path.parent / "tmpold12345", path.parent / "tmpnew12345"
    for left in (old, new):
        left.write_bytes(b"half")
    long_ago = time.time() - 2 * cache_module.LEFT_OVER_SECONDS
    os.utime(old, (long_ago, long_ago))
    os.utime(path, (long_ago, long_ago))
    Cache(cache.where).put("another", 1)
    assert (old.exists(), new.exists(), path.exists()) == (False, True, True)


def test_clearing_removes_the_entries_and_nothing_else(kept):
    cache, _ = kept
    (cache.where / "notes.txt").write_text("mine")
    (cache.where / "folder").mkdir()
    cache.clear()
    assert cache.get("table/TS008/E08000025") is None
    assert sorted(path.name for path in cache.where.iterdir()) == ["folder", "notes.txt"]
    cache.put("again", 1)
    assert cache.get("again").value == 1


def test_the_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SAMPLER_CACHE", str(tmp_path))
    assert folder() == tmp_path / "census"
    monkeypatch.setenv("SAMPLER_CACHE", " ")
    assert folder().is_absolute()
