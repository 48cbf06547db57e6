"""Production's settings, read by a program of its own, as a server would; what is refused, by the module alone."""

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lwg_intake import environment
from lwg_intake.environment import Environment

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "DATABASE_URL": "postgresql://intake:p%40ss@db.example.org:5433/intake?sslmode=require",
    "DATABASE_OWNER_URL": "postgresql://owner:hushed@db.example.org:5433/intake?sslmode=require",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "SECRET_KEY": "".join(chr(48 + number) for number in range(60)),
    "ALLOWED_HOSTS": "intake.example.org, www.example.org",
    "EMAIL_URL": "smtp+tls://desk:secret@mail.example.org",
    "DEFAULT_FROM_EMAIL": "Front desk <desk@example.org>",
}
# Without them no texts are sent.
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0123456789abcdef" * 2,
    "TWILIO_FROM": "+14105550100",
    "BASE_URL": "https://intake.example.org",
}


def check(values: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    unset = {*COMPLETE, "DJANGO_ALLOW_ASYNC_UNSAFE", "LWG_TEST_RUN", "LWG_TEST_DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *words], cwd=ROOT, env=inherited | values, text=True, capture_output=True
    )


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[dict[str, str]], str]:
    """What the settings say on standard error when they end the program with 2."""

    def read(values: dict[str, str]) -> str:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(ROOT / "lwg_intake" / "settings.py"))
        assert end.value.code == 2
        return capsys.readouterr().err

    return read


def test_a_complete_environment_is_safe_to_deploy() -> None:
    done = check(COMPLETE | TWILIO, "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_a_program_that_owns_its_tables_runs_and_is_warned_of() -> None:
    alone = {name: value for name, value in COMPLETE.items() if name != "DATABASE_OWNER_URL"}
    done = check(alone, "--deploy")
    assert done.returncode == 0 and "WARNINGS:" in done.stderr
    assert "audit.W001" in done.stderr and "DATABASE_OWNER_URL" in done.stderr
    assert "identified 1 issue" in done.stderr + done.stdout  # Nor is it warned of texts that are not sent.


def test_everything_missing_is_said_at_once() -> None:
    refused = check({"DATABASE_URL": COMPLETE["DATABASE_URL"]})
    assert refused.returncode == 2
    lines = refused.stderr.splitlines()
    names = ["ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL", "EMAIL_URL", "REDIS_URL", "SECRET_KEY"]
    assert sorted(line.split()[0] for line in lines) == names
    assert all(" is missing: set " in line for line in lines)


def test_texts_need_all_of_twilio_or_nothing(refused: Callable[[dict[str, str]], str]) -> None:
    for name in ("TWILIO_AUTH_TOKEN", "TWILIO_FROM", "BASE_URL"):
        assert refused(COMPLETE | TWILIO | {name: ""}).split()[0] == name
    for name in TWILIO:
        said = refused(COMPLETE | TWILIO | {name: "http://hushed"})
        assert name in said and "hushed" not in said


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("DATABASE_URL", "mysql://u:hushed@h/n", "does not start with postgresql://"),
        ("DATABASE_URL", "postgresql://u:hushed@h:54x2/n", "host or port cannot be read"),
        ("DATABASE_URL", "postgresql://u:hushed@h:5432", "names no database"),
        ("DATABASE_URL", "postgresql://u:hushed@h/n?sslmod=hushed", "PostgreSQL does not know"),
        ("DATABASE_OWNER_URL", "postgresql://owner:hushed@db.example.org/other", "another database than DATABASE_URL"),
        ("DATABASE_OWNER_URL", "postgresql://intake:hushed@db.example.org/intake", "the same user as DATABASE_URL"),
        ("REDIS_URL", "http://hushed", "does not start with rediss://"),
        ("SECRET_KEY", "hushed", "too short"),
        ("ALLOWED_HOSTS", "https://hushed.example.org/", "bare host name"),
        ("ALLOWED_HOSTS", "*", "bare host name"),
        ("EMAIL_URL", "smtp://u:hushed@h:http", "host or port cannot be read"),
        ("DEFAULT_FROM_EMAIL", "hushed", "no e-mail address"),
        ("PRACTICE_TIME_ZONE", "Baltimore/hushed", "no such time zone"),
    ],
)
def test_what_is_malformed_is_one_line_that_gives_nothing_away(
    name: str, text: str, says: str, refused: Callable[[dict[str, str]], str]
) -> None:
    (line,) = refused(COMPLETE | {name: text}).splitlines()
    assert line.startswith(f"{name} is malformed (") and says in line
    assert "hushed" not in line


def test_a_database_address_is_read_whole() -> None:
    read = environment.database(COMPLETE["DATABASE_URL"])
    assert (read["HOST"], read["PORT"], read["NAME"], read["PASSWORD"]) == ("db.example.org", 5433, "intake", "p@ss")
    assert read["OPTIONS"] == {"sslmode": "require"}


def test_the_owner_differs_in_who_it_is() -> None:
    own = environment.database(COMPLETE["DATABASE_URL"])
    owner = environment.owner_of(own)(COMPLETE["DATABASE_OWNER_URL"])
    assert (owner["USER"], owner["PASSWORD"], owner["PORT"]) == ("owner", "hushed", 5433)
    assert "NAME" not in owner and environment.owner_of(own)("") == {}


def test_mail_may_be_given_in_parts() -> None:
    env = Environment({"EMAIL_HOST": "mail.example.org", "EMAIL_PORT": "2525", "EMAIL_USE_TLS": "no"})
    read = environment.mail_settings(env)
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"], env.problems) == (
        "mail.example.org", 2525, False, [],
    )  # fmt: skip


def test_mail_in_parts_is_checked_too() -> None:
    env = Environment({"EMAIL_HOST": "mail.example.org", "EMAIL_PORT": "many"})
    environment.mail_settings(env)
    assert env.problems == [
        "EMAIL_PORT is malformed (it is no number from 1 to 65535): set the mail server's port, such as 587."
    ]
