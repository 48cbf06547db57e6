"""The demo as a person starts it: a program of its own, in a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from lwg_intake.desk.demo import FEWEST_CLIENTS
from lwg_intake.desk.management.commands.demo import Command
from lwg_intake.embedded.places import places

ROOT = Path(__file__).resolve().parents[2]
OURS = ("LWG_HOME", "LWG_TEST_RUN", "LWG_TEST_DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DATABASE_URL")
# How many changes no event tells, and how many the worker told in their stead.
PAST_THE_PROGRAM = """
from lwg_intake.audit.models import Event
from lwg_intake.audit.untold import VERB, untold
print(untold().count(), Event.objects.filter(verb=VERB).count())
"""


@pytest.fixture
def home(tmp_path: Path, homes: list[Path]) -> Path:
    homes.append(tmp_path / "home")
    return homes[-1]


def environment(home: Path, **more: str) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if name not in OURS}
    return mine | {"LWG_HOME": str(home)} | more


def manage(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment(home, **more), text=True,
        capture_output=True, timeout=300,
    )  # fmt: skip


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_once_then_for_real_then_stopped_then_other_commands(
    home: Path, port: int, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    once = manage(home, "demo", "--once", "--clients", str(FEWEST_CLIENTS), "--port", str(port))
    assert (once.returncode, "start page answered" in once.stdout) == (0, True), once.stderr
    assert "Traceback" not in once.stderr

    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)], cwd=ROOT, env=environment(home), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        said = ""
        while "Stop with Ctrl-C" not in said:
            line = demo.stdout.readline()
            assert line, said
            said += line
        assert f"http://127.0.0.1:{port}/" in said
        for role in ("CSR", "Manager", "Transition manager", "Clinician", "Supervisor", "Billing", "Administrator"):
            assert f"  {role} " in said

        settings.LWG_HOME = home
        code, words = refused(capsys, "--port", str(port))
        assert code == 1 and f"already running at http://127.0.0.1:{port}/" in words
        settings.LWG_HOME = home.with_name("other")
        with pytest.raises(CommandError, match=f"Port {port} cannot be used .* --port") as elsewhere:
            call_command("demo", port=port)
        assert elsewhere.value.returncode == 1

        found = manage(home, "find", "ma", "--json")
        assert len(json.loads(found.stdout)["results"]) > 1 and found.stderr == ""
        past = manage(home, "shell", "--verbosity", "0", "--command", PAST_THE_PROGRAM)
        assert past.stdout.split() == ["0", "0"], past.stderr
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/") as page:
            assert page.status == 200 and b"invented data" in page.read()
    finally:
        demo.send_signal(signal.SIGINT)
        rest, _ = demo.communicate(timeout=30)  # Less than the time after which a program is killed.
    assert (demo.returncode, rest.strip().splitlines()[-1]) == (0, "Stopped.")
    assert no_program_in(home)


def test_production_has_no_demo(home: Path) -> None:
    done = manage(
        home, "demo",
        DATABASE_URL="postgresql://a:b@127.0.0.1/c",
        REDIS_URL="redis://127.0.0.1/0", ALLOWED_HOSTS="intake.example.org",
        SECRET_KEY="".join(chr(48 + number) for number in range(60)), EMAIL_URL="smtp://127.0.0.1",
        DEFAULT_FROM_EMAIL="desk@example.org",
    )  # fmt: skip
    assert done.returncode == 2
    assert "invented data only" in done.stderr


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[Any, str]:
    """With which code the demo ends in this process, and what it says, as the command line would have it."""
    with pytest.raises(SystemExit) as end:
        Command().run_from_argv(["manage.py", "demo", *words])
    return end.value.code, capsys.readouterr().err


def test_a_senseless_port_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = refused(capsys, "--port", "0")
    assert code == 2 and "give a number from 1 to 65535" in said
    for text in ("http", "70000"):
        with pytest.raises(CommandError, match="give a number from 1 to 65535"):
            call_command("demo", f"--port={text}")


def test_a_senseless_number_of_clients_is_refused() -> None:
    for text in ("few", "99", "3151"):
        with pytest.raises(CommandError, match="give a number from 100 to 3150"):
            call_command("demo", f"--clients={text}")


def test_a_folder_that_cannot_be_used(home: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    home.write_text("a file")
    settings.LWG_HOME = home
    found = manage(home, "find", "x")
    for code, said in ((found.returncode, found.stderr), refused(capsys)):
        assert code == 1
        assert "Set LWG_HOME to a folder" in said and "Traceback" not in said


def no_program_in(home: Path) -> bool:
    """Whether every program that was started for the folder has ended."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        if str(home) not in listed and str(places(home).base) not in listed:
            return True
        time.sleep(0.2)
    return False
