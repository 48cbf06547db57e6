"""A departure from the notice to the end: its roster, its rights, its e-mail, and that it cannot close too early."""

from datetime import timedelta

import pytest

from lwg_intake import dates
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.policy.models import Setting
from lwg_intake.records.models import Assignment, Client, Handover
from lwg_intake.records.places import offers
from reassignment import departure_sweeps
from reassignment.actions import departures, mailing, roster
from reassignment.models import Departure, RosterChange
from reassignment.selectors import departures as selectors
from reassignment.selectors import monitoring
from tests.factories.access import UserFactory
from tests.factories.records import (
    AppointmentFactory,
    AssignmentFactory,
    ClientFactory,
    ClinicianFactory,
    InsurancePolicyFactory,
    TerminationFactory,
)
from tests.pages import signed_in, words
from tests.reassignment.leaving import Leaving, leaving, line, names

pytestmark = pytest.mark.django_db


@pytest.fixture
def p(settings) -> Leaving:
    settings.ADMIN_TEAM_EMAIL = "admin.team@example.com"
    return leaving(3)


def test_the_roster_is_made_from_the_running_assignments_of_that_clinician():
    clinician, other = ClinicianFactory(), ClinicianFactory()
    here = AssignmentFactory(clinician=clinician)
    AssignmentFactory(clinician=other)
    AssignmentFactory(clinician=clinician, ended_on=dates.today())
    gone = AssignmentFactory(clinician=clinician)
    TerminationFactory(client=gone.client, clinician=clinician, ended_on=dates.today())
    manager = UserFactory(roles=["transition_manager"])
    made = departures.open_departure(
        clinician_id=clinician.pk, kind="resignation", notice_on=dates.today(), last_day=dates.today(), by=manager
    )
    assert [row.assignment_id for row in made.rows.all()] == [here.pk]


def test_supervisor_and_admin_team_are_told_once_and_it_is_seen_when(p):
    told = Message.objects.filter(template="T27")
    assert sorted(told.values_list("to", flat=True)) == sorted(["admin.team@example.com", p.supervisor.email])
    Message.objects.filter(template="T27").update(status="sent", sent_at=p.departure.opened_at)
    page = words(signed_in(p.manager).get(f"/departures/{p.departure.pk}/"))
    assert "Admin team: sent" in page and f"Supervisor ({p.supervisor}): sent" in page


def test_from_the_notice_on_the_match_offers_the_clinician_to_nobody_until_it_is_withdrawn(p):
    from lwg_intake.records.matching import Needs, left_out

    needs = Needs(service="therapy", on=dates.today())
    assert any("has given notice" in why for why in left_out(needs, offers(p.clinician.pk)[0]))
    departures.withdraw(departure_id=p.departure.pk, because="Stays after all", by=p.manager)
    assert left_out(needs, offers(p.clinician.pk)[0]) == []


@pytest.mark.parametrize("role", ["csr", "clinician", "supervisor", "billing", "administrator"])
def test_only_those_who_run_departures_open_one(role):
    with pytest.raises(NotAllowed):
        departures.open_departure(
            clinician_id=ClinicianFactory().pk, kind="resignation", notice_on=dates.today(), last_day=dates.today(),
            by=UserFactory(roles=[role]),
        )  # fmt: skip


def test_what_contradicts_itself_is_refused_in_words(p):
    today = dates.today()
    more = {"clinician_id": ClinicianFactory().pk, "by": p.manager}
    with pytest.raises(Refusal, match="before the notice"):
        departures.open_departure(kind="resignation", notice_on=today, last_day=today - timedelta(days=1), **more)
    with pytest.raises(Refusal, match="a month or less"):
        departures.open_departure(
            kind="leave", notice_on=today, last_day=today, back_on=today + timedelta(days=20), **more
        )
    with pytest.raises(Refusal, match="open already"):
        departures.open_departure(
            kind="resignation", notice_on=today, last_day=today, clinician_id=p.clinician.pk, by=p.manager
        )


