"""What production is told through the environment: each thing missing or malformed is one clear line."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo

from lwg_intake.embedded import make_home

YES, NO = ("1", "yes", "true", "on"), ("", "0", "no", "false", "off")
# scheme of EMAIL_URL: port, STARTTLS, TLS from the start
MAIL = {"smtp": (25, False, False), "smtp+tls": (587, True, False), "smtps": (465, False, True)}


@dataclass
class Environment:
    """Reads variables and collects what is wrong with them; nothing read is ever repeated in a sentence."""

    values: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def read(self, name: str, parse: Callable[[str], Any], what: str, default: str | None = None) -> Any:
        """The variable as parsed; `what` says in words what it should hold. Without a default it is required.

        None where it is wrong: look at nothing before stop_if_wrong.
        """
        text = self.values.get(name, "").strip()
        if not text:
            if default is None:
                self.problems.append(f"{name} is missing: set {what}.")
                return None
            text = default
        try:
            return parse(text)
        except ValueError as error:
            self.problems.append(f"{name} is malformed ({error}): set {what}.")
            return None

    def stop_if_wrong(self) -> None:
        """Print every problem on a line of its own and exit with 2."""
        if self.problems:
            print("\n".join(self.problems), file=sys.stderr)
            raise SystemExit(2)


def database(text: str) -> dict[str, Any]:
    """The entry for DATABASES of a URL such as postgresql://user:password@host:5432/name?sslmode=require."""
    url = _split(text, ("postgres", "postgresql"))
    name = unquote(url.path.removeprefix("/"))
    if not name:
        raise ValueError("it names no database")
    options = dict(parse_qsl(url.query))
    host = options.pop("host", unquote(url.hostname or ""))
    try:
        make_conninfo(**options)
    except ProgrammingError:
        raise ValueError("its part after the question mark holds something that PostgreSQL does not know") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": host,
        "PORT": url.port or "",
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def owner_of(own: dict[str, Any] | None) -> Callable[[str], dict[str, Any]]:
    """Parses the URL by which the owner reaches the same database: what differs from the program's own way to it."""

    def parse(text: str) -> dict[str, Any]:
        if not text:
            return {}
        owner, mine = database(text), own or {}
        if mine and owner["NAME"] != mine["NAME"]:
            raise ValueError("it names another database than DATABASE_URL")
        if owner["USER"] == mine.get("USER"):
            raise ValueError("it names the same user as DATABASE_URL")
        return {name: owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}

    return parse


def redis(text: str) -> str:
    """A URL such as redis://host:6379/0, as it is."""
    if not _split(text, ("redis", "rediss")).hostname:
        raise ValueError("it names no host")
    return text


def secret(text: str) -> str:
    """A long random text."""
    if len(text) < 50 or len(set(text)) < 10:
        raise ValueError("it is too short or too plain")
    return text


def hosts(text: str) -> list[str]:
    """Host names between commas."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or any("/" in name or ":" in name or " " in name or name == "*" for name in names):
        raise ValueError("each must be a bare host name")
    return names


def mail(text: str) -> dict[str, Any]:
    """Django's mail settings of a URL such as smtp+tls://user:password@host:587."""
    url = _split(text, tuple(MAIL))
    if not url.hostname:
        raise ValueError("it names no host")
    port, starttls, tls = MAIL[url.scheme]
    return {
        "EMAIL_HOST": unquote(url.hostname),
        "EMAIL_PORT": url.port or port,
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
    }


def address(text: str) -> str:
    """An e-mail address, with or without a name before it."""
    local, _, host = parseaddr(text)[1].rpartition("@")
    if not local or not host:
        raise ValueError("it is no e-mail address")
    return text


def port(text: str) -> int:
    """A number from 1 to 65535."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ValueError("it is no number from 1 to 65535")
    return int(text)


def yes_or_no(text: str) -> bool:
    """Yes or no, in the usual spellings."""
    if text.lower() not in YES + NO:
        raise ValueError("it is neither yes nor no")
    return text.lower() in YES


def time_zone(text: str) -> str:
    """A name of the time-zone database."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("there is no such time zone") from None
    return text


