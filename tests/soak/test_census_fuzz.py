"""Ten thousand spoilt bodies a reader: nothing but a CensusError comes out."""

import random

import pytest

from census.client import Body
from census.errors import CensusError
from tests.bodies import READERS, bodies, kind, mutated

TYPES = ("text/csv", "application/json", "text/html", "")


@pytest.mark.parametrize("reader", READERS)
def test_no_body_makes_a_reader_trip(reader):
    rng = random.Random(f"soak {reader}")
    whole = bodies(reader)
    understood = 0
    for _ in range(10_000):
        said = mutated(rng, rng.choice(whole)) if rng.random() < 0.95 else rng.randbytes(200)
        try:
            READERS[reader](Body(said, rng.choice(TYPES) if rng.random() < 0.05 else kind(reader)))
        except CensusError:
            continue
        understood += 1
    print(f"{reader}: {understood} of 10,000 spoilt bodies could still be read")
