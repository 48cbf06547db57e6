import argparse
import fcntl
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from lwg_intake.desk.demo import DRAWN_CLIENTS, FEWEST_CLIENTS
from lwg_intake.desk.demo.broker import start_broker
from lwg_intake.desk.demo.children import Child, ChildDied, Stopped, heeding_signals, start, stop, watch
from lwg_intake.embedded import Cluster, EmbeddedError, make_home

READY_SECONDS = 60


def number(least: int, most: int) -> Callable[[str], int]:
    """What reads an option that is a whole number within these bounds."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"give a number from {least} to {most}")
        return int(text)

    return read


class Command(BaseCommand):
    help = "Try the program out: an invented practice on this machine, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="throw the demo's data away and start over")
        parser.add_argument("--port", type=number(1, 65535), default=8000, help="where the pages are served (8000)")
        parser.add_argument(
            "--clients", type=number(FEWEST_CLIENTS, DRAWN_CLIENTS),
            help=f"how many clients are drawn ({DRAWN_CLIENTS}); fewer load sooner",
        )  # fmt: skip
        parser.add_argument("--once", action="store_true", help="prepare, request the start page, stop")

    def handle(self, *, fresh: bool, port: int, clients: int | None, once: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is for invented data only: unset DATABASE_URL to run it.", returncode=2)
        home = Path(settings.LWG_HOME)
        address = f"http://127.0.0.1:{port}/"
        children: list[Child] = []
        try:
            with heeding_signals(), only_one(home, address):
                refuse_taken(port)
                with Cluster(home).running() as cluster:
                    try:
                        self.run(home, cluster, children, address, port, fresh, clients, once)
                    finally:
                        stop(children)
        except Stopped:
            self.stdout.write("Stopped.")
        except (EmbeddedError, ChildDied) as error:
            raise CommandError(str(error)) from error

    def run(
        self, home: Path, cluster: Cluster, children: list[Child], address: str, port: int, fresh: bool,
        clients: int | None, once: bool,
    ) -> None:  # fmt: skip
        # Its modules read the database's models, which a refusal above does not need.
        from lwg_intake.desk.demo.stage import prepare

        self.stdout.write(f"Preparing the demo in {home} …")
        accounts = prepare(home, cluster, fresh, self.stdout.write, clients)
        logs = home / "log"
        environment = dict(
            os.environ, LWG_HOME=str(home), BASE_URL=address.rstrip("/"), PYTHONUNBUFFERED="1", REMAP_SIGTERM="SIGQUIT"
        )
        if not once:
            brokers, told = start_broker(home, cluster, logs)
            children += brokers
            environment |= told
        children.append(start("web server", web(port), environment, logs))
        wait_for_page(children[-1], address)
        if once:
            self.stdout.write(f"The start page answered at {address}")
            return
        schedule = home / "timetable"
        for left in home.glob("timetable*"):
            left.unlink()
        children.append(start("worker", celery("worker", "--concurrency", "1", "--without-mingle"), environment, logs))
        children.append(start("timetable", celery("beat", "--pidfile", "", "-s", str(schedule)), environment, logs))
        self.stdout.write(welcome(address, accounts, home))
        self.stdout.flush()
        watch(children)


def web(port: int) -> list[str]:
    words = "-m gunicorn lwg_intake.wsgi --worker-class gthread --workers 2 --threads 4 --preload --no-control-socket"
    return [sys.executable, *words.split(), "--graceful-timeout", "5", "--bind", f"127.0.0.1:{port}"]


def celery(program: str, *words: str) -> list[str]:
    # This command has been through Django's checks already.
    common = ["-m", "celery", "-A", "lwg_intake.celery", "--skip-checks"]
    return [sys.executable, *common, program, "--loglevel", "WARNING", *words]


@contextmanager
def only_one(home: Path, address: str) -> Iterator[None]:
    """One demo at a time in a folder. Raises CommandError naming the other's address."""
    try:
        make_home(home)
        lock = os.open(home / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CommandError(
            f"Cannot keep the demo in {home}: {error.strerror}. "
            "Set LWG_HOME to a folder that you may write to, such as LWG_HOME=$HOME/lwg-intake."
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.pread(lock, 100, 0).decode() or "another address"
            raise CommandError(
                f"A demo is already running at {other} with the data in {home}: use that one, or stop it with Ctrl-C."
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, address.encode(), 0)
        yield
    finally:
        os.close(lock)


def refuse_taken(port: int) -> None:
    """Raises CommandError when the port cannot be had, with one that can."""
    reason = why_not(port)
    if reason:
        free = next((other for other in range(port + 1, min(port + 100, 65536)) if not why_not(other)), 8000)
        raise CommandError(f"Port {port} cannot be used ({reason}): free it, or start the demo with --port {free}.")


def why_not(port: int) -> str:
    """Why the port cannot be had; nothing when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.strerror or "it is taken"
    return ""


def wait_for_page(server: Child, address: str) -> None:
    """Until the start page, which leads to the sign-in, answers. Raises ChildDied or CommandError."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        server.check()
        try:
            with direct.open(address, timeout=READY_SECONDS) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            raise CommandError(f"The start page answered {error.code}; look into {server.log}") from error
        except OSError:
            time.sleep(0.1)
    raise CommandError(f"The web server did not answer within {READY_SECONDS} seconds; look into {server.log}")


def welcome(address: str, accounts: Sequence[tuple[str, str, str]], home: Path) -> str:
    """The address and a table of the sign-ins."""
    rows = [("Role", "E-mail", "Password"), *accounts]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    table = "\n".join(f"  {line.rstrip()}" for line in lines)
    return (
        f"\nLWG Intake runs at {address}  (demo: invented data only)\n\n{table}\n\n"
        f"Messages that the program sends lie in {home / 'mail'}. Stop with Ctrl-C."
    )
