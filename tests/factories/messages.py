import factory

from lwg_intake.messages.models import IncomingText, Message, Wording
from tests.factories.access import UserFactory


class MessageFactory(factory.django.DjangoModelFactory):
    """Waiting to be sent, and due."""

    class Meta:
        model = Message

    key = factory.Sequence(lambda n: f"T11-case-{n + 1}")
    template = "T11"
    to = "clarke@example.org"
    subject = "A client joined your caseload"
    body = "Record number: LW-00001"


class WordingFactory(factory.django.DjangoModelFactory):
    """A manager's first version of the reminder by text."""

    class Meta:
        model = Wording

    template = "T19"
    channel = "text"
    version = 1
    body = "$practice_name: please call us at $callback. Reply STOP to end texts."
    written_by = factory.SubFactory(UserFactory)


class IncomingTextFactory(factory.django.DjangoModelFactory):
    """A text from a number that nobody has."""

    class Meta:
        model = IncomingText

    provider_ref = factory.Sequence(lambda n: f"SM{n:032x}")
    number = "+14105550177"
    body = "Please call me"
