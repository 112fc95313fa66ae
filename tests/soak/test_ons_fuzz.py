"""`make soak`: ten thousand spoilt answers of the ONS service through its readers."""

import random

from tests.test_ons_read import read_every_way, spoilt_bodies

BODIES = 10_000


def test_spoilt_bodies_raise_nothing_but_a_census_error():
    rng = random.Random(70)
    taken = sum(read_every_way(body, rng) > 0 for body in spoilt_bodies(BODIES, seed=30))
    assert 0 < taken < BODIES