def test_a_clinician_sees_their_own_roster_only_and_a_supervisor_the_teams(p):
    other = leaving(1)
    mine = signed_in(p.therapist)
    assert mine.get(f"/departures/{p.departure.pk}/").status_code == 200
    assert mine.get(f"/departures/{other.departure.pk}/").status_code == 404
    assert mine.get(f"/departures/rows/{other.rows[0].pk}/").status_code == 404
    boss = UserFactory(roles=["supervisor"])
    p.supervisor.account = boss
    p.supervisor.save()
    assert signed_in(boss).get(f"/departures/{p.departure.pk}/").status_code == 200
    with pytest.raises(NotAllowed):
        roster.confirm(row_id=p.rows[0].pk, version=1, by=boss)
    with pytest.raises(NotThere):
        roster.confirm(row_id=other.rows[0].pk, version=1, by=p.therapist)


def test_the_clinician_verifies_strikes_with_a_reason_and_adds(p):
    with pytest.raises(Refusal, match="Say why"):
        roster.strike(row_id=p.rows[0].pk, because=" ", version=1, by=p.therapist)
    roster.strike(row_id=p.rows[0].pk, because="Ended in March", version=1, by=p.therapist)
    missing = ClientFactory(last_name="Forgotten")
    with pytest.raises(Refusal, match="neither"):
        roster.add(departure_id=p.departure.pk, client_ref=missing.ref, service="", by=p.therapist)
    AppointmentFactory(client=missing, clinician=p.clinician)
    roster.add(departure_id=p.departure.pk, client_ref=missing.ref.lower(), service="", by=p.therapist)
    assert Assignment.objects.running().filter(client=missing, clinician=p.clinician).exists()
    with pytest.raises(Refusal, match="on the roster already"):
        roster.add(departure_id=p.departure.pk, client_ref=missing.ref, service="", by=p.therapist)
    roster.verify(departure_id=p.departure.pk, by=p.therapist)
    found = selectors.of(p.departure)
    assert sorted(found_line.standing for found_line in found) == ["added", "confirmed", "confirmed", "struck"]
    roster.restore(row_id=p.rows[0].pk, version=2, by=p.therapist)
    assert line(p.rows[0]).is_pending


def test_who_changed_what_is_kept_and_the_second_of_two_is_told_who_was_first(p):
    row = p.rows[0]
    say = {"talked_on": dates.today(), "wanted_id": None, "row_id": row.pk, "version": 1}
    roster.write_preference(preference="any", note="", by=p.therapist, **say)
    with pytest.raises(Stale, match=f"Someone else changed this row: {p.therapist}"):
        roster.write_preference(preference="end", note="", by=p.csr, **say)
    assert list(RosterChange.objects.filter(row=row).values_list("version", "by")) == [
        (2, p.therapist.pk),
        (1, p.manager.pk),
    ]


def test_a_stale_form_keeps_what_was_typed_and_says_who_was_first(p):
    row = p.rows[0]
    roster.confirm(row_id=row.pk, version=1, by=p.therapist)
    answer = signed_in(p.csr).post(
        f"/departures/rows/{row.pk}/preference/", {"version": 1, "preference": "refer", "note": "Moves to Ohio"}
    )
    assert answer.status_code == 409
    page = words(answer)
    assert "Someone else changed this row" in page and "Moves to Ohio" in page and 'name="version" value="2"' in page


