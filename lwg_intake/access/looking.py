"""Opening one record: for whoever may see it, and on record where somebody tried who may not."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from lwg_intake.access.models import User
from lwg_intake.audit.record import record


def look_up(rows: Any, pk: int, by: User) -> Any:
    """The client or case of this number, of rows that know whom they are visible to.

    Raises Http404 where the person may not see it, as where there is none: that it is there is no news for them. That
    they asked for it stands in the client's trail.
    """
    found = rows.visible_to(by).filter(pk=pk).first()
    if found is not None:
        return found
    withheld = rows.filter(pk=pk).first()
    if withheld is not None:
        record("client.withheld", by=by, on=withheld, client_id=getattr(withheld, "client_id", withheld.pk))
    raise Http404
