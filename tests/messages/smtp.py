"""A mail server of the tests' own, on a real port: it accepts, refuses, hangs up or takes its time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Lock, Thread
from time import sleep


@dataclass
class Office:
    """What the server does with the next mail, and what it took. `says` is the answer to a recipient it refuses."""

    mood: str = "accepts"
    says: str = "550 no such mailbox"
    seconds: float = 0
    port: int = 0
    taken: list[Message] = field(default_factory=list)
    tries: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def subjects(self) -> list[str]:
        return [mail["Subject"] for mail in self.taken]


class Handler(StreamRequestHandler):
    office: Office

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        office = self.office
        with office.lock:
            office.tries += 1
        if office.mood == "is away":
            return
        self.say("220 tests ESMTP")
        for raw in self.rfile:
            word = raw.decode("ascii", "replace").strip().upper().partition(" ")[0]
            if word == "RCPT" and office.mood == "refuses":
                self.say(office.says)
            elif word == "DATA":
                self.say("354 go on")
                mail = self.read_mail()
                sleep(office.seconds)
                if office.mood == "hangs up":
                    return
                if office.mood == "refuses the mail":
                    self.say(office.says)
                    continue
                with office.lock:
                    office.taken.append(mail)
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def read_mail(self) -> Message:
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw)
        return message_from_bytes(b"".join(lines))


class Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def opened() -> Iterator[Office]:
    """A post office that is open until the block ends."""
    office = Office()
    handler = type("Counter", (Handler,), {"office": office})
    with Server(("127.0.0.1", 0), handler) as server:
        office.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield office
        server.shutdown()
