"""A household comes in with a register file; a mother objects; a caseworker decides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from saudi.checks import luhn_check_digit, luhn_is_valid
from saudi.gregorian import riyadh_today
from tests.documents.files import pdf_bytes
from tests.e2e.conftest import Visitor, VisitorMaker
from tests.e2e.emails import choose_mail, stop_mail
from tests.e2e.stack import Stack

REFERENCE = re.compile(r"/objections/(4[0-9]{9})/$")


def new_national_id(seed: int) -> str:
    """Give a synthetic national ID that no other test uses."""
    digits = f"10990{seed:04d}"
    return digits + luhn_check_digit(digits)


def import_household(
    stack: Stack, folder: Path, *, national_id: str, mobile: str, cycle: str
) -> None:
    """Bring a household in with the programme's own files, and announce its result today."""
    assert luhn_is_valid(national_id)
    register = folder / "register.csv"
    register.write_text(
        "national_id,full_name,mobile,birth_date_hijri,household_id,relation,city,iban\n"
        f'{national_id},"منى راشد المثال",{mobile},1404/07/01,HH-{national_id},head,جدة,\n',
        encoding="utf-8-sig",
    )
    results = folder / "results.csv"
    results.write_text(
        "national_id,status,reason_codes,entitlement_sar\n"
        f"{national_id},ineligible,LEASE_NOT_PROVEN;ATTACHMENTS_MISSING,0.00\n",
        encoding="utf-8",
    )
    stack.manage("import_register", str(register))
    stack.manage("import_results", cycle, str(results))
    stack.manage("announce", cycle, "--on", str(riyadh_today()))


def send_together(citizen: Visitor, document: Path) -> None:
    citizen.page.set_input_files("[name=documents]", document)


def send_one_by_one(citizen: Visitor, document: Path) -> None:
    """Choose three files: one is no document, one is lost on the way and sent again."""
    bad, second = document.with_name("x.svg"), document.with_name("فاتورة.pdf")
    bad.write_text("<svg onload='alert(1)'/>", encoding="utf-8")
    second.write_bytes(pdf_bytes(pages=2))
    page = citizen.page
    citizen.look("objection-4-documents")
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort()

    page.route("**/documents/send/", lose_the_first)
    page.set_input_files("[name=documents]", [second, bad, document])
    page.wait_for_selector("[data-kept] .is-ok")
    again = page.locator("[data-again]:visible")
    assert again.count() == 1, "what did not arrive can be sent again, what was refused not"
    citizen.complaints.clear()  # the browser says that it lost one
    citizen.look("objection-4-refused")
    citizen.go_on()
    page.wait_for_url("**/review/")
    assert citizen.reads(document.name), "going on needs only what arrived"
    page.go_back()
    page.reload()
    page.set_input_files("[name=documents]", second)
    expect(page.locator("[data-kept] .is-ok")).to_have_count(2)
    page.locator("[data-kept] [name=remove]").last.click()
    expect(page.locator("[data-kept] .is-ok")).to_have_count(1)
    citizen.look("objection-4-sent")