def test_a_named_clinician_who_leaves_too_cannot_be_chosen(p):
    other = leaving(0)
    with pytest.raises(Refusal, match="leaves as well"):
        roster.write_preference(
            row_id=p.rows[0].pk, talked_on=None, preference="named", wanted_id=other.clinician.pk, note="", version=1,
            by=p.csr,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("preference", "with_words", "outcome", "closing"),
    [
        ("follow", "Release signed", "follows", True),
        ("refer", "Three names given", "referred", True),
        ("pause", "", "paused", False),
        ("end", "", "pending", True),
    ],
)
def test_each_other_way_has_what_it_needs(p, preference, with_words, outcome, closing):
    row = p.rows[0]
    roster.write_preference(
        row_id=row.pk, talked_on=None, preference=preference, wanted_id=None, note="", version=1, by=p.csr
    )
    if preference != "end":
        with pytest.raises(Refusal):
            roster.settle(row_id=row.pk, with_words="", version=2, by=p.csr)
    again = dates.today() + timedelta(days=30) if preference == "pause" else None
    roster.settle(row_id=row.pk, with_words=with_words, ring_again_on=again, version=2, by=p.csr)
    assert line(row).outcome == outcome
    assert Handover.objects.filter(kind="close", assignment=row.assignment).exists() is closing


def test_who_ends_by_choice_is_ended_once_the_termination_is_on_record(p):
    row = p.rows[0]
    roster.write_preference(
        row_id=row.pk, talked_on=None, preference="end", wanted_id=None, note="", version=1, by=p.csr
    )
    roster.settle(row_id=row.pk, with_words="", version=2, by=p.csr)
    assert (line(row).phase, line(row).outcome) == ("ending", "pending")
    TerminationFactory(client=row.assignment.client, clinician=p.clinician, ended_on=dates.today())
    assert line(row).outcome == "ended"


def test_a_departure_does_not_close_while_anybody_is_pending_and_says_who(p):
    with pytest.raises(Refusal) as refused:
        departures.close(departure_id=p.departure.pk, by=p.manager)
    assert all(name in str(refused.value) for name in names(p))
    for row in p.rows:
        roster.strike(row_id=row.pk, because="Ended long ago", version=1, by=p.therapist)
    departures.close(departure_id=p.departure.pk, by=p.manager)
    assert Departure.objects.get().status == "closed"
    with pytest.raises(Refusal, match="closed"):
        roster.restore(row_id=p.rows[0].pk, version=2, by=p.therapist)


def test_the_e_mail_goes_once_to_each_where_they_allow_it(p):
    refuses, nowhere, gets = (row.assignment.client for row in p.rows)
    refuses.email_ok = False
    refuses.save()
    nowhere.email = ""
    nowhere.save()
    mailing.start(departure_id=p.departure.pk, options="Choose", reply_by_on=dates.today() + timedelta(3), by=p.manager)
    assert list(Message.objects.filter(template="T15").values_list("client", flat=True)) == [gets.pk]
    by_hand = [x.row["client"] for x in selectors.of(p.departure) if x.row["unmailed_because"]]
    assert sorted(by_hand) == sorted([refuses.pk, nowhere.pk])
    with pytest.raises(Stale, match="started this e-mail already"):
        mailing.start(
            departure_id=p.departure.pk, options="Choose", reply_by_on=dates.today() + timedelta(3), by=p.csr_manager
        )
    nowhere.email = "now@example.com"
    nowhere.save()
    assert mailing.write_rest(departure_id=p.departure.pk, by=p.manager) == 1
    assert Message.objects.filter(template="T15").count() == 2


def test_the_e_mail_is_stopped_at_once_and_resumed(p):
    mailing.start(departure_id=p.departure.pk, options="Choose", reply_by_on=dates.today() + timedelta(3), by=p.manager)
    first = Message.objects.filter(template="T15").first()
    Message.objects.filter(pk=first.pk).update(status="sent", sent_at=first.created_at)
    assert mailing.stop(departure_id=p.departure.pk, because="Wrong day", by=p.manager) == 2
    assert sorted(Message.objects.filter(template="T15").values_list("status", flat=True)) == ["held", "held", "sent"]
    page = words(signed_in(p.manager).get(f"/departures/{p.departure.pk}/mail/"))
    assert "Stopped" in page and "held back" in page
    assert mailing.resume(departure_id=p.departure.pk, by=p.manager) == 2


