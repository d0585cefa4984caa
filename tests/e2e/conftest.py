"""One running stack and one browser for all journeys; both end with the last of them.

Playwright keeps an event loop running in the process, in which Django refuses its database.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portal.env import env
from tests.e2e.stack import STAFF_PASSWORD, Stack, with_database
from tests.worker import ROOT, redis_url_of

SCREENSHOTS = ROOT / "var" / "screenshots"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
SIZES = {"390": PHONE, "1280": DESK}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all journeys: `-m "not e2e"` leaves them out."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """Give the running stack on a database of its own."""
    facts = settings.DATABASES["default"]
    name = f"e2e_{os.getpid()}"
    running = Stack(
        admin_dsn={
            "dbname": "postgres",
            "user": facts["USER"],
            "password": facts["PASSWORD"],
            "host": facts["HOST"],
            "port": facts["PORT"] or None,
        },
        database_url=with_database(env.required("DATABASE_URL", example=""), name),
        redis_url=redis_url_of("gw13", env.required("REDIS_URL", example="")),
        secret_key=settings.SECRET_KEY,
    )
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Give the system's Chromium, headless."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "Chromium is missing: apt-get install chromium fonts-noto-core"
    with sync_playwright() as playwright:
        arguments = ["--disable-gpu", "--disable-quic", "--disable-background-networking"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        launched = playwright.chromium.launch(executable_path=path, args=arguments)
        yield launched
        launched.close()


class Visitor:
    """Somebody with a browser of their own: looks at pages, notes what the browser complains of."""

    def __init__(self, context: BrowserContext, stack: Stack, name: str) -> None:
        self.context = context
        self.stack = stack
        self.name = name
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type == "error" else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> None:
        """Open an address of the portal."""
        answer = self.page.goto(self.stack.url + path)
        assert answer is not None
        assert answer.status < 500, f"{path}: {answer.status}"

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button of the main part with this name."""
        self.page.locator("main").get_by_role("button", name=name).click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the first link of the main part with this name."""
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def go_on(self) -> None:
        """Press the last submit button of the step's form, as the public face promises."""
        self.page.locator("main form[method=post]").last.locator(
            "button:not([type=button])"
        ).last.click()

    def sign_in(self, national_id: str, mobile: str, *, prefix: str = "") -> None:
        """Sign in with the code that arrives on the demonstration phone."""
        before = len(self.stack.codes(mobile))
        self.go(f"{prefix}/sign-in/")
        self.page.fill("[name=national_id]", national_id)
        self.go_on()
        self.page.fill("[name=code]", self.stack.wait_for_code(mobile, after=before))
        self.page.locator("main form:has([name=code]) button").first.click()
        self.page.wait_for_url("**/profile/")

    def sign_in_as_staff(self, username: str) -> None:
        """Sign in to the staff site with the demonstration's password."""
        self.go("/admin/login/?next=/admin/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", STAFF_PASSWORD)
        self.go_on()
        self.page.wait_for_url("**/admin/")

    def reads(self, text: str) -> bool:
        """Tell whether the main part says this."""
        return text in self.page.locator("main").inner_text()

    def look(self, what: str) -> None:
        """Leave a screenshot; fail on serious accessibility findings, overflow and complaints."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{what}-{self.name}.png", full_page=True)
        findings = [
            f"{rule['id']}: {node['target']}"
            for rule in Axe().run(self.page).response["violations"]
            if rule["impact"] in {"serious", "critical"}
            for node in rule["nodes"]
        ]
        assert findings == [], f"{what} ({self.name})"
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{what} ({self.name}) is {overflow} px too wide"
        assert self.complaints == [], f"{what} ({self.name})"


@pytest.fixture
def visitors(stack: Stack, browser: Browser) -> Iterator[VisitorMaker]:
    """Make visitors; their browsers are closed with the test."""
    maker = VisitorMaker(stack, browser)
    yield maker
    maker.close()


class VisitorMaker:
    """Opens a separate browser profile for each person."""

    def __init__(self, stack: Stack, browser: Browser) -> None:
        self._stack = stack
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def __call__(self, name: str, *, size: str = "390", with_script: bool = True) -> Visitor:
        """Open a profile at 390 or 1280 pixels, with or without JavaScript."""
        width_and_height = SIZES[size]
        context = self._browser.new_context(
            viewport={"width": width_and_height["width"], "height": width_and_height["height"]},
            java_script_enabled=with_script,
            accept_downloads=True,
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        return Visitor(context, self._stack, name)

    def close(self) -> None:
        """Close every profile."""
        for context in self._contexts:
            context.close()
