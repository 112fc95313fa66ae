"""One brief over many areas: a file an area, in as many processes as wanted, resumable.

An area's file is written beside its place and moved there, so what is there is whole. A batch that
was stopped goes on where it was; a worker that is lost takes nothing finished with it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import census
from census.errors import CensusError
from sampler import answers, figures
from sampler import brief as briefs
from sampler.brief import Brief
from sampler.errors import NoPlan, SamplerError
from sampler.seats import seating

ABOUT = "batch.json"
TRIES = 2
"""Times an area is tried whose worker is lost."""
Progress = Callable[[int, int], None]


class OtherBatch(SamplerError):
    """A folder that holds the answers of another brief."""


@dataclass(frozen=True)
class Done:
    """How many areas have a plan, and those that have none, each with why."""

    planned: int
    failed: tuple[tuple[str, str], ...] = ()


def local_authorities() -> list[str]:
    """Return the codes of the local authorities of England and Wales."""
    return [area.code for area in census.every_area() if area.type == "local authority"]


def answer(brief_toml: str, code: str) -> dict[str, Any]:
    """Return one area's plan as `sampler plan --json` prints it, its conflict, or its error."""
    brief = briefs.read(brief_toml).changed(areas=[code])
    try:
        return answers.plan(figures.plan_of(brief), seating.of(brief))
    except NoPlan as error:
        return answers.conflict(error)
    except (SamplerError, CensusError) as error:
        return {"error": str(error)}


def run(
    brief: Brief,
    codes: Sequence[str],
    out: Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Done:
    """Plan a brief for each area and write `CODE.json` files into a folder.

    Areas whose file is there are not planned again. `scheduler` is the address of a Dask
    scheduler, whose workers then do the planning.

    Raises `OtherBatch`, and `OSError` where the folder cannot be written.
    """
    text = brief.to_toml()
    out.mkdir(parents=True, exist_ok=True)
    _claim(out, text)
    wanted = list(dict.fromkeys(codes))
    left = [code for code in wanted if _read(out, code) is None]
    for attempt in range(TRIES + 1):
        left = _plan(
            text, left, out, len(wanted), workers if attempt == 0 else 1, scheduler, progress
        )
        if not left:
            break
    failed = [(code, "the worker that planned it was lost") for code in left]
    planned = 0
    for code in wanted:
        found = _read(out, code)
        if found is None:
            continue
        if "quotas" in found:
            planned += 1
        else:
            said = found.get("error") or " ".join(one["rule"] for one in found["conflict"])
            failed.append((code, said))
    return Done(planned, tuple(failed))


def _plan(
    text: str,
    left: Sequence[str],
    out: Path,
    of: int,
    workers: int | None,
    scheduler: str | None,
    progress: Progress | None,
) -> list[str]:
    """Plan areas until all are done or a worker is lost; returns those still to do."""
    unfinished = dict.fromkeys(left)
    if not unfinished:
        return []
    with suppress(BrokenProcessPool), _executor(workers, scheduler) as pool:
        under_way = {pool.submit(answer, text, code): code for code in left}
        for future in as_completed(under_way):
            code = under_way[future]
            _write(out / f"{code}.json", future.result())
            del unfinished[code]
            if progress:
                progress(of - len(unfinished), of)
    return list(unfinished)


@contextmanager
def _executor(workers: int | None, scheduler: str | None) -> Iterator[Executor]:
    if scheduler is None:
        context = get_context("spawn")
        with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context) as pool:
            yield pool
        return
    import distributed

    connect: Any = distributed.Client
    with connect(scheduler) as client, client.get_executor() as pool:
        yield pool


def _claim(out: Path, text: str) -> None:
    """Mark a folder as this brief's, or refuse one of another brief."""
    about = {"brief": sha256(text.encode()).hexdigest()}
    path = out / ABOUT
    try:
        held = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        _write(path, about)
        return
    except ValueError:
        held = None
    if held != about:
        raise OtherBatch(
            f"{out} holds the answers of another brief. Name another folder, or empty this one."
        )


def _read(out: Path, code: str) -> dict[str, Any] | None:
    """Return an area's answer, or None where there is no whole one."""
    try:
        found = json.loads((out / f"{code}.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(path: Path, value: object) -> None:
    """Write a file that is whole or not there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(answers.to_json(value) + "\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
