"""The Returning Client Tracker: filters, order, pages and files."""

import csv
import re
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from lwg_intake import dates
from lwg_intake.access.roles import MAY, Can, Role
from lwg_intake.audit.models import Event
from lwg_intake.checklists import pages
from returning import tracker
from returning.models import Return
from tests.factories.access import UserFactory
from tests.factories.cases import ReturnFactory
from tests.factories.records import AppointmentFactory, ClinicianFactory, RemovalFactory
from tests.pages import signed_in, words
from tests.returning.conftest import former
from tests.returning.deeds import finish, start, up_to_match

pytestmark = pytest.mark.django_db
SEES = [role for role in Role if Can.SEE_CASES in MAY[role]]


@pytest.fixture
def csr(db):
    return signed_in(UserFactory(roles=[Role.CSR], last_name="Watching"))


def row(last_name, **values):
    return ReturnFactory(case__client__last_name=last_name, **values)


def shown(browser, **asked):
    """The clients' names on the page, in order."""
    answer = browser.get(reverse("tracker"), asked)
    assert answer.status_code == 200
    return re.findall(r'<a href="/cases/\d+/">(\w+), Ada</a>', answer.content.decode())


def read_csv(answer):
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


def read_xlsx(answer):
    head, *lines = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [dict(zip(head, ["" if cell is None else cell for cell in line], strict=True)) for line in lines]


READ = {"csv": read_csv, "xlsx": read_xlsx}


def exported(browser, kind, **asked):
    answer = browser.get(reverse("tracker-file", args=[kind]), asked)
    assert answer.status_code == 200
    return READ[kind](answer)


# --- What a row shows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", READ)
def test_a_finished_return_fills_its_row(practice, kind):
    client = former()
    case = start(practice, client)
    up_to_match(case, practice)
    finish(case, practice, practice.duarte)
    (line,) = exported(signed_in(practice.manager), kind)
    today = dates.today().isoformat()
    assert list(line) == [column.label for column in tracker.COLUMNS]
    told = {
        "Asked on": today, "Client": "Quintero, Marisol", "Record no.": "C-1", "Service": "Therapy",
        "Status": "Completed", "CSR": str(practice.csr), "Channel": "Phone", "Earlier clinician": "Abena Osei",
        "Category": "other", "Eligibility": "Eligible", "Insurance active": "yes", "Insurance changed": "no",
        "Balance": "0.00", "Balance checked": today, "Portal": today, "Documents complete": today,
        "Last intake": "2024-01-10", "Visit": "Intake", "New clinician": "Luis Duarte", "Modality": "Virtual",
        "Assigned on": today, "On the tracker": today,
    }  # fmt: skip
    assert {label: line[label] for label in told} == told
    assert line["First visit"].endswith("10:00") and line["Interaction note"].startswith("no. ")
    assert "12 months or more before" in line["Why"]


def test_the_removal_shown_is_the_one_of_this_return(csr):
    returned = row("Alba")
    RemovalFactory(client=returned.case.client, status="withdrawn")
    RemovalFactory(client=returned.case.client)
    old = RemovalFactory(client=row("Birch").case.client)
    type(old).objects.filter(pk=old.pk).update(asked_at=old.asked_at - timedelta(days=400))
    told = {line["Client"]: line["Removal"] for line in exported(csr, "csv")}
    assert told == {"Alba, Ada": "Asked for", "Birch, Ada": ""}


# --- Filters --------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(db):
    robin = UserFactory(last_name="Robin")
    row("Alba", stage="new", category="A", asked_on=date(2026, 3, 1), case__opened_by=robin)
    row("Birch", stage="completed", category="none", eligibility="eligible", asked_on=date(2026, 3, 2))
    row("Cole", stage="waitlist", category="C", eligibility="refused", service="family", asked_on=date(2026, 3, 3))
    return robin


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["Cole", "Birch", "Alba"]),
        ({"stage": "new"}, ["Alba"]),
        ({"stage": ["new", "waitlist"]}, ["Cole", "Alba"]),
        ({"category": "C"}, ["Cole"]),
        ({"category": "none"}, ["Birch"]),
        ({"eligibility": "refused"}, ["Cole"]),
        ({"eligibility": "open"}, ["Alba"]),
        ({"service": "family"}, ["Cole"]),
        ({"asked_from": "2026-03-02"}, ["Cole", "Birch"]),
        ({"asked_to": "2026-03-02"}, ["Birch", "Alba"]),
        ({"asked_from": "2026-03-02", "asked_to": "2026-03-02"}, ["Birch"]),
        ({"stage": "new", "category": "C"}, []),
    ],
)
def test_each_filter_narrows_page_and_files_alike(csr, three, asked, names):
    assert shown(csr, **asked) == names
    for kind in READ:
        assert [line["Client"].split(",")[0] for line in exported(csr, kind, **asked)] == names


