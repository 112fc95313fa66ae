"""`make soak`: long runs of what the suite does briefly."""

import contextlib
import random
import signal
import subprocess
import sys
import time

import pytest

from sampler import brief as briefs
from sampler import figures
from sampler.apportion import Shares, closest
from sampler.errors import BriefError, NoPlan
from sampler.store import Store
from tests.builders import a_brief
from tests.test_cli import BRIEF
from tests.test_quotas import brute

CASES, BODIES, KILLS = 5_000, 10_000, 20


def test_quotas_equal_brute_force_many_times():
    rng = random.Random(1)
    for _ in range(CASES):
        n = rng.randint(1, 4)
        weights = [rng.randint(0, 40) for _ in range(n)]
        if not any(weights):
            continue
        least = [rng.randint(0, 3) for _ in range(n)]
        most = [rng.choice([None, m + rng.randint(0, 6)]) for m in least]
        shares = Shares(tuple(weights), tuple(weights), tuple(least), tuple(most))
        people = rng.randint(1, 12)
        expected = brute(shares, people)
        assert shares.can_hold(people) == (expected is not None)
        if expected is not None:
            assert closest(shares, people) == expected


def test_a_mutated_brief_is_read_or_refused_in_words():
    rng = random.Random(2)
    alphabet = [*list(BRIEF), "\x00", "é", "=", "[", '"', "9", "-", "nan", "inf", "1e400"]
    for _ in range(BODIES):
        text = list(BRIEF)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(text))
            text[at : at + rng.randint(0, 3)] = rng.choices(alphabet, k=rng.randint(0, 3))
        with contextlib.suppress(BriefError, NoPlan):
            figures.plan_of(briefs.read("".join(text)))


@pytest.mark.parametrize("seed", range(KILLS))
def test_people_are_stored_all_or_none_when_the_process_is_killed(tmp_path, seed):
    url = f"sqlite:///{tmp_path / 'planner.sqlite3'}"
    store = Store(url)
    held = store.add_round(a_brief())
    store.close()
    code = (
        "from sampler.store.store import Store; from tests.builders import a_person\n"
        f"store = Store({url!r}); print('up', flush=True)\n"
        f"while True: store.add_people({held.id!r}, [a_person() for _ in range(50)])"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(random.Random(seed).uniform(0.01, 0.4))
    running.send_signal(signal.SIGKILL)
    running.communicate()
    again = Store(url)
    people = again.people(held.id)
    assert len(people) % 50 == 0
    assert [p.reference for p in people] == sorted(
        {p.reference for p in people}, key=lambda r: int(r[1:])
    )
    assert again.next_reference(held.id) == f"P{len(people) + 1:02d}"
    again.close()
