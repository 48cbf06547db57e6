"""A text service of the tests' own, on a real port: it speaks the part of Twilio's interface that we use."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef" * 2


@dataclass
class Service:
    """What it does with the next text: a status with an error's number, or a wait before or after taking it."""

    status: int = 201
    code: int = 0
    seconds: float = 0
    takes_first: bool = False
    port: int = 0
    taken: list[dict[str, str]] = field(default_factory=list)
    tries: int = 0
    asked: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def numbers(self) -> list[str]:
        return [text["to"] for text in self.taken]


class Handler(BaseHTTPRequestHandler):
    service: Service

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: dict[str, object]) -> None:
        said = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def do_POST(self) -> None:
        service = self.service
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        with service.lock:
            service.tries += 1
        text = {
            "sid": f"SM{service.tries:032x}", "to": sent["To"][0], "body": sent["Body"][0], "direction": "outbound-api",
            "from": sent["From"][0], "status": "queued", "date_created": format_datetime(timezone.now()),
            "status_callback": sent["StatusCallback"][0],
        }  # fmt: skip
        if service.status == 201 or service.takes_first:
            with service.lock:
                service.taken.append(text)
        sleep(service.seconds)
        if service.status == 201:
            self.answer(201, text)
        else:
            self.answer(
                service.status, {"code": service.code, "message": f"About {text['to']}", "status": service.status}
            )

    def do_GET(self) -> None:
        service = self.service
        with service.lock:
            service.asked += 1
        to = parse_qs(urlsplit(self.path).query)["To"][0]
        found = [text for text in reversed(service.taken) if text["to"] == to]
        self.answer(200, {"messages": found, "next_page_uri": None, "page": 0, "page_size": 50})


@contextmanager
def opened() -> Iterator[Service]:
    """A text service that is open until the block ends."""
    service = Service()
    handler = type("Counter", (Handler,), {"service": service})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        service.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield service
        server.shutdown()
