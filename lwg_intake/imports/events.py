"""Appointments and contacts."""

from collections import defaultdict
from datetime import datetime

from lwg_intake.imports.merging import Merged, Values, chunks, in_key_order, insert, merge
from lwg_intake.imports.reading import Sheet
from lwg_intake.records.models import Appointment, Contact
from lwg_intake.rows import among


def appointments(sheet: Sheet) -> Merged:
    """A visit booked here has no ref until a row with its client, clinician and time brings one."""
    rows = [row.values for row in sheet.rows]
    ours: dict[tuple[int, int, datetime], list[tuple[int, Values]]] = defaultdict(list)
    for chunk in chunks(row["client_id"] for row in rows):
        booked = Appointment.objects.filter(ref__isnull=True, client__in=among(chunk)).order_by("-pk")
        for known in booked.values("pk", *sheet.fields):
            place = known["client_id"], known["clinician_id"], known["starts_at"]
            ours[place].append((known.pop("pk"), known))

    def adopt(wanted: Values) -> tuple[int, Values] | None:
        waiting = ours.get((wanted["client_id"], wanted["clinician_id"], wanted["starts_at"]))
        return waiting.pop() if waiting else None

    return merge(Appointment, rows, sheet.file.key_fields, sheet.fields, adopt=adopt)


def contacts(sheet: Sheet) -> Merged:
    """Nothing is overwritten: a row that changed becomes a further entry that corrects the last one.

    It is compared with what a file said last, not with a correction that staff wrote here: theirs stands until
    the file itself changes.
    """
    merged = Merged()
    rows = in_key_order((row.values for row in sheet.rows), ("ref",))
    fields = [name for name in sheet.fields if name != "ref"]
    first: dict[str, int] = {}
    said: dict[int, Values] = {}
    for chunk in chunks(row["ref"] for row in rows):
        for known in Contact.objects.filter(ref__in=among(chunk)).values("pk", "ref", *fields):
            first[known.pop("ref")] = pk = known.pop("pk")
            said[pk] = known
    after, ours = _corrections(list(said), fields)
    created = []
    for row in rows:
        key, pk = (row["ref"],), first.get(row["ref"])
        if pk is None:
            merged.created.add(key)
            created.append(row)
            continue
        last = said[pk]
        while pk in after:
            pk = after[pk]
            last = ours.get(pk, last)
        if all(last[name] == row[name] for name in fields):
            merged.unchanged.add(key)
            continue
        merged.updated.add(key)
        created.append({**row, "ref": None, "corrects_id": pk})
    insert(Contact, created)
    merged.clients = {row["client_id"] for row in created}
    return merged


def _corrections(entries: list[int], fields: list[str]) -> tuple[dict[int, int], dict[int, Values]]:
    """Which entry corrects which, however often; and what those say that came from a file."""
    after: dict[int, int] = {}
    imported: dict[int, Values] = {}
    while entries:
        found: list[int] = []
        for chunk in chunks(entries):
            for row in Contact.objects.filter(corrects__in=among(chunk)).values(
                "pk", "corrects_id", "written_by_id", *fields
            ):
                pk, corrected, by = row.pop("pk"), row.pop("corrects_id"), row.pop("written_by_id")
                after[corrected] = pk
                found.append(pk)
                if by is None:
                    imported[pk] = row
        entries = found
    return after, imported
