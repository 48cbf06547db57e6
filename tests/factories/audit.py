import factory

from lwg_intake.audit.models import Event


class EventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Event

    actor_name = "the program"
    verb = "client.opened"
    record = "records.client"
    origin = "test"
