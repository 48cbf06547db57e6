import factory
from django.utils import timezone

from lwg_intake.audit.models import Event, Head, Link, RowChange


class EventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Event

    actor_name = "the program"
    verb = "client.opened"
    record = "records.client"
    origin = "test"


class LinkFactory(factory.django.DjangoModelFactory):
    """An event's place in the chain, with a digest that fits nothing: real ones come from chain.seal."""

    class Meta:
        model = Link

    position = factory.Sequence(lambda n: n + 1)
    event_id = factory.Sequence(lambda n: n + 1)
    digest = "0" * 64


class HeadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Head

    position = factory.Sequence(lambda n: n + 1)
    digest = signature = "0" * 64
    through = 1


class RowChangeFactory(factory.django.DjangoModelFactory):
    """As the database writes it when a client's city changes."""

    class Meta:
        model = RowChange

    at = factory.LazyFunction(timezone.now)
    xact = 1
    record = "records_client"
    deed = "UPDATE"
    row_id = 1
    changed = factory.LazyFunction(lambda: {"city": ["Bowie", "Laurel"]})
    db_user = "test"
