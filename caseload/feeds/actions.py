"""The writers of the calendar feed: each person makes and revokes their own."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from caseload.feeds.selectors import feed_of
from caseload.models import CalendarFeed
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import Stale


def make(*, by: User) -> CalendarFeed:
    """Make one's own feed. One that is open is revoked with it: there is one address at a time."""
    require(by, Can.REVIEW_CASELOAD)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        _revoke(by)
        feed = CalendarFeed.objects.create(account=by)
        record("calendar.made", by=by, on=feed)
    return feed


def revoke(*, by: User) -> None:
    """Revoke one's own feed. Raises Stale where none is open."""
    require(by, Can.REVIEW_CASELOAD)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        if not _revoke(by):
            raise Stale("Your calendar address is revoked already.")


def _revoke(by: User) -> bool:
    feed = feed_of(by)
    if feed is None:
        return False
    CalendarFeed.objects.filter(pk=feed.pk).update(revoked_at=timezone.now())
    record("calendar.revoked", by=by, on=feed)
    return True
