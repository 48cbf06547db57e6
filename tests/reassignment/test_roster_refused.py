"""What is not done to a roster: each with its sentence, and nothing changed."""

from datetime import timedelta

import pytest

from lwg_intake import dates
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.records.models import Handover
from reassignment.actions import departures, roster
from reassignment.models import RosterChange
from tests.factories.access import UserFactory
from tests.factories.records import AppointmentFactory, AssignmentFactory, ClientFactory, ClinicianFactory
from tests.reassignment.leaving import leaving

pytestmark = pytest.mark.django_db
TOMORROW = dates.today() + timedelta(days=1)


@pytest.fixture
def p():
    return leaving(2)


def at(row, **more):
    row.refresh_from_db()
    return {"row_id": row.pk, "version": row.version} | more


def would_like(p, preference, **more):
    words = {"talked_on": None, "wanted_id": None, "note": ""} | more
    return roster.write_preference(**at(p.rows[0], preference=preference, **words), by=p.manager)


def settled(p, **more):
    return roster.settle(**at(p.rows[0], with_words="", **more), by=p.manager)


def struck(p, because="Ended in March"):
    return roster.strike(**at(p.rows[0], because=because), by=p.manager)


def added(p, ref, service=""):
    return roster.add(departure_id=p.departure.pk, client_ref=ref, service=service, by=p.manager)


def over(p):
    return AppointmentFactory(client=AssignmentFactory(
        clinician=p.clinician, started_on=dates.today() - timedelta(days=30), ended_on=dates.today(),
    ).client, clinician=p.clinician, starts_at=dates.start_of(dates.today() - timedelta(days=30)))  # fmt: skip


# What is tried, and the beginning of the sentence that refuses it.
REFUSED = {
    "struck for no reason": (lambda p: struck(p, " "), "Say why this client is struck"),
    "struck twice": (lambda p: (struck(p), struck(p)), "This is settled already: struck"),
    "put back while on it": (lambda p: roster.restore(**at(p.rows[0]), by=p.manager), "This client is not struck"),
    "added twice": (lambda p: added(p, p.rows[0].assignment.client.ref), "Ada Brightwater"),
    "added without a visit": (lambda p: added(p, ClientFactory().ref, "therapy"), "Record number"),
    "added after the end": (lambda p: added(p, over(p).client.ref), "Ada Brightwater"),
    "talked tomorrow": (lambda p: would_like(p, "", talked_on=TOMORROW), "The talk cannot lie in the future"),
    "a wish of who is struck": (lambda p: (struck(p), would_like(p, "follow")), "This client is struck"),
    "somebody, but who": (lambda p: would_like(p, "named"), "Choose the clinician whom the client would like"),
    "who leaves too": (
        lambda p: would_like(p, "named", wanted_id=p.clinician.pk),
        "This clinician leaves as well, or is not here any more",
    ),
    "settled without a wish": (lambda p: settled(p), "This client goes on here"),
    "paused until today": (
        lambda p: (would_like(p, "pause"), settled(p, ring_again_on=dates.today())),
        "",
    ),
    "followed to nowhere": (lambda p: (would_like(p, "follow"), settled(p)), ""),
    "unsettled for no reason": (
        lambda p: roster.unsettle(**at(p.rows[0], because=" "), by=p.manager),
        "Say what changed",
    ),
    "unsettled while pending": (
        lambda p: roster.unsettle(**at(p.rows[0], because="Rang"), by=p.manager),
        "This row is not settled in a way",
    ),
    "reassigned though they would end": (
        lambda p: (would_like(p, "end"), roster.reassign(**at(p.rows[0]), by=p.csr)),
        "The client would like: ",
    ),
    "reassigned twice": (
        lambda p: (roster.reassign(**at(p.rows[0]), by=p.csr), struck(p)),
        "The reassignment of this client is open",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_a_sentence(p, name):
    tried, words = REFUSED[name]
    with pytest.raises(Refusal, match=f"^{words}") as refusal:
        tried(p)
    assert str(refusal.value).endswith((".", "?"))


def test_a_closing_is_asked_for_once(p):
    would_like(p, "end")
    roster.settle(**at(p.rows[0], with_words="By choice"), by=p.manager)
    for again in (settled, struck, lambda p: roster.reassign(**at(p.rows[0]), by=p.csr)):
        with pytest.raises(Refusal, match="asked for"):
            again(p)
    assert Handover.objects.count() == 1


def test_a_closing_that_was_asked_for_elsewhere_is_not_asked_for_again(p):
    Handover.objects.create(
        kind="close", assignment=p.rows[0].assignment, because="Asked on the client's page", asked_by=p.csr
    )
    would_like(p, "end")
    with pytest.raises(Refusal, match="asked for already"):
        roster.settle(**at(p.rows[0], with_words="By choice"), by=p.manager)


def test_nothing_is_changed_in_a_departure_that_is_over(p):
    departures.withdraw(departure_id=p.departure.pk, because="Stays after all", by=p.manager)
    with pytest.raises(Refusal, match="nothing is changed in it"):
        struck(p)


def test_who_belongs_on_it_is_said_by_the_clinician_or_who_runs_it(p):
    other = UserFactory(roles=["clinician"])
    ClinicianFactory(account=other)
    for by, error in ((p.csr, NotAllowed), (UserFactory(roles=["billing"]), NotAllowed), (other, NotThere)):
        for deed in (roster.confirm, roster.restore):
            with pytest.raises(error):
                deed(**at(p.rows[0]), by=by)
    for deed in (roster.verify, lambda **of: roster.add(client_ref="LW-1", service="", **of)):
        with pytest.raises((NotAllowed, NotThere)):
            deed(departure_id=p.departure.pk, by=p.csr)
    assert not RosterChange.objects.filter(by__in=[p.csr, other]).exists()


def test_who_comes_second_is_told_who_came_first(p):
    seen = at(p.rows[0])
    would_like(p, "follow")
    with pytest.raises(Stale, match=f"Someone else changed this row: {p.manager}, at .* Yours is not saved"):
        roster.confirm(**seen, by=p.therapist)


def test_what_is_written_again_changes_nothing(p):
    would_like(p, "follow", note="Asked twice")
    version = at(p.rows[0])["version"]
    assert would_like(p, "follow", note="Asked twice").version == version
    assert would_like(p, "follow", note="").changed == "Note removed"
