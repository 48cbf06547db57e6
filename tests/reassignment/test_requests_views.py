"""The pages of a change of clinician: starting one, what a clinician asked for, the tracker and its files, the home."""

import pytest
from django.urls import reverse

from lwg_intake import dates
from lwg_intake.audit.models import Event
from lwg_intake.desk.demo.reassignments import STORIES, begin_reassignments
from lwg_intake.records.models import Client, Handover
from reassignment.models import Offer, Reassignment
from reassignment.tracker import COLUMNS, TrackerFilter, rows
from reassignment.worklists import waiting_for
from tests.factories.caseload import HandoverFactory
from tests.factories.records import AssignmentFactory, ClinicianFactory, TerminationFactory
from tests.factories.requests import ReassignmentFactory
from tests.pages import words
from tests.reassignment.requests_deeds import do, in_care, make_practice, start, up_to_first_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def csr(practice, client):
    client.force_login(practice.csr)
    return client


def given(assignment, **more):
    return {"assignment": assignment.pk, "service": assignment.service, "reason": "fit", "because": "Too far apart",
            "channel": "phone"} | more  # fmt: skip


# --- Starting -------------------------------------------------------------------------------------------------------


def test_a_change_is_started_from_the_record(practice, csr):
    assignment = in_care(practice)
    assert reverse("reassign-start", args=[assignment.client_id]) in words(csr.get(f"/clients/{assignment.client_id}/"))
    answer = csr.post(reverse("reassign-start", args=[assignment.client_id]), given(assignment))
    case = Reassignment.objects.get().case
    assert answer["Location"] == reverse("case", args=[case.pk])
    page = words(csr.get(f"/clients/{assignment.client_id}/"))
    assert "Go on with the change of clinician" in page
    assert "Reassignment" in page


def test_what_is_missing_is_said_and_nothing_is_lost(practice, csr):
    assignment = in_care(practice)
    answer = csr.post(reverse("reassign-start", args=[assignment.client_id]), given(assignment, reason=""))
    assert answer.status_code == 422
    assert "Choose a reason." in words(answer)
    assert "Too far apart" in words(answer)


def test_who_has_ended_is_led_to_a_return(practice, csr):
    assignment = in_care(practice)
    TerminationFactory(client=assignment.client, clinician=practice.old, ended_on=dates.today())
    page = words(csr.get(reverse("reassign-start", args=[assignment.client_id])))
    assert "returning client" in page
    assert reverse("return-start", args=[assignment.client_id]) in page


def test_a_change_is_shown_once_while_both_clinicians_are_on_record(practice, csr):
    assignment = in_care(practice)
    start(practice, assignment)
    AssignmentFactory(client=assignment.client, clinician=practice.new, service=assignment.service)
    page = words(csr.get(reverse("reassign-start", args=[assignment.client_id])))
    assert page.count("go on with it") == 1


def test_which_of_two_services_is_chosen_and_the_one_under_way_is_shown(practice, csr):
    assignment = in_care(practice)
    AssignmentFactory(client=assignment.client, clinician=practice.old, service="medication")
    start(practice, assignment)
    page = words(csr.get(reverse("reassign-start", args=[assignment.client_id])))
    assert "go on with it" in page
    assert "medication management" in page


@pytest.mark.parametrize(
    "sent", [{"assignment": "99999"}, {"assignment": "x"}, {"service": "massage"}, {"reason": "-"}]
)
def test_values_made_by_hand_are_refused(practice, csr, sent):
    assignment = in_care(practice)
    answer = csr.post(reverse("reassign-start", args=[assignment.client_id]), given(assignment) | sent)
    assert answer.status_code == 422
    assert not Reassignment.objects.exists()


def test_a_clinicians_request_is_put_aside_with_a_reason(practice, csr):
    asked = HandoverFactory(assignment=in_care(practice), because="Wants evenings")
    assert "Wants evenings" in words(csr.get(reverse("reassign-asked", args=[asked.pk])))
    assert csr.post(reverse("reassign-aside", args=[asked.pk]), {"because": " "}).status_code == 422
    csr.post(reverse("reassign-aside", args=[asked.pk]), {"because": "Stays after all"})
    assert Handover.objects.get().because == "Wants evenings Put aside: Stays after all"
    page = words(csr.get(reverse("reassign-asked", args=[asked.pk])))
    assert "Casey Desk took this request up" in page
    assert "Start the change" not in page


