"""`make soak`: ten thousand spoilt recruiters' files of each form are read or refused in words."""

import random

import pytest

from tests.test_read_table import FORMS, read_or_refused

BODIES = 10_000


@pytest.mark.parametrize("form", FORMS)
def test_many_spoilt_files_are_read_or_refused_in_words(form):
    rng = random.Random(f"soak read table {form}")
    results = [read_or_refused(FORMS[form], rng) for _ in range(BODIES)]
    assert any(results)
    assert not all(results)
