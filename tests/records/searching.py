"""Clients to be searched for, and whom a text finds."""

from __future__ import annotations

from datetime import date
from typing import Any

from lwg_intake.access.models import User
from lwg_intake.records.models import Client
from lwg_intake.records.search import find

TODAY = date(2026, 11, 22)


def add(ref: str, name: str, **fields: Any) -> Client:
    first, _, last = name.partition(" ")
    return Client.objects.create(ref=ref, first_name=first, last_name=last, **fields)


def refs(text: str, user: User | None = None) -> list[str]:
    return [hit.ref for hit in find(text, user=user)]
