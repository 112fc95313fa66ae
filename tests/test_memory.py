"""What is loaded for good is left out of garbage collections."""

import gc
import sys
from types import ModuleType

import pytest

from sampler.ui import memory
from tests.test_pages import opened


@pytest.fixture(autouse=True)
def thawed(monkeypatch):
    monkeypatch.setattr(memory, "_loaded", 0)
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_a_page_leaves_what_it_loaded_out_of_later_collections(app_database):
    opened("rounds")
    frozen = gc.get_freeze_count()
    assert frozen > 100_000
    assert len(gc.get_objects()) < frozen / 2


def test_later_garbage_is_still_collected_and_nothing_is_left_out_twice(monkeypatch):
    memory.keep_loaded()
    frozen = gc.get_freeze_count()
    circle = [[]]
    circle[0].append(circle)
    del circle
    assert gc.collect() >= 2
    memory.keep_loaded()
    assert gc.get_freeze_count() == pytest.approx(frozen, abs=100)
    monkeypatch.setitem(sys.modules, "loaded_later", ModuleType("loaded_later"))
    kept = [[i] for i in range(1000)]
    memory.keep_loaded()
    assert gc.get_freeze_count() > frozen + len(kept) / 2
