"""A visitor chooses e-mail, and stops it again, as people do."""

from __future__ import annotations

import re

from tests.e2e.conftest import Visitor
from tests.e2e.stack import Stack

_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def choose_mail(visitor: Visitor, stack: Stack, address: str, *, prefix: str, looks: bool) -> None:
    """Add an address from one's messages, with a wrong code before the right one."""

    def look(what: str) -> None:
        if looks:
            visitor.look(what)

    visitor.go(f"{prefix}/messages/")
    look("messages-without-email")
    visitor.page.locator("main a[href$='/messages/email/']").first.click()
    look("email-1-none")
    visitor.page.fill("[name=email]", "mona.example.com")
    visitor.go_on()
    visitor.page.wait_for_selector(".errors")
    assert visitor.page.input_value("[name=email]") == "mona.example.com"
    look("email-2-error")
    visitor.page.fill("[name=email]", f" {address.upper()} ")
    visitor.go_on()
    visitor.page.wait_for_selector("[name=code]")
    look("email-3-code")
    [mail] = stack.wait_for_mails(address, times=1)
    assert "http" not in mail["text"] + mail["html"]
    [code] = re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", mail["text"])
    wrong = f"{(int(code) + 1) % 10**6:06}"
    _enter(visitor, wrong)
    visitor.page.wait_for_selector(".errors")
    look("email-4-wrong")
    _enter(visitor, code.translate(_ARABIC_INDIC))
    visitor.page.wait_for_selector("[name=take_away]")
    look("email-5-confirmed")
    visitor.go(f"{prefix}/messages/")
    look("messages-with-email")


def stop_mail(visitor: Visitor, *, prefix: str, looks: bool) -> None:
    """Take the address away by one press."""
    visitor.go(f"{prefix}/messages/email/")
    visitor.page.locator("main [name=take_away]").click()
    visitor.page.wait_for_selector("[name=take_away]", state="detached")
    assert visitor.page.input_value("[name=email]") == ""
    if looks:
        visitor.look("email-6-taken-away")


def _enter(visitor: Visitor, code: str) -> None:
    visitor.page.fill("[name=code]", code)
    visitor.page.locator("main form:has([name=code]) button").first.click()
    visitor.page.wait_for_load_state()
