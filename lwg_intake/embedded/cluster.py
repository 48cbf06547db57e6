"""One embedded PostgreSQL: started by the first who needs it, stopped by the last who leaves."""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from lwg_intake.embedded.places import (
    SYSTEM_FOLDER,
    Account,
    EmbeddedError,
    Places,
    binaries,
    make_home,
    places,
    private_folder,
    saying,
    system_folder,
)

# Who made the server and owns the tables, and as whom the program is connected. One password serves both.
OWNER, APPLICATION = "lwg", "lwg_app"
START_SECONDS = 120
STOP_SECONDS = 60
# A killed server's own processes, or its number, may outlive it for a moment.
LEFTOVER_SECONDS = 8
LEFTOVERS = ("lock file", "pre-existing shared memory")
LARGEST_LOG = 5_000_000

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_wal_size": "512MB",
    "io_method": "sync",  # no helper processes on a small PC
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A refused row stands in PostgreSQL's log with its values, unless these keep the statement and the detail out.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m ",
}
# Only for data that nobody would miss after a power cut: the tests'.
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "10min"}


class Cluster:
    """The PostgreSQL of one folder. Making one starts nothing and touches nothing."""

    def __init__(self, home: Path, durable: bool = True) -> None:
        self.home = Path(home)
        self.settings = SETTINGS if durable else SETTINGS | UNSAFE
        self._child: subprocess.Popen[bytes] | None = None

    @cached_property
    def places(self) -> Places:
        return places(self.home)

    def database(self, name: str = "lwg", user: str = OWNER) -> dict[str, Any]:
        """The entry for Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "HOST": str(self.places.socket),
            "USER": user,
            "OPTIONS": {"passfile": str(self.places.passfile)},
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }

    def dsn(self, name: str = "lwg", user: str = OWNER) -> str:
        """How to connect, with the password, for a library that reads no passfile. Raises OSError before the start."""
        return make_conninfo(host=str(self.places.socket), user=user, dbname=name, password=self._password())

    def connect(self, name: str = "postgres", user: str = OWNER) -> psycopg.Connection:
        """A connection of its own, each statement for itself; the caller closes it."""
        there = self.places
        return psycopg.connect(
            host=str(there.socket), user=user, dbname=name, passfile=str(there.passfile), autocommit=True
        )

    def create_database(self, name: str = "lwg", owner: str = OWNER) -> None:
        """Make the database unless it is there."""
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                words = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
                connection.execute(words)

    def drop_database(self, name: str = "lwg") -> None:
        """Remove the database with all that is in it, whoever is connected."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """Use the server: started if it does not run, stopped afterwards if nobody else uses it.

        Raises EmbeddedError with a sentence where it cannot run here.
        """
        with saying("keep the database", self.home):
            make_home(self.places.home)
            in_use = os.open(self.places.home / "postgres.in-use", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with self._turn(), saying("start PostgreSQL", self.home):
                try:
                    self._start()
                    self._make_application()
                    fcntl.flock(in_use, fcntl.LOCK_SH)
                except BaseException:
                    # Interrupted while starting, perhaps before the server had written down its process.
                    if self._child and _alone(in_use):
                        _end(self._child.pid, self._child)
                    raise
            try:
                yield self
            finally:
                with self._turn():
                    if _alone(in_use):
                        self._stop()
        finally:
            os.close(in_use)

    def server_pid(self) -> int | None:
        """The running server's process, believed only if it really is PostgreSQL on our data folder."""
        there = self.places
        for note in self._notes():
            try:
                pid = int(note.read_text().split()[0])
            except (OSError, ValueError, IndexError):
                continue
            if f"/postgres -D {there.data} " in _command(pid):
                return pid
        return None

    def _notes(self) -> tuple[Path, Path]:
        """Where a server writes down its process."""
        return self.places.data / "postmaster.pid", self.places.socket / ".s.PGSQL.5432.lock"

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One at a time through starting and stopping."""
        lock = os.open(self.places.home / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + START_SECONDS + STOP_SECONDS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise EmbeddedError(
                            f"Another command has been starting or stopping PostgreSQL in {self.home} for too long: "
                            "look whether one hangs, end it, and try again."
                        ) from None
                    time.sleep(0.05)
            yield
        finally:
            os.close(lock)

    def _start(self) -> None:
        there = self.places
        if SYSTEM_FOLDER in there.base.parents:
            system_folder()
        private_folder(there.base, there.account)
        running = self.server_pid()
        if running and not (there.passfile.exists() and there.data.exists()):
            # Its folder was removed under it.
            _end(running)
        elif running and self._answers(running):
            return
        bin_folder = binaries(there.account)
        if there.data.exists() and not there.passfile.exists():
            # LWG_HOME was removed and made again; what lies outside it belonged to the old one.
            shutil.rmtree(there.data)
        if not there.data.exists():
            self._create(bin_folder)
        private_folder(there.socket, there.account)
        if there.log.exists() and there.log.stat().st_size > LARGEST_LOG:
            there.log.unlink()
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while not (ready := self._launch(bin_folder)) and time.monotonic() < deadline:
            time.sleep(0.2)
        if not ready:
            # Not a process of ours, and what a killed server left behind has had its time to end.
            for note in self._notes():
                note.unlink(missing_ok=True)
            if not self._launch(bin_folder):
                raise EmbeddedError(f"PostgreSQL did not start in {there.base}: another one seems to use it.")
        self.create_database()

    def _answers(self, pid: int) -> bool:
        """Whether a server found running stays: one that is just dying stands there for a moment longer."""
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while True:
            try:
                self.connect().close()
                return True
            except psycopg.OperationalError:
                if self.server_pid() != pid:
                    return False
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _password(self) -> str:
        return self.places.passfile.read_text().strip().rpartition(":")[2]

    def _make_application(self) -> None:
        """The account of the program, unless it is there."""
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
                words = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                connection.execute(words.format(sql.Identifier(APPLICATION), sql.Literal(self._password())))

    def _launch(self, bin_folder: Path) -> bool:
        """Start the server and wait until it answers. False where something of an earlier one stands in its way."""
        there = self.places
        log_starts_at = there.log.stat().st_size if there.log.exists() else 0
        options = self.settings | {"unix_socket_directories": str(there.socket)}
        words = [str(bin_folder / "postgres"), "-D", str(there.data)]
        for key, value in options.items():
            words += ["-c", f"{key}={value}"]
        with open(there.log, "ab", opener=_private) as log:
            # A session of its own: Ctrl-C at the terminal is for the program, which stops the server in its turn.
            self._child = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
                env=_environment(), **there.account.popen(),
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                with open(there.log, "rb") as log:
                    log.seek(log_starts_at)
                    reason = _reason(log.read().decode(errors="replace"))
                if any(words in reason for words in LEFTOVERS):
                    return False
                raise EmbeddedError(f"PostgreSQL did not start in {there.base}: {reason}")
            if _is_ready(there.data / "postmaster.pid", self._child.pid):
                return True
            time.sleep(0.02)
        _end(self._child.pid, self._child)
        raise EmbeddedError(f"PostgreSQL did not get ready within {START_SECONDS} seconds; its log: {there.log}")

    def _create(self, bin_folder: Path) -> None:
        there = self.places
        # Made beside and renamed when complete, so that a killed first start leaves nothing half done.
        half_done, given = there.base / "data.new", there.base / "password.new"
        shutil.rmtree(half_done, ignore_errors=True)
        given.unlink(missing_ok=True)
        there.passfile.unlink(missing_ok=True)
        password = secrets.token_urlsafe(24)
        _write(given, password, owner=there.account)
        made = subprocess.run(
            [
                bin_folder / "initdb", "-D", half_done, "-U", OWNER, "--auth=scram-sha-256", f"--pwfile={given}",
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--no-instructions", *(["--no-sync"] if "fsync" in self.settings else []),
            ],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/", env=_environment(),
            **there.account.popen(),
        )  # fmt: skip
        given.unlink()
        if made.returncode:
            raise EmbeddedError(f"PostgreSQL could not be set up in {there.base}: {_last_line(made.stderr)}")
        _write(there.passfile, f"*:*:*:*:{password}\n")
        half_done.rename(there.data)

    def _stop(self) -> None:
        pid = self.server_pid()
        if pid:
            _end(pid, self._child)
        self._child = None


def _alone(in_use: int) -> bool:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_ready(note: Path, pid: int) -> bool:
    try:
        lines = note.read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _end(pid: int, child: subprocess.Popen[bytes] | None = None) -> None:
    """PostgreSQL's fast shutdown: clients are disconnected, nothing acknowledged is lost."""
    try:
        os.kill(pid, signal.SIGINT)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if child and child.pid == pid and child.poll() is not None:
            return
        if not _command(pid):
            return
        time.sleep(0.02)
    raise EmbeddedError(f"PostgreSQL (process {pid}) did not stop within {STOP_SECONDS} seconds; it is left running.")


def _command(pid: int) -> str:
    """What a process was started with; nothing for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="surrogateescape").replace("\0", " ")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    return subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True).stdout


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(path: Path, text: str, owner: Account | None = None) -> None:
    """A new private file; an existing one, or a link put in its place, is refused."""
    with open(path, "x", opener=_private) as file:
        if owner and not owner.is_us:
            os.fchown(file.fileno(), owner.uid, owner.gid)
        file.write(text)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"


def _reason(log: str) -> str:
    """The line of a log that says why; the last one, where none stands out."""
    telling = [line for line in log.splitlines() if "FATAL:" in line or "PANIC:" in line]
    return telling[0].strip() if telling else _last_line(log)
