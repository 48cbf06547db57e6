"""The practice's message texts T1 to T29: what each is for, how it leaves, to whom, and what it may say.

The words themselves are files in texts/<channel>/; a manager's changes are rows (models.Wording) on top of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices


class Channel(TextChoices):
    """How a text leaves: through the outbox, or read aloud."""

    EMAIL = "email", "E-mail"
    TEXT = "text", "Text"
    SCRIPT = "script", "Script"


class Audience(TextChoices):
    CLIENT = "client", "Client"
    STAFF = "staff", "Staff"
    CALLER = "caller", "Read aloud by staff"


# What every text may use. The outbox fills these in; `client_first_name` where it is told the client.
COMMON = ("practice_name", "practice_phone", "portal_link", "crisis_line")
TO_CLIENTS = (*COMMON, "client_first_name")

# What says too much for a text message or a voicemail: the service, the reason, what somebody owes or lacks.
TELLING = {
    "service", "kind", "modality", "np_name", "payer", "form_names", "items_missing", "balance", "category",
    "missed_count", "policy_summary", "reason_text_neutral", "referrals", "referral_source", "options", "needs",
    "clinician_name", "location_or_link",
}  # fmt: skip

# What would name a program of a client under 42 CFR Part 2, and what stands there instead.
PROGRAM = {
    "service": "see the record",
    "kind": "an appointment",
    "modality": "see the client portal",
    "np_name": "our colleague",
    "form_names": "the forms in your client portal",
    "needs": "see the record",
}


@dataclass(frozen=True)
class Template:
    """One text of the practice.

    The caller gives `variables`, and `spoken` besides where it is read aloud. Whoever edits the words may leave out
    any variable but those in `keep`.
    """

    key: str
    purpose: str
    audience: Audience
    channels: tuple[Channel, ...]
    variables: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()

    def known(self, channel: str) -> tuple[str, ...]:
        """What its words may use on a channel."""
        names = (*(COMMON if self.audience == Audience.STAFF else TO_CLIENTS), *self.variables)
        if channel == Channel.EMAIL:
            return names
        plain = tuple(name for name in names if name not in TELLING)
        return (*plain, *self.spoken) if channel == Channel.SCRIPT else plain

    def needed(self, channel: str) -> tuple[str, ...]:
        """What its words must use on a channel."""
        return tuple(name for name in self.keep if name in self.known(channel))


_C, _S, _A = Audience.CLIENT, Audience.STAFF, Audience.CALLER
_E, _T, _V = Channel.EMAIL, Channel.TEXT, Channel.SCRIPT
_ENDING = ("end_date", "return_contact", "crisis_line")

TEMPLATES: dict[str, Template] = {
    template.key: template
    for template in (
        Template("T1", "Welcome back, and what is needed next", _C, (_E,),
                 ("csr_name", "items_missing"), keep=("items_missing",)),
        Template("T2", "A balance must be settled first", _C, (_E,),
                 ("balance", "pay_link", "billing_contact"), keep=("balance", "billing_contact")),
        Template("T3", "An attendance commitment to confirm", _C, (_E,),
                 ("notice_hours", "policy_summary"), keep=("notice_hours",)),
        Template("T4", "Under review, with the day of the answer", _C, (_E,),
                 ("reply_by",), keep=("reply_by", "crisis_line")),
        Template("T5", "We cannot offer services; where else to turn", _C, (_E,),
                 ("referral_source",), keep=("referral_source", "crisis_line")),
        Template("T6", "Insurance inactive or changed", _C, (_E, _T), ("payer", "upload_link"), keep=("upload_link",)),
        Template("T7", "Forms to complete", _C, (_E, _T), ("form_names", "due_date"), keep=("due_date",)),
        Template("T8", "Invitation to the client portal", _C, (_E,), ("invite_link",), keep=("invite_link",)),
        Template("T9", "The OMHC assessment is to be booked", _C, (_E, _V),
                 ("np_name", "slots"), keep=("slots",), spoken=("csr_name", "np_name")),
        Template("T10", "Confirmation of an appointment", _C, (_E, _T),
                 ("date", "time", "kind", "modality", "location_or_link"), keep=("date", "time")),
        Template("T11", "A client joined your caseload", _S, (_E,),
                 ("clinician_name", "client_ref", "service", "appointment", "kind", "link"), keep=("client_ref",)),
        Template("T12", "A client moved to another clinician", _S, (_E,),
                 ("clinician_name", "client_ref", "effective_date"), keep=("client_ref", "effective_date")),
        Template("T13", "Remove the previous clinician", _S, (_E,),
                 ("client_ref", "old", "new", "link"), keep=("client_ref", "old")),
        Template("T14", "A decision is needed (C, D, or a severe A)", _S, (_E,),
                 ("category", "end_date", "summary_link"), keep=("summary_link",)),
        Template("T15", "A clinician leaves: the options", _C, (_E,),
                 ("clinician_name", "leaving", "last_day", "options", "reply_by"),
                 keep=("last_day", "options", "reply_by")),
        Template("T16", "Verify your roster", _S, (_E,),
                 ("clinician_name", "roster_link", "due"), keep=("roster_link", "due")),
        Template("T17", "Call and voicemail, attempts 1 and 2", _A, (_V,),
                 ("callback",), keep=("callback",), spoken=("csr_name",)),
        Template("T18", "Follow-up after two calls, by e-mail", _C, (_E,),
                 ("csr_name", "options_link", "reply_by"), keep=("reply_by",)),
        Template("T19", "Follow-up after two calls, by text", _C, (_T,), ("callback",), keep=("callback",)),
        Template("T20", "Not reached: services ended, may return", _C, (_E,),
                 ("clinician_name", "end_date", "return_contact", "referrals"), keep=_ENDING),
        Template("T21", "Still interested? The record will be closed", _C, (_E,),
                 ("last_seen_month", "reply_by"), keep=("reply_by",)),
        Template("T22", "Schedule by a date, or the record is closed", _C, (_E, _V),
                 ("deadline_date",), keep=("deadline_date",), spoken=("csr_name",)),
        Template("T23", "Attendance: services ended, may return", _C, (_E,),
                 ("clinician_name", "end_date", "return_contact", "referrals", "missed_count", "policy_summary"),
                 keep=_ENDING),
        Template("T24", "The general letter at the end", _C, (_E,),
                 ("clinician_name", "end_date", "return_contact", "referrals", "reason_text_neutral"), keep=_ENDING),
        Template("T25", "Questions for a new match", _A, (_V,)),
        Template("T26", "On the transfer list, or a place offered", _C, (_E, _T),
                 ("answer_by", "slot"), keep=("answer_by",)),
        Template("T27", "A clinician has given notice", _S, (_E,),
                 ("clinician_name", "last_day", "active_count", "link"), keep=("last_day", "active_count")),
        Template("T28", "Clients wait for an opening", _S, (_E,), ("clinician_name", "needs"), keep=("needs",)),
        Template("T29", "The week's caseload: how many wait", _S, (_E,),
                 ("clinician_name", "waiting", "closing", "since", "link"), keep=("waiting", "link")),
    )
}  # fmt: skip


def as_markdown() -> str:
    """The templates as a table, for the docs."""
    head = "| text | for | to | leaves as | variables besides the common ones |\n|---|---|---|---|---|"
    rows = (
        f"| {t.key} | {t.purpose} | {t.audience.label.lower()} | {', '.join(c.label.lower() for c in t.channels)} | "
        f"{', '.join(f'`{name}`' for name in t.variables) or '–'} |"
        for t in TEMPLATES.values()
    )
    return "\n".join([head, *rows])
