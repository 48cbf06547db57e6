"""Refusals: exceptions whose text is meant for staff. One middleware (refusals.py) turns them into an answer."""


class Refusal(Exception):
    """The deed was understood and not done. The text says why, and what to do instead."""

    status = 422


class NotAllowed(Refusal):
    """The person lacks the right."""

    status = 403


class NotThere(Refusal):
    """There is no such thing, or none that this person may see: the two are never told apart."""

    status = 404


class Stale(Refusal):
    """Someone else changed it first. Nothing was overwritten."""

    status = 409
