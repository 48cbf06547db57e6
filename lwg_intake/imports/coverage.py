"""Insurance and documents."""

from lwg_intake.imports.merging import Merged, Values, merge
from lwg_intake.imports.reading import Sheet
from lwg_intake.records.models import Document, InsurancePolicy


def insurance(sheet: Sheet) -> Merged:
    rows = [row.values for row in sheet.rows]
    return merge(InsurancePolicy, rows, sheet.file.key_fields, sheet.fields, reconcile=_later_check_stands)


def _later_check_stands(known: Values, wanted: Values) -> Values:
    """Whether coverage is active was checked by staff after the file was written: their answer stays."""
    checked, said = known["verified_on"], wanted["verified_on"]
    if checked and (said is None or said < checked):
        return {**wanted, "active": known["active"], "verified_on": checked}
    return wanted


def documents(sheet: Sheet) -> Merged:
    return merge(Document, [row.values for row in sheet.rows], sheet.file.key_fields, sheet.fields)