@pytest.mark.parametrize(
    ("size", "prefix", "seed", "with_script"),
    [
        pytest.param("390", "", 1, True, id="phone-arabic"),
        pytest.param("1280", "/en", 2, False, id="desk-english-without-script"),
    ],
)
def test_objection_is_filed_decided_and_told(
    stack: Stack,
    visitors: VisitorMaker,
    tmp_path: Path,
    size: str,
    prefix: str,
    seed: int,
    with_script: bool,
) -> None:
    national_id, mobile = new_national_id(seed), f"05099000{seed:02d}"
    import_household(
        stack, tmp_path, national_id=national_id, mobile=mobile, cycle=f"2019-{seed:02d}"
    )
    document = tmp_path / "عقد الإيجار.pdf"
    document.write_bytes(pdf_bytes())
    name = f"{size}{prefix.replace('/', '-')}{'' if with_script else '-no-script'}"

    citizen = visitors(name, size=size, with_script=with_script)
    citizen.sign_in(national_id, mobile, prefix=prefix)
    if with_script:
        citizen.look("profile-ineligible")
    address = f"MONA{seed}@example.com"  # as it is typed below, in capitals
    choose_mail(citizen, stack, address, prefix=prefix, looks=with_script)
    citizen.go(f"{prefix}/profile/")
    link = citizen.page.locator("main a[href*='/objections/new/?result=']").first
    link.click()
    if with_script:
        citizen.look("objection-1-reasons")
    citizen.go_on()
    citizen.page.wait_for_load_state()
    if with_script:
        citizen.look("objection-2-profile")
    citizen.go_on()
    citizen.page.wait_for_load_state()
    if with_script:
        citizen.look("objection-3-statement")
    # A step sent empty says what is missing and keeps what was typed.
    citizen.page.fill("[name=statement]", "عقد الإيجار موثّق باسمي منذ 3 محرم 1448.")
    if with_script:  # what is typed is kept before anything is pressed
        citizen.page.get_by_text(re.compile("حفظناه|Kept at")).wait_for()
    citizen.go_on()
    citizen.page.wait_for_selector(".errors")
    assert "موثّق باسمي" in citizen.page.input_value("[name=statement]")
    if with_script:
        citizen.look("objection-3-errors")
    ground = citizen.page.locator("[name=ground]").first
    if ground.evaluate("element => element.tagName") == "SELECT":
        ground.select_option(index=1)
    else:
        ground.check()
    citizen.go_on()
    citizen.page.wait_for_selector("[name=documents]", state="attached")
    (send_one_by_one if with_script else send_together)(citizen, document)
    citizen.go_on()
    citizen.page.wait_for_selector("[name=declaration]")
    if with_script:
        citizen.look("objection-5-review")
    citizen.page.check("[name=declaration]")
    citizen.go_on()
    citizen.page.wait_for_url(REFERENCE)
    found = REFERENCE.search(citizen.page.url)
    assert found is not None
    reference = found.group(1)
    assert luhn_is_valid(reference)
    assert citizen.reads(reference)
    if with_script:
        citizen.look("objection-submitted")
    stack.wait_for_sms(mobile, holding=reference)

    caseworker = visitors(f"staff-{name}", size="1280")
    caseworker.sign_in_as_staff("caseworker")
    caseworker.go(f"/admin/objections/objection/?q={reference}")
    caseworker.look("staff-objections")
    caseworker.page.get_by_role("link", name=reference).click()
    caseworker.page.locator("form:has([value=take]) button").click()
    caseworker.page.wait_for_selector("[name=decision]")
    caseworker.look("staff-case")
    with caseworker.page.expect_download() as download:
        caseworker.page.locator(".files a.btn").first.click()
    assert download.value.suggested_filename == "عقد الإيجار.pdf"

    case_url = caseworker.page.url
    caseworker.page.check("[name=decision][value=accepted]")
    caseworker.page.locator("[data-outcome=accepted] [name=reasons]").first.check()
    caseworker.page.fill("[name=answer]", "قبلنا اعتراضك لأن عقد الإيجار ثبت باسمك.")
    caseworker.page.locator("form:has([value=decide]) button.btn-primary").click()
    caseworker.page.wait_for_selector("form:has([value=take_back])")
    assert caseworker.page.locator("form:has([value=approve])").count() == 0
    caseworker.look("staff-case-proposed")
    approver = visitors(f"approver-{name}", size="1280")
    approver.sign_in_as_staff("approver")
    approver.page.goto(case_url)
    approver.page.locator("form:has([value=approve]) button").click()
    approver.page.wait_for_selector("form:has([value=approve])", state="detached")
    approver.look("staff-case-decided")

    stack.wait_for_sms(mobile, holding=reference, times=3)  # received, under review, decided
    citizen.page.reload()
    assert citizen.reads("قبلنا اعتراضك لأن عقد الإيجار ثبت باسمك.")
    if with_script:
        citizen.look("objection-accepted")

    decided, *_earlier = stack.wait_for_mails(address, holding=reference, times=3)
    assert '<html lang="ar" dir="rtl">' in decided["html"]  # as the SMS is
    stop_mail(citizen, prefix=prefix, looks=with_script)
    citizen.go(f"{prefix}/phone/mail/")
    if with_script:
        citizen.look("mailbox")
        citizen.page.locator("#mails a").first.click()
        citizen.page.wait_for_url(re.compile(r"/phone/mail/[0-9]+/$"))
        citizen.look("mail-as-sent")