def test_one_colleagues_returns(csr, three):
    assert shown(csr, csr=three.pk) == ["Alba"]


def test_nothing_found_is_said(csr, three):
    answer = csr.get(reverse("tracker"), {"stage": "matched"})
    assert "No return fits these filters." in words(answer) and "0 returns" in words(answer)


@pytest.mark.parametrize(
    ("tracker", "nothing"), [("tracker", "No return was"), ("reassign-tracker", "No reassignment was")]
)
def test_an_empty_tracker_blames_no_filter(csr, tracker, nothing):
    page = words(csr.get(reverse(tracker)))
    assert nothing in page and "these filters" not in page


@pytest.mark.parametrize("tracker", ["tracker", "reassign-tracker"])
def test_days_out_of_order_are_said_and_make_no_file(csr, tracker):
    asked = {"asked_from": "2030-01-01", "asked_to": "2020-01-01"}
    assert "This day is before the first. Give them in order." in words(csr.get(reverse(tracker), asked))
    assert csr.get(reverse(f"{tracker}-file", args=["csv"]), asked).status_code == 422


@pytest.mark.parametrize(
    "asked",
    [
        {"stage": "nonsense"}, {"csr": "x"}, {"csr": "9" * 5000}, {"csr": "²"}, {"asked_from": "yesterday"},
        {"asked_to": "0000-00-00"}, {"category": "E"}, {"sort": "password"}, {"sort": "case__client__dob"},
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_said_and_never_exports_everything(csr, three, asked):
    answer = csr.get(reverse("tracker"), asked)
    assert answer.status_code == 200
    assert "No return fits" in words(answer) or shown(csr, **asked) == ["Cole", "Birch", "Alba"]
    file = csr.get(reverse("tracker-file", args=["csv"]), asked)
    assert file.status_code == 422
    assert "Correct the filters" in words(file)


@pytest.mark.parametrize("tracker", ["tracker", "reassign-tracker"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"stage": "nonsense", "csr": "x"}, "is understood: Status, CSR. What follows was not narrowed by it."),
        ({"asked_from": "yesterday"}, "a way that is understood: the first day. What"),
        ({"sort": "password"}, "a way that is understood: the order. What"),
    ],
)  # fmt: skip
def test_a_filter_that_narrows_nothing_is_said_to_and_is_not_counted(csr, tracker, asked, said):
    text = words(csr.get(reverse(tracker), asked))
    assert said in text and "Status (" not in text
    assert "What follows" not in words(csr.get(reverse(tracker)))


def test_days_out_of_order_narrow_nothing_and_are_said_to(csr, three):
    asked = {"asked_from": "2030-01-01", "asked_to": "2020-01-01", "category": "C"}
    text = words(csr.get(reverse("tracker"), asked))
    assert "The first day lies after the last. What follows was not narrowed by these days." in text
    assert "that is understood" not in text and shown(csr, **asked) == ["Cole"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 5000, ""])
def test_a_page_that_is_not_there_is_the_nearest(csr, three, page):
    assert shown(csr, page=page) == ["Cole", "Birch", "Alba"]


# --- Order and pages ------------------------------------------------------------------------------------------------


def test_every_order_goes_both_ways(csr):
    pairs = {
        "stage": ("matched", "new"), "eligibility": ("eligible", "open"), "service": ("couples", "therapy"),
        "category": ("A", "B"), "asked_on": (date(2026, 3, 1), date(2026, 3, 2)),
        "ended_on": (date(2025, 3, 1), date(2025, 3, 2)), "tracked_on": (date(2026, 4, 1), date(2026, 4, 2)),
        "clinician": (ClinicianFactory(last_name="Ames"), ClinicianFactory(last_name="Boyd")),
        "case__opened_by": (UserFactory(last_name="Aiken"), UserFactory(last_name="Brooks")),
    }  # fmt: skip
    for place, name in ((1, "Birch"), (0, "Alba")):
        returned = row(name, **{field: pair[place] for field, pair in pairs.items()})
        visit = AppointmentFactory(client=returned.case.client, starts_at=timezone.now() + timedelta(days=place))
        Return.objects.filter(pk=returned.pk).update(appointment=visit, appointment_at=visit.starts_at)
        returned.case.client.ref = f"R-{place}"
        returned.case.client.save()
    for sort in (column.sort for column in tracker.COLUMNS if column.sort):
        assert shown(csr, sort=sort) == ["Alba", "Birch"], sort
        assert shown(csr, sort=f"-{sort}") == ["Birch", "Alba"], sort


