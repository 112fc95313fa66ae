"""`make soak`: twenty kills of each act on each database."""

import pytest

from tests import test_faults
from tests.databases import KINDS
from tests.test_faults import folder  # noqa: F401

KILLS = 20


@pytest.mark.parametrize("kind", KINDS)
def test_imports(kind, tmp_path):
    print(test_faults.imports_survive_kills(kind, tmp_path, KILLS, 2), "of 20 were over first")


@pytest.mark.parametrize("kind", KINDS)
def test_erasures(kind, tmp_path, folder):  # noqa: F811
    print(test_faults.erasures_survive_kills(kind, tmp_path, folder, KILLS, 2), "of 20 were begun")


@pytest.mark.parametrize("kind", KINDS)
def test_upgrades(kind, tmp_path):
    test_faults.upgrades_survive_kills(kind, tmp_path, KILLS, 2)