def test_payment_that_came_short_is_contested(
    stack: Stack, visitors: VisitorMaker, tmp_path: Path
) -> None:
    document = tmp_path / "سجل السفر.pdf"
    document.write_bytes(pdf_bytes())
    citizen = visitors("390-payment")
    citizen.sign_in("1000000032", "0500000004")
    citizen.look("profile-payment-short")
    citizen.page.locator("main a[href*='/objections/new/?payment=']").first.click()
    citizen.look("payment-1-reasons")
    citizen.go_on()
    citizen.page.wait_for_load_state()
    citizen.go_on()
    citizen.page.wait_for_selector("[name=ground]")
    citizen.page.get_by_label("المبلغ غير صحيح").check()
    citizen.page.fill("[name=statement]", "سافرت خمسة أيام فقط في هذه المدة.")
    citizen.go_on()
    citizen.page.wait_for_selector("[name=documents]", state="attached")
    citizen.page.set_input_files("[name=documents]", document)
    citizen.go_on()
    citizen.page.wait_for_selector("[name=declaration]")
    assert citizen.reads("المبلغ غير صحيح")
    citizen.page.check("[name=declaration]")
    # Impatience, then Back: one objection, one number, one SMS (O13 a, d).
    citizen.page.get_by_role("button", name="أرسل الاعتراض").dblclick()
    citizen.page.wait_for_url(REFERENCE)
    sent_to = citizen.page.url
    citizen.page.go_back()
    citizen.page.wait_for_url(REFERENCE)
    assert citizen.page.url == sent_to
    citizen.look("payment-submitted")
    found = REFERENCE.search(citizen.page.url)
    assert found is not None
    stack.wait_for_sms("0500000004", holding=found.group(1))
    citizen.go("/profile/")
    assert citizen.page.locator("main a[href*='?payment=']").count() == 0


def test_wanted_documents_are_sent_and_bring_the_case_back(
    visitors: VisitorMaker, tmp_path: Path
) -> None:
    document = tmp_path / "صفحة 2.pdf"
    document.write_bytes(pdf_bytes())
    citizen = visitors("390")
    citizen.sign_in("1000000057", "0500000006")
    citizen.look("profile-documents-wanted")
    citizen.page.locator("main a[href*='/objections/4']").first.click()
    citizen.look("objection-documents-wanted")
    citizen.page.set_input_files("[name=documents]", document)
    citizen.page.locator("form:has([name=documents]) button:not([type=button])").last.click()
    citizen.page.get_by_text("وصلت مستنداتك. نكمل دراسة اعتراضك.").first.wait_for()
    assert citizen.reads("صفحة 2.pdf")
    citizen.look("objection-documents-sent")


def test_closed_window_says_when_and_what_remains(visitors: VisitorMaker) -> None:
    citizen = visitors("390")
    citizen.sign_in("2000000006", "0500000003")
    citizen.look("profile-window-closed")
    assert citizen.page.locator("main a[href*='/objections/new/?result=']").count() == 0
    citizen.page.get_by_role("link", name=re.compile("انقضت المدة: ماذا أفعل؟")).first.click()
    citizen.look("result-closed")
    assert citizen.page.locator("main a[href*='/sawtak/']").count() > 0


LAST_DAY_IS_TODAY = """
from datetime import timedelta
from beneficiaries.models import EligibilityResult
from saudi.gregorian import riyadh_today
today = riyadh_today()
EligibilityResult.objects.filter(
    person__national_id="1000000016", filing_deadline=today - timedelta(days=1)
).update(filing_deadline=today)
"""


def test_last_day_is_still_open(stack: Stack, visitors: VisitorMaker) -> None:
    # The stack may have been loaded before midnight: the last day is today's all the same.
    stack.manage("shell", "-v", "0", "-c", LAST_DAY_IS_TODAY)
    citizen = visitors("1280", size="1280")
    citizen.sign_in("1000000016", "0500000002")
    citizen.look("profile-last-day")
    assert citizen.page.locator("main a[href*='/objections/new/?result=']").count() > 0


def test_sensitive_reason_is_seen_by_its_owner_only(visitors: VisitorMaker) -> None:
    hidden = "سبب يظهر لصاحبه فقط"
    head = visitors("390")
    head.sign_in("1000000008", "0500000001")
    assert head.reads(hidden)
    owner = visitors("390-owner")
    owner.sign_in("1000000040", "0500000005")
    assert not owner.reads(hidden)
    owner.look("profile-sensitive")


def test_link_from_another_application_opens_signed_in_and_back_shows_nothing_after_leaving(
    visitors: VisitorMaker,
) -> None:
    """O18 d and e, where only a browser can tell: cookies across sites, pages in its memory."""
    citizen = visitors("link")
    citizen.sign_in("1000000057", "0500000006")
    page = citizen.page
    name = page.locator("main h1").inner_text()

    page.goto("about:blank")
    page.set_content(f'<a href="{citizen.stack.url}/profile/">ملفي</a>')
    page.get_by_role("link").click()
    page.wait_for_url("**/profile/")
    assert page.locator("main h1").inner_text() == name

    page.get_by_text("القائمة").click()
    page.locator("header").get_by_role("button", name="خروج").last.click()
    page.wait_for_url(re.compile(r"127\.0\.0\.1:\d+/$"))
    page.go_back()
    page.wait_for_url("**/sign-in/?next=/profile/")
    assert name not in page.locator("body").inner_text()
