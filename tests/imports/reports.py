"""Reports as other systems write them: their exact columns, invented rows."""

import csv
import io
from typing import Any

from openpyxl import Workbook


def listed(columns: str) -> list[str]:
    return columns.split(", ")


THERAPYNOTES = listed(
    "Type, Date, Appointment Type, Billing Method, Payment Type, Service Code, POS, Modifier Code 1, Modifier Code 2, "
    "Modifier Code 3, Modifier Code 4, Service Description, Units, Last Name, First Name, DOB, Patient Member ID, "
    "Clinician Name, Clinician Type, Clinician NPI, Bill as Supervisor, Supervisor Name, Supervisor NPI, Location, "
    "Primary Insurer Name, Primary Insurer Group, In Network, Secondary Insurer Name, Secondary Insurer Group, "
    "Primary Diagnosis, Note Status, Rate, Payment Assigned to Practice, Patient Amount Due, Patient Amount Paid, "
    "Patient Unassigned Credit, Patient Balance Status, Insurance Amount Due, Insurance Amount Paid, "
    "Insurance Unassigned Credit, Insurance Balance Status, Documents Created, Comments"
)
# What older files lack.
LATER = {name for name in THERAPYNOTES if name == "POS" or "Modifier" in name or "Credit" in name}

STATUS = listed(
    "Date of Service, Client, Clinician, Billing Code, Primary Insurance, Secondary Insurance, Rate per Unit, Units, "
    "Total Fee, Progress Note Status, Client Payment Status, Charge, Uninvoiced, Paid, Unpaid, "
    "Insurance Payment Status, Charge, Paid, Write Off, Unpaid"
)
DETAILS = listed(
    "Client, Client type, Date added, Primary clinician, Last appointment, Next appointment, Address, City, State, "
    "ZIP, Phone number, Email, Contact name, Contact phone, Contact email, Primary insurance, Insurance ID, Status"
)
ATTENDANCE = listed("client_name, clinician_name, date_of_service, office_name, status")

DIAGNOSIS = "F33.1 Major depressive disorder"
VISIT = {
    "Type": "Appointment", "Appointment Type": "Therapy Session", "Service Code": "90837",
    "Service Description": "Psychotherapy, 60 min", "Units": 1, "Last Name": "Brightwater", "First Name": "Ada",
    "Clinician Name": "Naomi Clarke", "Clinician Type": "Social Worker", "Primary Diagnosis": DIAGNOSIS,
    "Note Status": "Complete", "Rate": 150, "Patient Amount Paid": -20, "Patient Balance Status": "Paid in Full",
    "Insurance Balance Status": "Paid",
}  # fmt: skip


def as_xlsx(rows: list[list[Any]], title: str = "Billing Transactions") -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def as_csv(rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def therapynotes(*rows: dict[str, Any], without: set[str] = frozenset()) -> bytes:
    """Billing Transactions; a row says what differs from an ordinary visit."""
    columns = [name for name in THERAPYNOTES if name not in without]
    return as_xlsx([columns, *([(VISIT | row).get(name) for name in columns] for row in rows)])


def status(*rows: dict[int, Any]) -> bytes:
    """The appointment status report; its columns repeat, so a row gives cells by their place."""
    return as_csv([STATUS, *([row.get(n, "") for n in range(len(STATUS))] for row in rows)])


def details(*rows: dict[str, str]) -> bytes:
    return as_csv([DETAILS, *([row.get(name, "") for name in DETAILS] for row in rows)])


def attendance(*rows: tuple[str, str, str, str]) -> bytes:
    """With its summary in the second row."""
    told = [[client, clinician, day, "Bethesda", state] for client, clinician, day, state in rows]
    return as_csv([ATTENDANCE, ["Total: 3 clients", "", "", "", f"{len(rows)} appointments"], *told])