def mail_settings(env: Environment) -> dict[str, Any]:
    """EMAIL_URL, or EMAIL_HOST with its companions."""
    url_words = "smtp+tls://user:password@host:587 (or smtp://…, smtps://…)"
    if env.values.get("EMAIL_URL", "").strip() or not env.values.get("EMAIL_HOST", "").strip():
        return env.read("EMAIL_URL", mail, f"{url_words}, or EMAIL_HOST instead") or {}
    return {
        "EMAIL_HOST": env.read("EMAIL_HOST", str, "the mail server's host name"),
        "EMAIL_PORT": env.read("EMAIL_PORT", port, "the mail server's port, such as 587", "587"),
        "EMAIL_HOST_USER": env.read("EMAIL_USER", str, "the user name at the mail server", ""),
        "EMAIL_HOST_PASSWORD": env.read("EMAIL_PASSWORD", str, "the password at the mail server", ""),
        "EMAIL_USE_TLS": env.read("EMAIL_USE_TLS", yes_or_no, "yes or no", "yes"),
    }


def text_settings(env: Environment) -> dict[str, Any]:
    """Twilio's account where one is given; without it the practice sends no texts."""
    if not env.values.get("TWILIO_ACCOUNT_SID", "").strip():
        return {"TEXT_BACKEND": "", "TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": "", "TWILIO_FROM": ""}
    return {
        "TEXT_BACKEND": "lwg_intake.messages.texting.twilio.Backend",
        "TWILIO_ACCOUNT_SID": env.read("TWILIO_ACCOUNT_SID", _hex("AC"), "the account's number, AC and 32 characters"),
        "TWILIO_AUTH_TOKEN": env.read("TWILIO_AUTH_TOKEN", _hex(""), "the account's token of 32 characters"),
        "TWILIO_FROM": env.read("TWILIO_FROM", text_sender, "a number such as +14105550100, or a service's MG…"),
        # Twilio signs what it sends us with the address it calls.
        "BASE_URL": env.read("BASE_URL", site, "this site's own address, such as https://intake.example.org"),
    }


def text_sender(text: str) -> str:
    """A number as machines write it, or the name of a messaging service."""
    if not re.fullmatch(r"\+[1-9]\d{6,14}|MG[0-9a-f]{32}", text):
        raise ValueError("it is neither a number with + and the country's code nor a messaging service")
    return text


def site(text: str) -> str:
    """An https address without a path."""
    url = _split(text, ("https",))
    if not url.hostname or url.path.strip("/") or url.query:
        raise ValueError("it must be https:// and a host name alone")
    return text.rstrip("/")


def _hex(begins: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(f"{begins}[0-9a-f]{{32}}", text):
            raise ValueError("it is not as Twilio writes it")
        return text

    return parse


def _split(text: str, schemes: tuple[str, ...]) -> SplitResult:
    """The parts of a URL. Raises ValueError without quoting it: it may hold a password."""
    try:
        url = urlsplit(text)
        url.port  # noqa: B018
    except ValueError:
        raise ValueError("its host or port cannot be read; write special characters of a password as %xx") from None
    if url.scheme not in schemes:
        raise ValueError(f"it does not start with {schemes[-1]}://")
    return url


def broker_options(url: str) -> dict[str, Any]:
    """Celery's transport options: a killed worker's task comes back, and a dead broker is noticed within seconds."""
    if url.startswith("redis"):
        return {
            "visibility_timeout": 900,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "health_check_interval": 25,
        }
    if url.startswith("pgmq"):
        return {
            "visibility_timeout": 900,
            "init_extension": False,
            "pool_size": 2,
            "pool_timeout": 5,
            "wait_time_seconds": 0,
        }
    return {}


def kept_secret(file: Path) -> str:
    """A random secret made once and kept beside the demo's data; where nothing can be kept, one for this process."""
    try:
        make_home(file.parent)
        with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as new:
            new.write(token_urlsafe(50))
    except OSError:
        pass
    try:
        return file.read_text() or token_urlsafe(50)
    except OSError:
        return token_urlsafe(50)
