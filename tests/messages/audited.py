"""The deeds of the outbox and of the practice's texts, for the audit's test."""

from collections.abc import Callable

from django.utils import timezone

from lwg_intake.messages import actions as messages
from tests.factories.messages import IncomingTextFactory, MessageFactory, WordingFactory
from tests.factories.records import ClientFactory

Deed = Callable[[], object]


def _message(deed: Callable, **fields) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        sent = {"status": "sent", "sent_at": timezone.now()} if deed is messages.mark_bounced else {}
        failed = {"status": "failed"} if deed is messages.send_again else {}
        message = MessageFactory(template="T22", client=ClientFactory(email="mari@example.org"), **sent, **failed)
        return lambda: deed(message_id=message.pk, by=p.manager, **fields)

    return prepare


def _mailing(deed: Callable, status: str, **fields) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        MessageFactory(key="T15-departure-1-client-1", status=status)
        return lambda: deed(prefix="T15-departure-1-", by=p.manager, **fields)

    return prepare


def _settle(p):
    client, text = ClientFactory(), IncomingTextFactory()
    return lambda: messages.settle(text_id=text.pk, client_ref=client.ref, by=p.manager)


def _words(deed: Callable, **fields) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        words = {"template": "T19", "channel": "text"}
        if deed is messages.restore:
            WordingFactory(**words)
            return lambda: deed(**words, version=0, after=1, by=p.manager)
        words |= {"subject": "", "body": "Ring us: $callback. Reply STOP to end texts."}
        if deed is messages.preview:
            client = ClientFactory()
            return lambda: deed(**words, client_ref=client.ref, by=p.manager)
        return lambda: deed(**words, note="", after=0, by=p.manager)

    return prepare


MODULES = {"messages": messages}
# Called inside a deed that writes the event.
PARTS = {"messages.seen_client"}
DEEDS: dict[str, tuple[Callable[[object], Deed], set[str]]] = {
    "messages.hold": (_mailing(messages.hold, "queued", because="Wrong"), {"messages.held"}),
    "messages.resume": (_mailing(messages.resume, "held"), {"messages.resumed"}),
    "messages.hold_one": (_message(messages.hold_one, because="Wrong"), {"messages.held"}),
    "messages.open_message": (_message(messages.open_message), {"message.opened"}),
    "messages.send_again": (_message(messages.send_again, confirmed=False), {"message.sent_again"}),
    "messages.send_failed_again": (
        lambda p: MessageFactory(status="failed") and (lambda: messages.send_failed_again(by=p.manager)),
        {"message.sent_again"},
    ),
    "messages.mark_bounced": (_message(messages.mark_bounced), {"message.bounced"}),
    "messages.settle": (_settle, {"text.settled", "text.received"}),
    "messages.write_words": (_words(messages.write_words), {"text.written"}),
    "messages.restore": (_words(messages.restore), {"text.written"}),
    "messages.preview": (_words(messages.preview), {"text.previewed"}),
}
