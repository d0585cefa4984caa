"""A whole day of the staff, from one queue: what came in over night is taken, asked, answered,
escalated, decided by two, and seen by the supervisor in the figures."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Visitor, VisitorMaker
from tests.e2e.stack import Stack

QUEUE = "/admin/portal/workitem/"
REFERENCE = re.compile(r"/sawtak/(7[0-9]{9})/$")
TICKET = re.compile(r"/admin/sawtak/ticket/[0-9]+/change/$")
CASE = re.compile(r"/admin/(sawtak/ticket|objections/objection)/[0-9]+/change/$")
MOBILE = "0509950001"
ASKED = "لم تصل دفعة شهر أكتوبر إلى حسابي."
QUESTION = "هل تغيّر رقم حسابك في البنك؟"
REPLY = "نعم، تغيّر في 3 أكتوبر."
ANSWER = "حدّثنا رقم حسابك، وتصل الدفعة يوم 10."


def a_request(citizen: Visitor) -> str:
    """Send a request as anybody can, and give its reference."""
    citizen.go("/sawtak/new/")
    citizen.page.fill("[name=full_name]", "عبير سالم التجريبي")
    citizen.page.fill("[name=mobile]", MOBILE)
    citizen.page.fill("[name=national_id]", "1000000024")
    citizen.page.fill("[name=birth_day]", "1")
    citizen.page.select_option("[name=birth_month]", "7")
    citizen.page.fill("[name=birth_year]", "1404")
    citizen.page.select_option("[name=category]", "payments")
    citizen.page.fill("[name=message]", ASKED)
    citizen.go_on()
    citizen.page.wait_for_url(REFERENCE)
    found = REFERENCE.search(citizen.page.url)
    assert found is not None
    return found.group(1)


def prove_the_mobile(citizen: Visitor, stack: Stack) -> None:
    before = len(stack.codes(MOBILE))
    citizen.page.locator("main form[action*='/code/'] button, main a[href*='/code/']").first.click()
    if citizen.page.locator("main [name=code]").count() == 0:
        citizen.go_on()
    citizen.page.fill("[name=code]", stack.wait_for_code(MOBILE, after=before))
    citizen.page.locator("main form:has([name=code]) button").first.click()


def do(staff: Visitor, action: str, **filled: str) -> None:
    """Do an act on the page of a case: open its form where it is folded, fill it, press."""
    form = staff.page.locator(f"form:has([name=action][value={action}])")
    if not form.is_visible():
        staff.page.locator("details", has=form).locator("summary").first.click()
    for name, value in filled.items():
        form.locator(f"[name$={name}]").fill(value)
    button = form.locator(f"button[value={action}]")
    (button if button.count() else form.locator("button")).first.click()
    staff.page.wait_for_load_state()


def find(staff: Visitor, reference: str) -> None:
    """Type a reference into the box on every page; one hit opens it."""
    staff.page.locator("header [name=q]").fill(reference)
    staff.page.locator("header [name=q]").press("Enter")
    staff.page.wait_for_url(TICKET)


def test_a_whole_working_day_from_one_queue(stack: Stack, visitors: VisitorMaker) -> None:
    citizen = visitors("day-citizen")
    reference = a_request(citizen)

    # The agent: one box leads to the ticket; the sender is asked; the case waits for her.
    agent = visitors("day-agent", size="1280")
    agent.sign_in_as_staff("agent")
    find(agent, reference)
    do(agent, "take")
    do(agent, "ask", text=QUESTION)
    agent.go(f"{QUEUE}?view=awaiting")
    assert agent.reads(reference)
    agent.look("day-queue-awaiting")

    # She proves her mobile and replies; the ticket is the agent's to answer again.
    stack.wait_for_sms(MOBILE, holding=reference, times=3)
    citizen.page.reload()
    prove_the_mobile(citizen, stack)
    citizen.page.get_by_text(QUESTION).wait_for()
    citizen.page.fill("main [name=message]", REPLY)
    citizen.page.locator("form:has([name=message]) button:not([type=button])").last.click()
    citizen.page.get_by_text(REPLY).wait_for()
    agent.go(f"{QUEUE}?view=mine")
    agent.page.get_by_role("link", name=reference).click()
    assert agent.reads(REPLY)

    # Too hard for the agent: escalated with a reason, settled by the supervisor, answered.
    do(agent, "escalate", note="رقم الحساب الجديد غير ظاهر لي")
    supervisor = visitors("day-supervisor", size="1280")
    supervisor.sign_in_as_staff("supervisor")
    supervisor.go(f"{QUEUE}?view=escalated")
    supervisor.look("day-queue-escalated")
    supervisor.page.get_by_role("link", name=reference).click()
    do(supervisor, "settle", note="الحساب محدّث منذ أمس")
    agent.page.reload()
    do(agent, "answer", text=ANSWER)
    stack.wait_for_sms(MOBILE, holding=reference, times=4)
    citizen.page.reload()
    citizen.page.get_by_text(ANSWER).wait_for()
    citizen.page.locator("[name=stars][value='5']").check(force=True)
    citizen.page.locator("form:has([name=stars]) button").last.click()
    expect(citizen.page.locator("form:has([name=stars])")).to_have_count(0)

    # The caseworker: one press brings what is due first, until nothing is decided alone.
    caseworker = visitors("day-caseworker", size="1280")
    caseworker.sign_in_as_staff("caseworker")
    caseworker.go(QUEUE)
    caseworker.look("day-queue")
    caseworker.page.locator("form[action$='/next/'] button").first.click()
    caseworker.page.wait_for_url(CASE)
    caseworker.go(f"{QUEUE}?view=nobody&matter=objections")
    caseworker.page.locator("main table a").first.click()
    caseworker.page.wait_for_url(CASE)
    do(caseworker, "take")
    case_url = caseworker.page.url
    caseworker.page.check("[name=decision][value=rejected]")
    caseworker.page.locator("[data-outcome=rejected] [name=reasons]").first.check()
    caseworker.page.fill("[name=answer]", "لم يثبت العقد باسمك. أرسل العقد الموثق من إيجار.")
    caseworker.page.locator("form:has([value=decide]) button.btn-primary").click()
    caseworker.page.wait_for_selector("form:has([value=take_back])")

    # The approver reads it in the queue and decides with her; the case leaves the queue.
    approver = visitors("day-approver", size="1280")
    approver.sign_in_as_staff("approver")
    approver.go(f"{QUEUE}?view=approval")
    row = re.search(r"/([0-9]+)/change/", case_url)
    assert row is not None
    in_queue = approver.page.locator(f"main a[href*='/objection/{row[1]}/change/']").first
    in_queue.click()
    approver.page.locator("form:has([value=approve]) button").click()
    approver.page.wait_for_selector("form:has([value=approve])", state="detached")
    approver.go(f"{QUEUE}?view=approval")
    assert in_queue.count() == 0

    # The evening: the figures, counted by their job, hold what was done.
    stack.manage("count_figures")
    supervisor.go(f"{QUEUE}figures/")
    supervisor.look("day-figures")
    assert supervisor.page.locator("main table").count() > 0
