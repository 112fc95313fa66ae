"""`make soak`: ten thousand spoilt files of each form are read or refused in words."""

import random

import pytest

from tests.test_own_files import FORMS, read_or_refused

BODIES = 10_000


@pytest.mark.parametrize("form", FORMS)
def test_many_mutated_files_are_read_or_refused_in_words(form):
    rng = random.Random(f"soak {form}")
    results = [read_or_refused(FORMS[form], rng) for _ in range(BODIES)]
    assert any(results)
    assert not all(results)
