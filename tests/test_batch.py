"""One brief over many areas: resumed, killed, and on a cluster of two workers."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sampler import batch
from sampler.batch import OtherBatch
from tests.builders import a_brief

AREAS = ["E06000001", "E06000002", "E06000003", "E06000004"]
ROOT = Path(__file__).parent.parent


def brief():
    return a_brief(
        areas=[], people_wanted=6, characteristic=[{"topic": "sex"}, {"topic": "disability"}]
    )


def test_a_file_an_area_and_nothing_is_planned_twice(tmp_path, monkeypatch):
    told = []
    done = batch.run(
        brief(), AREAS, tmp_path, workers=2, progress=lambda now, of: told.append((now, of))
    )
    assert (done.planned, done.failed) == (4, ())
    assert told[-1] == (4, 4)
    found = json.loads((tmp_path / "E06000003.json").read_text())
    assert found["areas"][0]["code"] == "E06000003"
    assert len(found["seats"]) == 6
    (tmp_path / "E06000002.json").write_text('{"quotas": [')
    asked = []
    monkeypatch.setattr(batch, "_plan", lambda text, left, *rest: asked.append(list(left)) or [])
    batch.run(brief(), AREAS, tmp_path)
    assert asked[0] == ["E06000002"]


def test_a_folder_of_another_brief_is_refused(tmp_path):
    batch.run(brief(), AREAS[:1], tmp_path, workers=1)
    with pytest.raises(OtherBatch, match="answers of another brief"):
        batch.run(brief().changed(people_wanted=7), AREAS[:1], tmp_path)


def test_an_area_without_a_plan_is_said_and_the_others_are_planned(tmp_path):
    done = batch.run(brief(), ["E06000001", "E99999999"], tmp_path, workers=1)
    assert done.planned == 1
    assert done.failed[0][0] == "E99999999"
    assert "No place called E99999999" in done.failed[0][1]


def test_a_killed_batch_keeps_what_is_finished_and_goes_on(tmp_path):
    file = tmp_path / "brief.toml"
    file.write_text(brief().to_toml())
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sampler", "batch", str(file)]
    command += ["--areas", ",".join(AREAS), "--out", str(out), "--workers", "1"]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    ) as running:
        deadline = time.monotonic() + 60
        while not list(out.glob("E*.json")) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(running.pid, signal.SIGKILL)
    finished = {path.name: path.read_bytes() for path in out.glob("E*.json")}
    assert finished
    assert all(json.loads(body)["quotas"] for body in finished.values())
    done = batch.run(brief(), AREAS, out, workers=1)
    assert done.planned == 4
    assert all((out / name).read_bytes() == body for name, body in finished.items())


@pytest.mark.filterwarnings("default")
def test_the_same_on_a_cluster_of_two_workers(tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        done = batch.run(brief(), AREAS, tmp_path / "there", scheduler=cluster.scheduler_address)
    assert (done.planned, done.failed) == (4, ())
    batch.run(brief(), AREAS, tmp_path / "here", workers=1)
    for code in AREAS:
        name = f"{code}.json"
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