def test_a_column_says_how_it_is_sorted_and_turns_round(csr, three):
    text = words(csr.get(reverse("tracker"), {"sort": "stage", "category": "A"}))
    assert 'aria-sort="ascending"' in text
    assert "sort=-stage&category=A" in text
    assert 'aria-sort="descending"' in words(csr.get(reverse("tracker"), {"sort": "-stage"}))


@pytest.mark.parametrize("sort", ["asked_on", "-asked_on", "stage", "case__opened_by__last_name"])
def test_pages_show_each_return_once_whatever_the_order(csr, monkeypatch, sort):
    """Seventeen that are alike in every column: only the last word of the order tells them apart."""
    monkeypatch.setattr(pages, "PER_PAGE", 5)
    colleague = UserFactory()
    names = {f"Name{n}" for n in range(17)}
    for name in names:
        row(name, case__opened_by=colleague)
    shown_on = [shown(csr, sort=sort, page=number) for number in (1, 2, 3, 4)]
    assert [len(page) for page in shown_on] == [5, 5, 5, 2]
    assert {name for page in shown_on for name in page} == names


def test_the_filters_stay_when_one_turns_the_page(csr, monkeypatch):
    monkeypatch.setattr(pages, "PER_PAGE", 2)
    for n in range(5):
        row(f"Name{n}", category="A")
    text = words(csr.get(reverse("tracker"), {"category": "A", "sort": "stage"}))
    assert "category=A&sort=stage&page=2" in text.replace("&amp;", "&")


def test_the_page_costs_the_same_for_one_row_and_for_thirty(csr):
    def cost():
        csr.get(reverse("tracker"))
        with CaptureQueriesContext(connection) as done:
            csr.get(reverse("tracker"))
        return len(done)

    row("Alba", old_clinician=ClinicianFactory(), clinician=ClinicianFactory())
    one = cost()
    for n in range(29):
        row(f"Name{n}", old_clinician=ClinicianFactory(), clinician=ClinicianFactory(), decided_by=None)
    assert cost() == one


# --- Files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", READ)
@pytest.mark.parametrize("start_", ["=", "+", "-", "@", "\t"])
def test_a_name_that_looks_like_a_formula_stays_a_name(csr, kind, start_):
    returned = row(f"{start_}HYPERLINK(A1)")
    Return.objects.filter(pk=returned.pk).update(conditions=f"{start_}1+1", kind_because=f"{start_}cmd|' /C calc'!A0")
    (line,) = exported(csr, kind)
    for label in ("Client", "Conditions", "Why"):
        assert line[label].startswith(f"'{start_}")


def test_a_sheet_has_no_formula_in_any_cell(csr):
    row("=1+1", conditions="=1+1")
    book = load_workbook(BytesIO(csr.get(reverse("tracker-file", args=["xlsx"])).content))
    assert {cell.data_type for line in book.active.iter_rows() for cell in line} <= {"s", "inlineStr", "n"}
    assert all(cell.value is None or cell.data_type != "n" for line in book.active.iter_rows() for cell in line)


def test_an_export_has_a_name_with_the_day_and_is_kept_out_of_caches(csr):
    answer = csr.get(reverse("tracker-file", args=["csv"]))
    assert answer["Content-Disposition"] == f'attachment; filename="returning-clients-{dates.today()}.csv"'
    assert answer["Cache-Control"] == "no-store"


def test_an_export_is_recorded_with_who_and_how_many(three):
    watcher = UserFactory(roles=[Role.TRANSITION_MANAGER])
    exported(signed_in(watcher), "xlsx", stage=["new", "waitlist"])
    event = Event.objects.get(verb="tracker.exported")
    shown = sorted(Return.objects.filter(stage__in=["new", "waitlist"]).values_list("case__client", flat=True))
    assert (event.actor_id, event.values) == (
        watcher.pk,
        {"kind": "xlsx", "tracker": "returning-clients", "rows": 2, "shown": shown},
    )


def test_another_kind_of_file_is_refused_in_words(csr):
    answer = csr.get(reverse("tracker-file", args=["pdf"]))
    assert answer.status_code == 404 and "csv or xlsx" in words(answer)


@pytest.mark.parametrize("role", Role)
def test_the_tracker_is_the_offices(three, role):
    browser = signed_in(UserFactory(roles=[role]))
    for path in (reverse("tracker"), reverse("tracker-file", args=["csv"]), reverse("tracker-file", args=["xlsx"])):
        answer = browser.get(path)
        assert answer.status_code == (200 if role in SEES else 403)
        assert role in SEES or b"Alba" not in answer.content
    assert Event.objects.filter(verb="tracker.exported").exists() is (role in SEES)
