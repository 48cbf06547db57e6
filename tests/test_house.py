"""The house's own rules: every address says what it needs and keeps to it, and the code keeps its shape."""

import ast
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from factory.django import DjangoModelFactory

import tests.factories
from lwg_intake.access.models import User
from lwg_intake.access.roles import MAY, Role

ROOT = Path(__file__).parent.parent
OURS = ("lwg_intake", "returning", "reassignment", "caseload")
MODULES = [
    path for package in OURS for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts
]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# The addresses that open without signing in. Everything else asks for it.
OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_confirm_email",
    "mfa_authenticate",
    "healthy",
    # Signed by the text service, call by call.
    "text-in",
    "text-status",
    # By its secret address: a calendar cannot sign in.
    "caseload-feed",
}
# allauth's own pages, for whoever is signed in: the own password and second factor.
OWN_ACCOUNT = ("account_", "mfa_")
# The field's own words for a day or a moment.
DAYS = {"dob", "last_day", "balance_as_of", "as_of"}
MOMENTS = {"at", "last_login", "date_joined"}


@cache
def addresses() -> dict[str, URLPattern]:
    """Every address by its path, with <…> where it takes arguments. The first of one path wins, as in Django."""

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in patterns:
            path = before + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, path)
            else:
                yield path, entry

    found: dict[str, URLPattern] = {}
    for path, entry in walk(get_resolver().url_patterns, "/"):
        found.setdefault(path, entry)
    return found


def needed(entry: URLPattern) -> tuple[str, ...] | None:
    """The rights, any one of which opens an address; None where it declares none."""
    return getattr(entry.callback, "needs", None)


def is_declared(entry: URLPattern) -> bool:
    name = entry.name or ""
    redirects = getattr(entry.callback, "view_class", None) is not None and not name
    return needed(entry) is not None or name in OPEN or name.startswith(OWN_ACCOUNT) or redirects


def test_every_address_says_what_it_needs() -> None:
    assert [path for path, entry in addresses().items() if not is_declared(entry)] == []


def test_only_the_listed_addresses_are_open() -> None:
    opened = {entry.name for entry in addresses().values() if not getattr(entry.callback, "login_required", True)}
    assert opened - OPEN == set()


def plain_addresses() -> list[tuple[str, URLPattern]]:
    return [(path, entry) for path, entry in addresses().items() if "<" not in path and "(?P" not in path]


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_exactly_what_its_rights_open(role: Role, client: Client) -> None:
    client.force_login(User.objects.create_user("walker@example.com", "pw", roles=[role.value]))
    wrong = []
    for path, entry in plain_addresses():
        if (rights := needed(entry)) is None:
            continue
        may = not MAY[role].isdisjoint(rights)
        status = client.get(path).status_code
        if (status == 403) == may or status >= 500:
            wrong.append((path, status, "may" if may else "may not"))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_without_the_right_a_record_is_refused_before_it_is_looked_for(role: Role, client: Client) -> None:
    client.force_login(User.objects.create_user("walker@example.com", "pw", roles=[role.value]))
    wrong = []
    for path, entry in addresses().items():
        rights = needed(entry)
        if rights is None or "<" not in path:
            continue
        answer = client.get(re.sub(r"<(int:)?[^>]*>", lambda found: "999999" if found[1] else "balance", path))
        refused = (403, 405) if MAY[role].isdisjoint(rights) else (200, 302, 404, 405)
        if answer.status_code not in refused:
            wrong.append((path, answer.status_code))
    assert wrong == []


@pytest.mark.django_db
def test_signed_out_every_address_leads_to_the_door(client: Client) -> None:
    wrong = []
    for path, entry in plain_addresses():
        if entry.name in OPEN:
            continue
        answer = client.get(path)
        if answer.status_code != 302 or not answer["Location"].startswith("/accounts/login/"):
            wrong.append((path, answer.status_code))
    assert wrong == []


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]


def test_every_model_has_a_factory() -> None:
    for module in pkgutil.walk_packages(tests.factories.__path__, "tests.factories."):
        import_module(module.name)

    def below(kind: type) -> Iterator[type]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    made = {kind._meta.model for kind in below(DjangoModelFactory)}  # type: ignore[attr-defined]
    assert [model._meta.label for model in our_models() if model not in made] == []


def test_moments_end_in_at_and_days_in_on() -> None:
    wrong = []
    for model in our_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.DateTimeField):
                fine = field.name.endswith("_at") or field.name in MOMENTS
            elif isinstance(field, models.DateField):
                fine = field.name.endswith("_on") or field.name in DAYS
            else:
                continue
            if not fine:
                wrong.append(f"{model._meta.label}.{field.name}")
    assert wrong == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_module_passes_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in (*MODULES, *TESTS)}
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_no_two_modules_need_each_other_to_load() -> None:
    """Imports at the top of modules form no circle; what is imported inside a function does not count."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}
    graph = {name: set(top_imports(path)) & names.keys() for name, path in names.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for other in graph[name] - {name}:
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def top_imports(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # "from package import module" loads the module; "from module import name" loads the module named first.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            if path.name != "__init__.py" or not path.match(f"{node.module.replace('.', '/')}/__init__.py"):
                yield node.module


def test_nothing_stands_inline_in_a_template() -> None:
    """The content policy would drop it silently."""
    templates = [(path.name, path.read_text()) for path in (ROOT / "templates").rglob("*.html")]
    assert [name for name, text in templates if re.search(r"<style| style=\"| onclick", text)] == []
    scripts = [(name, tag.split(">")[0]) for name, text in templates for tag in text.split("<script")[1:]]
    assert [name for name, tag in scripts if "src=" not in tag and "json" not in tag] == []
