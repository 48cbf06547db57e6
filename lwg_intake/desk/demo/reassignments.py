"""The demo's changes of clinician: each client asks for somebody else at a step that shows one rule at work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.checklists import actions
from lwg_intake.checklists.board import board
from lwg_intake.checklists.models import Case, Draft
from lwg_intake.desk.demo.staff import CAREFIRST, MEDICAID
from lwg_intake.records.models import Assignment, Balance, Client, Clinician, Document, Handover, InsurancePolicy
from lwg_intake.records.rules import DocumentState
from reassignment.actions import offers
from reassignment.actions.requests import open_reassignment
from reassignment.models import Reassignment
from reassignment.rules.words import Initiator, Reason
from reassignment.selectors.waiting import waiting

FIRST_REF = 29_001
BASICS = ("reason", "demographics", "insurance", "balance", "portal")


@dataclass(frozen=True)
class Story:
    """One invented client: why the change, and up to which step it went.

    `intake` is the age of the last intake on the day of the visit, in months and days beyond them.
    """

    name: str
    reason: Reason
    words: str
    upto: str = ""
    intake: tuple[int, int] = (3, 0)
    medicaid: bool = False
    balance: str = "0"
    earlier: int = 0
    wishes: str = ""
    visit_in: int = 7


# The first two: a visit on the day six months after the last intake is a session, a day later it is an intake.
STORIES = (
    Story("Marguerite Sixmonths", Reason.FIT, "Wants a calmer pace.", "match", intake=(6, 0)),
    Story("Marcel Sixmonths", Reason.FIT, "Wants more direct advice.",
          "match", intake=(6, 1)),
    Story("Lucinda Assess", Reason.FIT, "Would feel safer with a woman.", "insurance", medicaid=True),
    Story("Bram Newcard", Reason.INSURANCE, "New job, new insurance from this month.", "reason"),
    Story("Petra Thirdtime", Reason.OTHER, "Feels not understood, again.", earlier=2),
    Story("Otto Owing", Reason.SCHEDULE, "Works nights now and can come in the morning only.", "reason",
          balance="42.50"),
    Story("Felicia Firstvisit", Reason.FIT, "Wants somebody who knows grief.", "note", visit_in=-1),
    Story("Winifred Waits", Reason.SCHEDULE, "Only evenings after six.", "waitlist", wishes="18:00"),
    Story("Walter Waits", Reason.FIT, "Would speak Spanish.", "waitlist", wishes="Mon"),
)  # fmt: skip


def begin_reassignments() -> None:
    """Start them as the desk would; once. Needs the practice and the sign-ins."""
    csr = User.objects.filter(roles__contains=[Role.CSR]).order_by("pk").first()
    old = Clinician.objects.filter(ref="CL-02").first()
    if csr is None or old is None or Client.objects.filter(ref=f"LW-{FIRST_REF}").exists():
        return
    if Reassignment.objects.filter(initiator=Initiator.CLIENT).exists():
        return
    with transaction.atomic():
        for number, story in enumerate(STORIES):
            _play(story, _client(story, FIRST_REF + number), old, csr)
        _ask_for_one(csr)
        _offer_one(csr)


def _client(story: Story, number: int) -> Client:
    first, last = story.name.split(" ")
    today = dates.today()
    months, days = story.intake
    client = Client.objects.create(
        ref=f"LW-{number}", first_name=first, last_name=last, dob=date(1979 + number % 20, 5, 1 + number % 27),
        email=f"{first.lower()}.{last.lower()}@example.com", phone=f"(301) 555-01{number % 100:02}",
        address=f"{number % 90 + 1} Sycamore Lane", city="Rockville", state="MD", postal_code="20850",
        language="English", email_ok=True, text_ok=True, portal="active",
        last_intake_on=dates.months_before(today + timedelta(days=story.visit_in), months) - timedelta(days=days),
    )  # fmt: skip
    InsurancePolicy.objects.create(
        client=client, payer=MEDICAID if story.medicaid else CAREFIRST,
        payer_class="medicaid" if story.medicaid else "commercial", state="MD", member_id=f"M{number}", active="yes",
        verified_on=today - timedelta(days=3),
    )  # fmt: skip
    Balance.objects.create(client=client, amount=story.balance, as_of=today - timedelta(days=2))
    return client


def _play(story: Story, client: Client, old: Clinician, csr: User) -> None:
    today = dates.today()
    for back in range(story.earlier, 0, -1):
        before = Clinician.objects.exclude(pk=old.pk).order_by("ref")[back - 1]
        started_on = today - timedelta(days=110 * back + 20)
        Assignment.objects.create(client=client, clinician=before, service="therapy", started_on=started_on,
                                  ended_on=started_on + timedelta(days=100))  # fmt: skip
    assignment = Assignment.objects.create(
        client=client, clinician=old, service="therapy",
        started_on=today - timedelta(days=30 if story.earlier else 200),
    )  # fmt: skip
    signed = {"state": DocumentState.SIGNED, "sent_on": assignment.started_on, "signed_on": assignment.started_on}
    Document.objects.create(client=client, kind="Consent for treatment", **signed)
    Document.objects.create(client=client, clinician=old, kind="About Me", **signed)
    case = open_reassignment(
        assignment=assignment, reason=story.reason, initiator=Initiator.CLIENT, because=story.words, by=csr
    )
    if story.upto == "waitlist":
        _tick(case, csr, BASICS, story)
        Draft.objects.create(case=case, step="match", by=csr, fields={"times": story.wishes})
        actions.leave(case_id=case.pk, way=Case.Status.WAITLIST, because="Nobody has such an opening now.", by=csr)
    elif story.upto:
        steps = [*BASICS, "match", "schedule", "assignment", "notice", "new_forms", "removal", "tracker", "note"]
        _tick(case, csr, tuple(steps[: steps.index(story.upto) + 1]), story)


def _tick(case: Case, csr: User, keys: tuple[str, ...], story: Story) -> None:
    """Do these steps with what stands in their fields, and what the story adds."""
    day = dates.today() + timedelta(days=story.visit_in)
    given: dict[str, dict[str, Any]] = {
        "reason": {"reason": story.reason, "clarified": story.words, "preference": ""},
        "insurance": {"active": "yes", "changed": "no", "billing_updated": True},
        "balance": {"told": False},
        "portal": {"forms_state": "complete", "sent": []},
        "match": {"specialties": "", "language": "", "gender": "", "modality": "", "times": story.wishes},
        "schedule": {"on": str(day), "time": "10:00:00", "because": "", "modality": "virtual"},
        "assignment": {"done": True, "started_on": str(min(day, dates.today()))},
        "new_forms": {"sent": ["About Me"]},
    }  # fmt: skip
    for key in keys:
        here = board(Case.objects.select_related("client").get(pk=case.pk))
        row = here.row(key)
        if row is None:
            continue
        known = row.step.form.from_record(here.facts) if row.step.form else {}
        if key == "match" and row.step.context:
            best = row.step.context(here.case, here.facts, given["match"])["fits"][0][0]
            known = {**known, "clinician_id": best.offer.pk}
        actions.tick(case_id=case.pk, step_key=key, fields={**known, **given.get(key, {})}, version=row.version, by=csr)


def _ask_for_one(csr: User) -> None:
    """A clinician asks that a client of theirs goes on with somebody else."""
    asker = User.objects.filter(email="clinician@example.com").first() or csr
    theirs = Assignment.objects.running().filter(clinician__account=asker).order_by("pk").first()
    if theirs:
        Handover.objects.create(
            kind=Handover.Kind.REASSIGN, assignment=theirs, because="Would like somebody with evening hours.",
            asked_by=asker,
        )  # fmt: skip


def _offer_one(csr: User) -> None:
    """The first who waits is offered a place, kept for the practice's days."""
    first = next((one for one in waiting() if one.fits), None)
    if first:
        offers.offer(case_id=first.row.case_id, clinician_id=first.fits[0].offer.pk, by=csr)
