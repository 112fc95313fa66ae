"""`make bench`: how long things take, as medians and as ratios within one run.

Machines are noisy, so every figure stands beside something trivial measured in turn with it.
Nothing here passes or fails.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from census import extract
from sampler import combining as how
from sampler import figures, solver
from sampler.brief import from_values
from tests.bench import people, seats
from tests.bench.timing import RUNS, say, times
from tests.browser.driving import ROOT, chromium, free_port, served, settle, visit, window
from tests.browser.test_journeys import choose

PROCESSES = 7
ADDED = 15
"""People added to a round of eighteen."""
EIGHT = ["ethnic_group", "age", "sex", "disability", "tenure", "cars", "qualification", "ns_sec"]
BRIEF = {
    "title": "Bench",
    "people_wanted": 30,
    "areas": ["E08000025"],
    "characteristic": [{"topic": topic} for topic in EIGHT],
}
TRIVIAL_APP = """
import streamlit as st
if "n" not in st.session_state:
    st.session_state.n = 0
def more():
    st.session_state.n += 1
st.button("More", on_click=more)
st.write(f"count={st.session_state.n}")
"""
CLICK = """async (label) => {
    const find = () => [...document.querySelectorAll('button')].find(
        b => (b.getAttribute('aria-label') || b.innerText).trim() === label
          || b.dataset.testid === label);
    let last = 0;
    const watch = new MutationObserver(() => { last = performance.now(); });
    watch.observe(document.body, {childList: true, subtree: true, characterData: true});
    const start = performance.now();
    find().click();
    while (performance.now() - Math.max(last, start) < 500) {
        await new Promise(done => setTimeout(done, 20));
    }
    watch.disconnect();
    return last - start;
}"""


def plans() -> None:
    """Measure an offline plan: eight characteristics, thirty people."""
    brief = from_values(BRIEF)

    def anew() -> None:
        figures._plan.cache_clear()
        figures.plan_of(brief)

    say("plan, 8 characteristics, 30 people, worked out anew", times(anew))
    say(
        "the same plan again (a page rerun that changes nothing)",
        times(lambda: figures.plan_of(brief)),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "brief.toml"
        path.write_text(brief.to_toml())
        bare = [sys.executable, "-c", "pass"]
        whole = [sys.executable, "-m", "sampler", "plan", str(path), "--json"]
        trivial, full = [], []
        for command, found in ((bare, trivial), (whole, full)) * PROCESSES:
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
            found.append((time.perf_counter() - start) * 1000)
        say("python that does nothing, whole process", trivial)
        say("sampler plan --json, whole process", full, trivial)


def reading() -> None:
    """Measure the extract: its size, and one table read from disk."""
    size = sum(path.stat().st_size for path in extract.DATA.iterdir())
    print(f"{'extract, size on disk':<58} {size:9,} bytes")
    for table in ("TS021", "TS009"):

        def read(table: str = table) -> None:
            extract.table.cache_clear()
            extract.table(table)

        say(f"{table} read from disk", times(read))
    import census

    topic, here = census.find_topic("ethnic_group"), [census.area("E08000025")]
    from census import population

    def distribution() -> None:
        extract.table.cache_clear()
        population._distribution.cache_clear()
        census.distribution(topic, here)

    say("one distribution, read and added up", times(distribution))

    def warm() -> None:
        population._distribution.cache_clear()
        census.distribution(topic, here)

    say("one distribution, its table in memory", times(warm))
    say("the same again (a page rerun)", times(lambda: census.distribution(topic, here)))

    def every_topic() -> None:
        population._distribution.cache_clear()
        for one in census.TOPICS.values():
            census.distribution(one, here)

    say(f"all {len(census.TOPICS)} topics of one place", times(every_topic))
    say("places found by a part of their name", times(lambda: census.find_areas("castle")))


def solving() -> None:
    """Measure what PuLP adds to the solver itself: CPU time of the program of eight quotas."""
    seen: list[Any] = []
    through_pulp = solver.solve

    def watched(problem: Any, **more: Any) -> Any:
        seen.append(problem)
        return through_pulp(problem, **more)

    solver.solve = watched
    try:
        figures._plan.cache_clear()
        figures.plan_of(from_values(BRIEF))
    finally:
        solver.solve = through_pulp
    (problem,) = seen

    def bare() -> None:
        problem.solverModel.clearSolver()
        problem.solverModel.run()

    alone = times(bare)
    say("the program of eight quotas, HiGHS alone", alone)
    say("the same through PuLP", times(lambda: through_pulp(problem)), alone)


def combining() -> None:
    """Measure how eight characteristics combine: 28 pairs, raked."""
    brief = from_values(BRIEF)

    def anew() -> None:
        how._of.cache_clear()
        how.of(brief)

    say("28 pairs of 8 characteristics combined, worked out anew", times(anew))
    say("the same again (a page rerun)", times(lambda: how.of(brief)))


def collecting() -> None:
    """Measure the garbage collection that Streamlit asks for after every run of a page."""
    page = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    page.switch_page(ROOT / "sampler/ui/pages/coverage.py").run()
    left_out = times(gc.collect)
    gc.unfreeze()
    say("garbage collection, what is loaded looked at each time", times(gc.collect))
    say("the same, what is loaded left out", left_out)


def clicks(page: Any, label: str) -> list[float]:
    """Return click to last change of the page, in milliseconds."""
    page.evaluate(CLICK, label)
    return [float(page.evaluate(CLICK, label)) for _ in range(RUNS)]


def adding(page: Any) -> list[float]:
    """Return the click that saves a new person to the new gaps: the sentence and the table.

    What is worked out after them, and how the form fades away, is not counted.
    """
    found = []
    gaps = """{
        const here = records.map(r => r.target.nodeType === 1 ? r.target : r.target.parentElement)
            .map(p => p?.closest('[data-testid="stHtml"]'));
        if (here.some(p => p?.querySelector('table.cov, .sp-big'))) last = performance.now();
    }"""
    seen = CLICK.replace("() => { last = performance.now(); }", f"records => {gaps}")
    for _ in range(ADDED + 1):
        page.get_by_role("button", name="Add a person").first.click()
        page.get_by_role("button", name="Save person").wait_for()
        settle(page)
        choose(page, page, "Stage", "Confirmed")
        settle(page)
        found.append(float(page.evaluate(seen, "Save person")))
        settle(page)
    # A page that was drawn before it was looked at gives no time of its own.
    return [one for one in found[1:] if one > 0]


def pages() -> None:
    """Measure page reruns beside a trivial Streamlit app, in the same browser."""
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as (address, _):
        script = Path(name) / "trivial.py"
        script.write_text(TRIVIAL_APP)
        port = free_port()
        other = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}",
             "--server.address=127.0.0.1", "--server.headless=true",
             "--browser.gatherUsageStats=false", "--server.fileWatcherType=none"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            with chromium() as browser:
                trivial = window(browser, viewport={"width": 1280, "height": 800})
                for _ in range(100):
                    try:
                        trivial.goto(f"http://127.0.0.1:{port}/")
                        break
                    except Exception:  # the server is still starting
                        time.sleep(0.1)
                trivial.get_by_text("count=0").wait_for()
                ours = window(browser, viewport={"width": 1280, "height": 800})
                visit(ours, address, "Rounds")
                ours.get_by_role("button", name="Try the Birmingham example").click()
                ours.get_by_role("heading", level=1, name="Mix and quotas").wait_for()
                settle(ours)
                floor = clicks(trivial, "More")
                say("trivial app: click to last change", floor)
                say("Mix: one person more", clicks(ours, "stNumberInputStepUp"), floor)
                visit(ours, ours.url.replace("mix-and-quotas", "coverage"), "Coverage")
                both = []
                for i in range(RUNS):
                    label = "Only gaps" if i % 2 == 0 else "All groups"
                    both.append(float(ours.evaluate(CLICK, label)))
                say("Coverage: gaps on and off", both, floor)
                say("Coverage: one person added, to the new gaps", adding(ours), floor)
        finally:
            other.terminate()
            other.wait(timeout=20)


if __name__ == "__main__":
    reading()
    combining()
    solving()
    plans()
    seats.main()
    people.main()
    collecting()
    pages()
