"""A visitor without an account asks, follows, proves the mobile, reads the answer."""

from __future__ import annotations

import re

import pytest

from saudi.checks import luhn_is_valid
from tests.e2e.conftest import VisitorMaker
from tests.e2e.stack import Stack

REFERENCE = re.compile(r"/sawtak/(7[0-9]{9})/$")
MESSAGE = "متى تصل دفعة هذا الشهر؟ لم يصلني شيء منذ يوم 10."
ANSWER = "تصل الدفعة يوم 10 من كل شهر إلى حسابك المسجل."


@pytest.mark.parametrize(
    ("size", "prefix", "mobile"),
    [
        pytest.param("390", "", "0509910001", id="phone-arabic"),
        pytest.param("1280", "/en", "0509910002", id="desk-english"),
    ],
)
def test_ticket_is_filed_followed_and_answered(
    stack: Stack, visitors: VisitorMaker, size: str, prefix: str, mobile: str
) -> None:
    name = f"{size}{prefix.replace('/', '-')}"
    visitor = visitors(name, size=size)
    visitor.go(f"{prefix}/sawtak/new/")
    visitor.look("sawtak-new")

    # Typed with Arabic digits and nothing else: the errors say what to do, the text stays.
    visitor.page.fill("[name=message]", MESSAGE)
    visitor.page.fill("[name=national_id]", "١٠٠٠٠٠٠٠٢")
    visitor.go_on()
    assert visitor.page.locator(".errors").is_visible()
    assert visitor.page.input_value("[name=message]") == MESSAGE
    visitor.look("sawtak-new-errors")

    visitor.page.fill("[name=full_name]", "ناصر سعد التجريبي")
    visitor.page.fill("[name=mobile]", mobile)
    visitor.page.fill("[name=national_id]", "١٠٠٠٠٠٠٠٢٤")
    visitor.page.fill("[name=birth_day]", "١")
    visitor.page.select_option("[name=birth_month]", "7")
    visitor.page.fill("[name=birth_year]", "١٤٠٤")
    visitor.page.select_option("[name=category]", index=1)
    visitor.go_on()
    visitor.page.wait_for_url(REFERENCE)
    found = REFERENCE.search(visitor.page.url)
    assert found is not None
    reference = found.group(1)
    assert luhn_is_valid(reference)
    assert visitor.reads(reference)
    visitor.look("sawtak-filed")
    stack.wait_for_sms(mobile, holding=reference)

    agent = visitors(f"staff-{name}", size="1280")
    agent.sign_in_as_staff("agent")
    agent.look("staff-work")
    agent.go(f"/admin/sawtak/ticket/?q={reference}")
    agent.look("staff-tickets")
    agent.page.get_by_role("link", name=reference).click()
    agent.look("staff-ticket-new")
    agent.page.locator("form:has([value=take]) button").click()
    agent.page.wait_for_selector("form:has([value=take])", state="detached")
    agent.page.fill("[name=text]", ANSWER)
    agent.page.locator("button[value=answer]").click()
    agent.page.wait_for_selector(f"text={ANSWER}")
    agent.look("staff-ticket-answered")

    stack.wait_for_sms(mobile, holding=reference, times=3)  # received, taken, answered
    follower = visitors(f"{name}-other-browser", size=size)
    follower.go(f"{prefix}/sawtak/track/")
    follower.look("track")
    follower.page.fill("[name=reference]", reference)
    follower.page.fill("[name=identifier]", mobile)
    follower.go_on()
    follower.page.wait_for_load_state()
    assert follower.reads(reference)
    assert not follower.reads(ANSWER)
    follower.look("track-found")
    before = len(stack.codes(mobile))
    follower.page.locator(
        "main form[action*='/code/'] button, main a[href*='/code/']"
    ).first.click()
    if follower.page.locator("main [name=code]").count() == 0:
        follower.go_on()
    code = stack.wait_for_code(mobile, after=before)
    follower.look("sawtak-code")
    follower.page.fill("[name=code]", code)
    follower.page.locator("main form:has([name=code]) button").first.click()
    follower.page.wait_for_selector(f"text={ANSWER}")
    follower.look("sawtak-answered")


def test_wrong_pair_tells_nothing(visitors: VisitorMaker) -> None:
    visitor = visitors("390")
    visitor.go("/sawtak/track/")
    visitor.page.fill("[name=reference]", "7000000007")
    visitor.page.fill("[name=identifier]", "0500000001")
    visitor.go_on()
    visitor.page.wait_for_load_state()
    visitor.look("track-not-found")
    assert "7000000007" in visitor.page.input_value("[name=reference]")


def test_contact_form_opens_a_ticket(stack: Stack, visitors: VisitorMaker) -> None:
    visitor = visitors("1280", size="1280")
    visitor.go("/contact/")
    visitor.look("contact")
    visitor.page.fill("[name=name]", "هيا فهد المثال")
    visitor.page.fill("[name=mobile]", "+966 50 991 0003")
    visitor.page.fill("[name=subject]", "سؤال عن التسجيل")
    visitor.page.fill("[name=message]", "كيف أفتح ملفًا جديدًا؟")
    visitor.go_on()
    visitor.page.wait_for_url(REFERENCE)
    found = REFERENCE.search(visitor.page.url)
    assert found is not None
    stack.wait_for_sms("0509910003", holding=found.group(1))
