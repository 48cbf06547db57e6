"""Clinicians and clients, and what their rows bring with them: supervisors, balances, OMHC assessments."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lwg_intake.imports import ledger
from lwg_intake.imports.merging import Merged, Values, chunks, insert, merge, on_record, update
from lwg_intake.imports.reading import Row, Sheet
from lwg_intake.records.models import Balance, Client, Clinician, OmhcAssessment
from lwg_intake.rows import among

# Columns of clients.csv that stand in tables of their own.
BESIDE_CLIENT = ("balance", "balance_as_of", "no_show_fees", "omhc_assessed_on")


REFERRED: dict[str, type[Client | Clinician]] = {"clients": Client, "clinicians": Clinician}


def ids(model: type[Client | Clinician], refs: Iterable[str]) -> dict[str, int]:
    """Those of the refs that are on record, and their ids."""
    found: dict[str, int] = {}
    for chunk in chunks(refs):
        found.update(model._default_manager.filter(ref__in=among(chunk)).values_list("ref", "pk"))
    return found


def clinicians(sheet: Sheet) -> Merged:
    """Supervisors last: one may stand further down in the file than those whom they supervise."""
    rows = _supervised(sheet)
    fields = [name for name in sheet.fields if name != "supervisor_ref"]
    merged = merge(Clinician, [_without(row.values, "supervisor_ref") for row in rows], ("ref",), fields)
    known = ids(Clinician, [ref for row in rows for ref in (row.values["ref"], row.values["supervisor_ref"]) if ref])
    wanted = {known[row.values["ref"]]: known.get(row.values["supervisor_ref"]) for row in rows}
    differing = [c for c in Clinician.objects.filter(pk__in=wanted) if c.supervisor_id != wanted[c.pk]]
    for clinician in differing:
        clinician.supervisor_id = wanted[clinician.pk]
    ledger.updating(Clinician, [clinician.pk for clinician in differing], ["supervisor_id"])
    Clinician.objects.bulk_update(differing, ["supervisor"])
    _also_updated(merged, {clinician.ref for clinician in differing})
    return merged


def _supervised(sheet: Sheet) -> list[Row]:
    """The rows whose supervisor is on record or goes in with them; the others are rejected, in as many rounds."""
    rows = sheet.rows
    on_file = ids(Clinician, [row.values["supervisor_ref"] for row in rows if row.values["supervisor_ref"]]).keys()
    while True:
        known = on_file | {row.values["ref"] for row in rows}
        bad = [row for row in rows if row.values["supervisor_ref"] and row.values["supervisor_ref"] not in known]
        if not bad:
            return rows
        reason = "No clinician on record or in this file has this clinician_ref."
        for row in bad:
            sheet.reject(row, "supervisor_ref", reason)
        left_out = {row.line for row in bad}
        rows = [row for row in rows if row.line not in left_out]


def clients(sheet: Sheet) -> Merged:
    """A client whose balance or assessment changed counts as updated."""
    rows = [row.values for row in sheet.rows]
    fields = [name for name in sheet.fields if name not in BESIDE_CLIENT]
    merged = merge(Client, [_without(row, *BESIDE_CLIENT) for row in rows], ("ref",), fields)
    known = ids(Client, [row["ref"] for row in rows])
    for write in (_balances, _assessments):
        _also_updated(merged, {row["ref"] for row in write([{**row, "client_id": known[row["ref"]]} for row in rows])})
    return merged


def _balances(rows: list[Values]) -> list[Values]:
    """The rows that changed a balance. An older one never replaces a newer; an unknown one leaves the last known."""
    rows = [row for row in rows if row.get("balance") is not None]
    there = on_record(Balance, ("client_id",), ("amount", "as_of", "no_show_fees"), rows)
    fields = ["amount", "as_of"] + ["no_show_fees"] * ("no_show_fees" in rows[0] if rows else False)
    created, updated, changed = [], [], []
    for row in rows:
        wanted: dict[str, Any] = {"amount": row["balance"], "as_of": row["balance_as_of"]}
        if "no_show_fees" in row:
            wanted["no_show_fees"] = row["no_show_fees"] or Decimal(0)
        pk, known = there.get((row["client_id"],), (0, {}))
        if pk and (known["as_of"] > wanted["as_of"] or all(known[name] == wanted[name] for name in fields)):
            continue
        changed.append(row)
        wanted["client_id"] = row["client_id"]
        updated.append((pk, wanted)) if pk else created.append(wanted)
    insert(Balance, sorted(created, key=lambda row: row["client_id"]))
    update(Balance, sorted(updated, key=lambda row: row[0]), fields)
    return changed


def _assessments(rows: list[Values]) -> list[Values]:
    """The rows that brought a new OMHC assessment. One on record stays: a later cell without it takes nothing back."""
    rows = [row for row in rows if row.get("omhc_assessed_on")]
    there = on_record(OmhcAssessment, ("client_id", "completed_on"), (), rows)
    changed = [row for row in rows if (row["client_id"], row["omhc_assessed_on"]) not in there]
    insert(
        OmhcAssessment,
        [{"client_id": row["client_id"], "completed_on": row["omhc_assessed_on"]} for row in changed],
    )
    return changed


def _without(values: Values, *names: str) -> Values:
    return {name: value for name, value in values.items() if name not in names}


def _also_updated(merged: Merged, refs: set[str]) -> None:
    late = merged.unchanged & {(ref,) for ref in refs}
    merged.unchanged -= late
    merged.updated |= late
