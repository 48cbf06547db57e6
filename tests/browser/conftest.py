"""A real browser on a real server. Skipped, with the reason, where there is no Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, sync_playwright

from lwg_intake.access.accounts import keep_address
from lwg_intake.access.models import User
from tests.pages import session_of

# Playwright's loop makes Django believe that the tests were asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()
PASSWORD = "four unrelated words"
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Opens a browser of somebody's own: `new_page("phone")`. At the end, no script of ours may have failed."""
    cache.clear()
    opened, wrong = [], []

    def open_one(size: str = "desk") -> Page:
        width, height = SIZES[size]
        context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": height})
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        opened.append(context)
        return page

    yield open_one
    for context in opened:
        context.close()
    assert not wrong


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def staff(live_server: Any) -> Callable[..., User]:
    """Somebody of the staff: `staff("csr", "billing", first="Rosa")`. The password is PASSWORD."""

    def make(*roles: str, first: str = "Rosa") -> User:
        user = User.objects.create_user(
            f"{first.lower()}.{roles[0]}@example.com",
            PASSWORD,
            first_name=first,
            last_name="Delgado",
            roles=list(roles),
        )
        keep_address(user)
        return user

    return make


def sign_in(page: Page, user: User) -> None:
    """Sign in without the form, which has a test of its own."""
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "domain": "localhost", "path": "/"}]
    )


def axe(page: Page) -> None:
    """Fail with a readable list of everything axe-core finds on the page as it stands."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(result => result.violations)")
    lines = [
        f"{violation['id']}: {violation['help']}\n    {node['html'][:160]}\n    {node['failureSummary'][:300]}"
        for violation in found
        for node in violation["nodes"][:5]
    ]
    assert not lines, f"axe on {page.url}:\n" + "\n".join(lines)


def fits(page: Page) -> None:
    """Fail when the page must be scrolled sideways."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over} pixels too wide"
