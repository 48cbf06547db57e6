import factory

from lwg_intake.messages.models import Message


class MessageFactory(factory.django.DjangoModelFactory):
    """Waiting to be sent, and due."""

    class Meta:
        model = Message

    key = factory.Sequence(lambda n: f"T11-case-{n + 1}")
    template = "T11"
    to = "clarke@example.org"
    subject = "A client joined your caseload"
    body = "Record number: LW-00001"
