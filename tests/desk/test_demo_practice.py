"""The invented practice, as it stands in its folder and as it goes in."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from filecmp import cmpfiles

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from lwg_intake.desk.demo import DRAWN_CLIENTS, FEWEST_CLIENTS
from lwg_intake.desk.demo.archive import FORMERS
from lwg_intake.desk.demo.cases import CASES
from lwg_intake.desk.demo.practice import write_practice
from lwg_intake.desk.retention import past
from lwg_intake.imports.format import FILES
from lwg_intake.imports.practice import import_folder
from lwg_intake.records.models import Assignment, Clinician, Episode
from tests.owner import ROLE

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module", autouse=True)
def swept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A whole practice that was rolled back lies in the tables until they are swept: every later test would pass it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("VACUUM")
        cursor.execute(f"SET ROLE {ROLE}")


def written(tmp_path_factory, drawn=DRAWN_CLIENTS):
    path = tmp_path_factory.mktemp("practice")
    write_practice(path, TODAY, drawn)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory)


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def third(tmp_path_factory):
    """Its rows are drawn as those of the whole, which takes three times as long to go in."""
    return written(tmp_path_factory, DRAWN_CLIENTS // 3)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return written(tmp_path_factory, FEWEST_CLIENTS)


def test_one_day_gives_one_folder(small, tmp_path):
    write_practice(tmp_path, TODAY, FEWEST_CLIENTS)
    names = [f"{file.name}.csv" for file in FILES]
    assert cmpfiles(small, tmp_path, names, shallow=False)[0] == names


def test_it_is_as_large_as_a_practice_that_keeps_a_front_desk_busy(folder):
    assert len(rows(folder, "clinicians")) >= 40
    assert len(rows(folder, "clients")) >= 3_000
    assert len(rows(folder, "appointments")) >= 40_000


def test_nobody_in_it_can_be_reached(folder):
    for client in rows(folder, "clients"):
        assert client["email"].rpartition("@")[2] in ("", "example.com", "example.org", "example.net")
        digits = "".join(c for c in client["phone"].partition("ext")[0] if c.isdigit())[-10:]
        assert digits == "" or digits[3:8] == "55501", client["phone"]


def test_every_case_is_a_client_of_that_name(folder):
    names = Counter(f"{client['first_name']} {client['last_name']}" for client in rows(folder, "clients"))
    assert {case.name: names[case.name] for case in CASES} == Counter(case.name for case in CASES)


def test_every_category_and_every_state_of_a_visit_occurs(folder):
    assert {row["category"] for row in rows(folder, "terminations")} == {"A", "B", "C", "D", "none"}
    assert {row["state"] for row in rows(folder, "appointments")} == {
        "kept", "no_show", "late_cancel", "client_cancel", "clinician_cancel", "scheduled", "unresolved",
    }  # fmt: skip


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2027, 1, 1), date(2026, 3, 31)])
def test_it_can_be_written_on_any_day(tmp_path, today):
    write_practice(tmp_path, today, 600)
    assert len(rows(tmp_path, "appointments")) >= 8_000


@pytest.mark.django_db
def test_it_goes_in_without_a_rejected_row(third, monkeypatch):
    for name, counts in import_folder(third).files.items():
        assert not counts.rejected, (name, counts.rejected[:3])
        assert counts.created == counts.rows == len(rows(third, name))
    running = Assignment.objects.running()
    assert 0.4 < running.values("client").distinct().count() / len(rows(third, "clients")) < 0.5
    assert Episode.objects.filter(ended_on=None).count() < Episode.objects.exclude(ended_on=None).count() * 1.5
    places = {ref: running.filter(clinician__ref=ref).count() for ref in ("CL-07", "CL-10", "CL-11")}
    capacity = dict(Clinician.objects.filter(ref__in=places).values_list("ref", "capacity"))
    assert places == {"CL-07": 14, "CL-10": capacity["CL-10"], "CL-11": capacity["CL-11"] - 1}
    monkeypatch.setattr("lwg_intake.dates.today", lambda: TODAY)
    assert {row.client.first_name for row in past()} == {"Opal", "Junie"}


@pytest.mark.django_db
def test_a_small_one_has_what_the_lists_need_and_again_changes_nothing(small):
    import_folder(small)
    for name, counts in import_folder(small).files.items():
        assert (counts.rejected, counts.unchanged) == ([], len(rows(small, name)))
    assert len(rows(small, "clients")) == len(CASES) + len(FORMERS) + FEWEST_CLIENTS
    assert Assignment.objects.running().filter(clinician__ref="CL-07").count() == 14