def test_a_bounce_comes_back_to_the_row(p):
    mailing.start(departure_id=p.departure.pk, options="Choose", reply_by_on=dates.today() + timedelta(3), by=p.manager)
    Message.objects.filter(client=p.rows[0].assignment.client).update(status="bounced")
    page = words(signed_in(p.csr).get(f"/departures/{p.departure.pk}/"))
    assert page.count("E-mail: came back") == 1


def test_withdrawn_holds_back_what_has_not_left_and_lists_who_was_told(p):
    mailing.start(departure_id=p.departure.pk, options="Choose", reply_by_on=dates.today() + timedelta(3), by=p.manager)
    told = p.rows[0]
    Message.objects.filter(template="T15", client=told.assignment.client).update(
        status="sent", sent_at=p.departure.opened_at
    )
    departures.withdraw(departure_id=p.departure.pk, because="Stays after all", by=p.manager)
    assert sorted(Message.objects.filter(template="T15").values_list("status", flat=True)) == ["held", "held", "sent"]
    browser = signed_in(p.manager)
    page = words(browser.get(f"/departures/{p.departure.pk}/"))
    assert "Told already: put it right" in page and "nothing changes for you" in page
    assert browser.post(f"/departures/rows/{told.pk}/correct/", {"back": "roster"}).status_code == 302
    correction = Message.objects.get(key__contains="correction")
    assert correction.client == told.assignment.client and "stays" in correction.body
    with pytest.raises(Refusal):
        mailing.correct(row_id=p.rows[1].pk, by=p.manager)


def test_the_correction_goes_to_everyone_who_was_told_at_once_and_to_nobody_twice(p):
    mailing.start(departure_id=p.departure.pk, options="Choose", reply_by_on=dates.today() + timedelta(3), by=p.manager)
    Message.objects.filter(template="T15").update(status="sent", sent_at=p.departure.opened_at)
    departures.withdraw(departure_id=p.departure.pk, because="Stays after all", by=p.manager)
    mailing.correct(row_id=p.rows[0].pk, by=p.manager)
    Client.objects.filter(pk=p.rows[1].assignment.client_id).update(email="")
    browser = signed_in(p.manager)
    assert "Send the correction to 2 clients" in words(browser.get(f"/departures/{p.departure.pk}/"))
    page = words(browser.post(f"/departures/{p.departure.pk}/do/correct/", follow=True))
    assert "on its way to 1 client." in page and f"Ring or post: {p.rows[1].assignment.client.name}." in page
    assert Message.objects.filter(key__contains="correction").count() == 2
    Client.objects.filter(pk=p.rows[1].assignment.client_id).update(email="again@example.com")
    assert mailing.correct_all(departure_id=p.departure.pk, by=p.manager) == (1, [])
    with pytest.raises(Refusal, match="already"):
        mailing.correct_all(departure_id=p.departure.pk, by=p.manager)


@pytest.mark.parametrize(("back", "says"), [(90, "is going on leave and plans to be back on"), (None, "on leave. The")])
def test_the_e_mail_about_a_leave_says_so_and_offers_nobody_to_follow(p, back, says):
    back_on = back and p.departure.last_day + timedelta(back)
    Departure.objects.filter(pk=p.departure.pk).update(kind="leave", back_on=back_on)
    page = words(signed_in(p.manager).get(f"/departures/{p.departure.pk}/mail/"))
    assert says in page and "pause until your clinician is back" in page
    assert "is leaving" not in page and "follow your clinician" not in page


def test_nothing_is_left_to_stop_when_every_e_mail_has_left(p):
    mailing.start(departure_id=p.departure.pk, options="Choose", reply_by_on=dates.today() + timedelta(3), by=p.manager)
    Message.objects.filter(template="T15").update(status="sent", sent_at=p.departure.opened_at)
    page = words(signed_in(p.manager).get(f"/departures/{p.departure.pk}/mail/"))
    assert "Everyone who can be e-mailed has been written to" in page and "Stop at once" not in page
    assert RosterChange.objects.filter(row__departure=p.departure).count() == 3


