"""What a process does that is killed in the middle: `python -m tests.faults ACT URL ROUND [SEED]`.

It prints "go" when the act begins and "done" when it is over.
"""

from __future__ import annotations

import random
import sys

from sampler.errors import Conflict
from sampler.model import Answer, By
from sampler.reading.incoming import Reading, preview
from sampler.reading.matching_values import Incoming, IncomingRow
from sampler.store import Store

MARK = "MARKED-4417"
IN_A_FILE = 1_500
EDITS = 1_000


def a_file(store: Store, round_id: str):
    """Return the preview of a file of people, some of whom are there."""
    sexes = ("Female", "Male")
    rows = tuple(
        IncomingRow(
            i + 2,
            reference=f"A{i:04d}",
            answers={"Sex": Answer(kind="group", text=sexes[i % 2])},
            stage="confirmed",
            notes=f"{MARK} {i}",
        )
        for i in range(IN_A_FILE)
    )
    return preview(store.held(round_id), Incoming(rows, (), ()), Reading(True, recruiter="Acme"))


def edit(store: Store, round_id: str, seed: int) -> tuple[int, int]:
    """Change people at random; returns how many changes were stored and how many were refused."""
    rng = random.Random(seed)
    saved = refused = 0
    people = store.people(round_id)
    for n in range(EDITS):
        i = rng.randrange(len(people))
        changed = people[i].model_copy(
            update={
                "notes": f"{seed} {n}",
                "stage": rng.choice(("offered", "confirmed", "attended", "no_show")),
                "answers": {"Sex": Answer(kind="group", text=rng.choice(("Female", "Male")))},
            }
        )
        try:
            people[i] = store.save_person(changed, By(who=str(seed)))
            saved += 1
        except Conflict as conflict:
            people[i] = conflict.theirs
            refused += 1
    return saved, refused


def main(act: str, url: str, round_id: str, seed: str = "0") -> None:
    if act == "open":
        print("go", flush=True)
        Store(url).close()
        print("done", flush=True)
        return
    store = Store(url)
    found = a_file(store, round_id) if act == "import" else None
    print("go", flush=True)
    said = ""
    if found is not None:
        store.take_in(round_id, found, By(who="Asha"))
    elif act == "erase":
        store.erase_people(round_id)
    elif act == "edit":
        said = " {} {}".format(*edit(store, round_id, int(seed)))
    print(f"done{said}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