# --- The tracker ----------------------------------------------------------------------------------------------------


def test_the_tracker_has_the_fields_of_a_finished_change(practice):
    case = start(practice, in_care(practice), because="Too far apart")
    up_to_first_visit(case, practice)
    do(case, "first_visit", practice.csr, how="kept", on=dates.today().isoformat())
    line = {column.label: column.text(rows().get(case=case)) for column in COLUMNS}
    today = str(dates.today())
    shown = {
        "Asked for by": "The client", "Reason": "Not a good fit", "As asked": "Too far apart",
        "Clarifying answer": "Somebody who works with grief", "Leaves": "Abena Osei", "Goes to": "Luis Duarte",
        "Visit": "Session", "Removal": "Asked for", "First visit kept": today, "Phone and e-mail confirmed": today,
    }  # fmt: skip
    assert {label: line[label] for label in shown} == shown
    assert line["New clinician told"] and line["Previous clinician told"]


@pytest.mark.parametrize(
    ("query", "count"),
    [("reason=fit", 1), ("reason=schedule", 1), ("initiator=clinician", 1), ("stage=waitlist", 1), ("repeated=on", 1),
     ("", 3), ("asked_from=2999-01-01", 0)],
)  # fmt: skip
def test_the_tracker_is_filtered(query, count):
    from django.http import QueryDict

    ReassignmentFactory()
    ReassignmentFactory(reason="schedule", stage="waitlist", initiator="clinician")
    ReassignmentFactory(reason="other", changes=2)
    assert TrackerFilter(QueryDict(query), queryset=Reassignment.objects.all()).qs.count() == count


def test_the_tracker_comes_as_a_file_and_its_taking_is_recorded(practice, csr):
    ReassignmentFactory()
    answer = csr.get(reverse("reassign-tracker-file", args=["csv"]))
    assert answer.content.decode("utf-8-sig").splitlines()[0].startswith("Asked on,Client,Record no.")
    assert Event.objects.filter(verb="tracker.exported").count() == 1
    assert csr.get(reverse("reassign-tracker-file", args=["xlsx"])).content[:2] == b"PK"
    assert csr.get(reverse("reassign-tracker-file", args=["pdf"])).status_code == 404
    assert csr.get(reverse("reassign-tracker-file", args=["csv"]) + "?reason=nonsense").status_code == 422


def test_the_tracker_takes_as_many_statements_for_many_as_for_few(practice, csr, django_assert_max_num_queries):
    for _ in range(8):
        ReassignmentFactory()
    csr.get(reverse("reassign-tracker"))
    with django_assert_max_num_queries(16):
        csr.get(reverse("reassign-tracker"))


# --- Home and demo --------------------------------------------------------------------------------------------------


def test_each_sees_their_own_work(practice):
    case = start(practice, in_care(practice))
    Reassignment.objects.filter(case=case).update(changes=2)
    HandoverFactory(assignment=in_care(practice))
    lists = {one.title: one.total for one in waiting_for(practice.csr)}
    assert (lists["Your open changes of clinician"], lists["Changes asked for by clinicians"]) == (1, 1)
    assert {one.title: one.total for one in waiting_for(practice.other_csr)}["Open changes of clinician of others"] == 1
    assert {one.title: one.total for one in waiting_for(practice.manager)}["Clients who change clinician often"] == 1
    assert waiting_for(practice.billing) == []


def test_the_demo_has_a_case_for_each_rule_and_begins_them_once(practice):
    ClinicianFactory(ref="CL-02")
    ClinicianFactory(ref="CL-30", openings=["Thu 18:00"])
    for _ in range(2):
        begin_reassignments()
    assert Reassignment.objects.count() == len(STORIES)
    kept = {f"{row.client.first_name} {row.client.last_name}": row for row in Reassignment.objects.all()}
    assert kept["Petra Thirdtime"].changes == 2
    assert kept["Felicia Firstvisit"].stage == "removal_pending"
    assert kept["Winifred Waits"].stage == "waitlist"
    assert Offer.objects.count() == 1
    ages = [
        Client.objects.get(last_name="Sixmonths", first_name=name).last_intake_on for name in ("Marguerite", "Marcel")
    ]
    assert (ages[0] - ages[1]).days == 1
