"""Every deed of a person writes its event, and an event that cannot be written undoes the deed."""

import inspect
from collections.abc import Callable
from itertools import chain

import pytest
from django.apps import apps
from django.db import connection

from lwg_intake.audit.models import Event
from tests.caseload import audited as caseload
from tests.desk import audited as desk
from tests.imports import audited as imports
from tests.messages import audited as messages
from tests.reassignment import departures_audited, requests_audited
from tests.returning import audited as returning

pytestmark = pytest.mark.django_db
OURS = ("audit", "access", "policy", "records", "imports", "checklists", "outbox", "returning", "caseload",
        "reassignment")  # fmt: skip
Deed = Callable[[], object]

# Each says its deeds by action (and, for a tick, the step), with the events that they write.
AUDITED = (imports, returning, desk, messages, caseload, requests_audited, departures_audited)
DEEDS: dict[str, tuple[Callable[[object], Deed], set[str]]] = {
    name: deed for audited in AUDITED for name, deed in audited.DEEDS.items()
}
ACTIONS = {name: module for audited in AUDITED for name, module in audited.MODULES.items()}
PARTS = set(chain.from_iterable(audited.PARTS for audited in AUDITED))


def test_every_action_is_among_the_deeds():
    """A new action that is not listed here has not shown that it is audited."""
    acting = {
        f"{name}.{function}"
        for name, module in ACTIONS.items()
        for function, made in inspect.getmembers(module, inspect.isfunction)
        if made.__module__ == module.__name__
        and not function.startswith("_")
        and "by" in inspect.signature(made).parameters
    }
    assert acting - PARTS == {name.split()[0] for name in DEEDS}


def everything() -> dict[str, str]:
    """A mark of each table's rows, all asked for at once."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS]
    rows = "SELECT '{0}', md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), '')) FROM {0} t"
    with connection.cursor() as sql:
        sql.execute(" UNION ALL ".join(map(rows.format, tables)))
        return dict(sql.fetchall())


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_undone_without_its_events_and_done_with_them(practice, name, monkeypatch):
    prepare, verbs = DEEDS[name]
    deed = prepare(practice)
    before = everything()

    def broken(*args, **kwargs):
        raise RuntimeError("the audit is away")

    with monkeypatch.context() as audit:
        audit.setattr("lwg_intake.audit.record.Event", broken)
        with pytest.raises(RuntimeError, match="the audit is away"):
            deed()
    assert everything() == before

    last = max(Event.objects.values_list("pk", flat=True), default=0)
    deed()
    events = Event.objects.filter(pk__gt=last)
    assert verbs <= {event.verb for event in events}
    assert all(event.actor_id and event.actor_name for event in events)
