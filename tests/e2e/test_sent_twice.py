"""Impatience in a real browser: a double click, then Back and sending again (O13 a, d)."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import VisitorMaker
from tests.e2e.stack import Stack

REFERENCE = re.compile(r"/sawtak/7[0-9]{9}/$")
TICKET = {
    "full_name": "زائر تجريبي",
    "national_id": "1000000024",
    "birth_day": "1",
    "birth_year": "1404",
    "message": "أين وصل طلبي؟",
}
MESSAGE = {"name": "زائر تجريبي", "subject": "سؤال", "message": "أين وصل طلبي؟"}


@pytest.mark.parametrize(
    ("path", "fields", "mobile"),
    [
        pytest.param("/sawtak/new/", TICKET, "0509920001", id="ticket"),
        pytest.param("/contact/", MESSAGE, "0509920002", id="contact"),
    ],
)
def test_form_sent_again_is_one_request(
    stack: Stack, visitors: VisitorMaker, path: str, fields: dict[str, str], mobile: str
) -> None:
    visitor = visitors("twice", size="390")
    visitor.go(path)
    page = visitor.page
    for name, value in {**fields, "mobile": mobile}.items():
        page.fill(f"[name={name}]", value)
    if path == "/sawtak/new/":
        page.select_option("[name=birth_month]", "7")
        page.select_option("[name=category]", "other")
    form = page.locator("main form:has([name=token])")
    form.locator("button").last.dblclick()
    page.wait_for_url(REFERENCE)
    first = page.url
    stack.wait_for_sms(mobile, holding=first.split("/")[-2])

    page.go_back()
    page.wait_for_url(re.compile(re.escape(path) + "$"))
    assert page.input_value("[name=message]") == fields["message"]
    form.locator("button").last.click()
    page.wait_for_url(REFERENCE)
    assert page.url == first

    # Another text is another request, and its SMS is the second one.
    page.go_back()
    page.wait_for_url(re.compile(re.escape(path) + "$"))
    page.fill("[name=message]", "وهذا سؤال آخر.")
    form.locator("button").last.click()
    page.wait_for_url(REFERENCE)
    assert page.url != first
    stack.wait_for_sms(mobile, holding="", times=2)
