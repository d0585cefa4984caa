"""A text of an SMS in a real browser: counted while it is typed, proposed, and approved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import VisitorMaker

LIST = "/admin/notifications/smstext/"
PAGE = f"{LIST}of/objection_submitted/"
AR = "{programme}: استلمنا اعتراضك. رقمه {reference}. نخبرك بالقرار برسالة."
EN = "{programme}: we have your objection. Its number is {reference}. We will tell you by message."


@pytest.mark.parametrize("size", ["1280", "390"])
def test_what_is_typed_is_shown_and_counted_at_once(visitors: VisitorMaker, size: str) -> None:
    writer = visitors(f"writer-{size}", size=size)
    writer.sign_in_as_staff("supervisor")
    writer.go(LIST)
    writer.look("texts-list")
    writer.go(f"{PAGE}propose/")
    previews = writer.page.locator("#previews")
    writer.page.fill("[name=text_en]", EN.replace("objection.", "objection’s."))
    expect(previews).to_contain_text("RIGHT SINGLE QUOTATION MARK")
    writer.look("texts-propose")
    writer.page.fill("[name=text_en]", EN)
    expect(previews).not_to_contain_text("QUOTATION")
    expect(previews).to_contain_text("Citizen Account: we have your objection.")


def test_two_people_change_a_text_without_a_script(visitors: VisitorMaker) -> None:
    writer = visitors("writer", size="1280", with_script=False)
    writer.sign_in_as_staff("supervisor")
    writer.go(f"{PAGE}propose/")
    writer.page.fill("[name=text_ar]", AR)
    writer.page.fill("[name=text_en]", EN)
    writer.press("اعرض المكتوب")
    assert writer.reads("حساب المواطن: استلمنا اعتراضك. رقمه 4026714834.")
    writer.page.fill("[name=why]", "«وصل» تُقرأ كأن أحدًا قرأه.")
    writer.press("اقترح النص")
    writer.page.wait_for_url(re.compile(r"/smstext/\d+/change/$"))
    assert not writer.reads("اعتمد النص")

    approver = visitors("approver", size="390")
    approver.sign_in_as_staff("approver")
    approver.go(PAGE)
    approver.follow("اقرأه وقرر")
    approver.look("texts-decide")
    approver.press("اعتمد النص")
    expect(approver.page.locator("main")).to_contain_text("اعتُمد النص")
    approver.go(PAGE)
    approver.look("texts-one")
    assert approver.reads("حساب المواطن: استلمنا اعتراضك.")