def test_what_lacks_is_named_by_insurance(p):
    ClinicianFactory(capacity=1, payers=["Cigna"], states=["MD"])
    for row in p.rows[:2]:
        InsurancePolicyFactory(client=row.assignment.client, payer="Cigna")
    found = selectors.of(p.departure)
    assert [(lack.what, lack.clients, lack.free) for lack in monitoring.lacks(p.departure, found)][0] == (
        "Therapy · Cigna · MD", 2, 1,
    )  # fmt: skip


@pytest.mark.parametrize(("days", "due"), [(2, False), (3, True)])
def test_a_review_is_due_every_three_days_or_as_policy_has_it(p, days, due):
    Departure.objects.update(opened_at=p.departure.opened_at - timedelta(days=days))
    assert ("Rosters to review" in words(signed_in(p.manager).get("/"))) is due
    Setting.objects.create(key="roster_review_days", value=9, effective_on=dates.today(), source="a test")
    assert "Rosters to review" not in words(signed_in(p.manager).get("/"))
    departures.review(departure_id=p.departure.pk, by=p.manager)


def test_the_roster_reads_the_same_statements_for_three_clients_as_for_thirty(p, django_assert_num_queries):
    with django_assert_num_queries(3):
        selectors.lines(p.departure.rows.all(), p.numbers)
    for _ in range(27):
        departures.put_on(p.departure, [AssignmentFactory(clinician=p.clinician)], "Added", p.manager)
    with django_assert_num_queries(3):
        assert len(selectors.lines(p.departure.rows.all(), p.numbers)) == 30


def test_a_page_that_asks_again_gets_nothing_until_something_changed(p):
    browser = signed_in(p.csr)
    people, beside = selectors.pulse([p.departure.pk])
    shown = ",".join(str(row.pk) for row in p.rows)
    asked = {"pulse": f"{people}.{beside}", "since": p.departure.opened_at.isoformat(), "rows": shown}
    address = f"/departures/{p.departure.pk}/changes/"
    assert browser.get(address, asked).status_code == 204
    p.departure.rows.update(changed_at=p.departure.opened_at - timedelta(minutes=5))
    roster.confirm(row_id=p.rows[1].pk, version=1, by=p.therapist)
    answer = browser.get(address, asked)
    assert answer.status_code == 200 and f'id="row-{p.rows[1].pk}"' in answer.content.decode()
    assert f'id="row-{p.rows[0].pk}"' not in answer.content.decode()


def test_who_has_not_verified_is_reminded_every_three_days_and_never_twice_a_day(p):
    today = dates.today()

    def remind(days):
        return departure_sweeps.remind(today + timedelta(days=days))

    assert [remind(2), remind(3), remind(3)] == [0, 1, 0]
    assert Message.objects.filter(template="T16").count() == 1
    roster.verify(departure_id=p.departure.pk, by=p.therapist)
    assert remind(9) == 0


def test_who_is_back_from_leave_is_offered_again(p):
    leaver = ClinicianFactory()
    made = departures.open_departure(
        clinician_id=leaver.pk, kind="leave", notice_on=dates.today(), last_day=dates.today(), by=p.manager
    )
    with pytest.raises(Refusal, match="closed"):
        departures.come_back(departure_id=made.pk, by=p.manager)
    departures.close(departure_id=made.pk, by=p.manager)
    browser = signed_in(p.manager)
    assert "Back from leave" in words(browser.get(f"/departures/{made.pk}/"))
    assert browser.post(f"/departures/{made.pk}/do/back/").status_code == 302
    leaver.refresh_from_db()
    assert leaver.leaving_on is None
    with pytest.raises(Refusal, match="already"):
        departures.come_back(departure_id=made.pk, by=p.manager)
