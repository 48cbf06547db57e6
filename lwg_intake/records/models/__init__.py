from lwg_intake.records.models.care import Assignment, Episode, Handover, PlaceHold, Removal, Termination
from lwg_intake.records.models.coverage import Arrangement, Balance, Document, InsurancePolicy, OmhcAssessment
from lwg_intake.records.models.events import Appointment, Contact
from lwg_intake.records.models.keeping import LegalHold, RecordDecision
from lwg_intake.records.models.people import Client, Clinician

__all__ = [
    "Appointment",
    "Arrangement",
    "Assignment",
    "Balance",
    "Client",
    "Clinician",
    "Contact",
    "Document",
    "Episode",
    "Handover",
    "InsurancePolicy",
    "LegalHold",
    "OmhcAssessment",
    "PlaceHold",
    "RecordDecision",
    "Removal",
    "Termination",
]
