"""A tiny run of the bench, as one starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import DATABASE
from bench.__main__ import main
from bench.job import Contest, Job, Sizes, measure
from bench.jobs import JOBS
from bench.names import people
from lwg_intake.embedded import Cluster
from tests.settings import LWG_HOME, TEST_DATABASE_URL

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """On the tests' own server, under a name of this run's own."""
    environment = os.environ | {"LWG_HOME": str(LWG_HOME)}
    if TEST_DATABASE_URL:
        environment["DATABASE_URL"] = TEST_DATABASE_URL
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module", autouse=True)
def no_database_left() -> object:
    yield
    if not TEST_DATABASE_URL:
        for name in (f"{DATABASE}{which}" for which in ("", "_sweep", "_import")):
            Cluster(Path(LWG_HOME)).drop_database(name)


def test_json_has_figure_floor_and_ratio_of_every_job() -> None:
    run = bench("--json", "--clients=300", "--items=2", "--rounds=1", "--assignments=60", "--visits=600", "--rows=600")
    assert run.returncode == 0, run.stderr
    jobs = {job["name"]: job for job in json.loads(run.stdout)["jobs"]}
    assert set(jobs) == set(JOBS)
    for job in jobs.values():
        assert job["figure_ms"] > 0 and job["floor_ms"] > 0 and job["ratio"] > 0
        # The sweep knows two nights: the one that finds everything, and the usual one. An import is one item.
        assert (job["rounds"], job["items"]) == (1, {"import": 1}.get(job["name"], 2))
    # Whatever the file's length, an import takes the same memory.
    assert jobs["import"]["memory_whole_mib"] < jobs["import"]["memory_tenth_mib"] * 1.2
    assert jobs["sweep"]["opened"] > 0 and jobs["sweep"]["loop_ratio"] > 0


def test_a_job_that_does_not_exist_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", os.environ["DJANGO_SETTINGS_MODULE"])  # Put back when this is over.
    with pytest.raises(SystemExit) as end:
        main(["no-such-job"])
    assert end.value.code == 2
    assert "there is no job 'no-such-job'; the jobs are look-up" in capsys.readouterr().err


def test_the_people_are_always_the_same() -> None:
    assert people(50) == people(50)
    assert len({person.ref for person in people(50)}) == 50


def test_different_answers_are_never_measured() -> None:
    job = Job("wrong", "one", "two", 2, lambda sizes: Contest([1], lambda item: 1, lambda item: 2))
    with pytest.raises(AssertionError, match="wrong: figure and floor answer differently"):
        measure(job, Sizes(1, 1, 1))


def test_both_sides_take_turns() -> None:
    order: list[str] = []
    job = Job(
        "turns", "one", "two", 2,
        lambda sizes: Contest([1, 2], lambda item: order.append("figure"), lambda item: order.append("floor")),
    )  # fmt: skip
    result = measure(job, Sizes(1, 2, 2))
    assert order[4:] == ["floor", "figure", "figure", "floor", "figure", "floor", "floor", "figure"]
    assert result["ratio"] > 0
