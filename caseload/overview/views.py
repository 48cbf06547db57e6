from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from caseload.overview import selectors
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can


@needs(Can.SEE_TEAM_CLIENTS, Can.REVIEW_ALL_CASELOADS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Each clinician of the team, or of the practice: what waits, and who has not reviewed for how long."""
    rows = selectors.rows(request.user)
    context = {
        "rows": rows,
        "all": request.user.can(Can.REVIEW_ALL_CASELOADS),
        "waiting": sum(row.waiting for row in rows),
        "behind": sum(row.waiting > 0 for row in rows),
    }
    return render(request, "caseload/overview.html", context)
