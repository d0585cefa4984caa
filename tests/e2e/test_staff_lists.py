"""The lists of the staff site in a real browser: searched, and where one is in the menu."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import VisitorMaker

SARA = "1000000008"


def test_what_is_typed_into_a_list_s_search_is_searched_for(visitors: VisitorMaker) -> None:
    desk = visitors("desk", size="1280")
    desk.sign_in_as_staff("supervisor")
    desk.go("/admin/beneficiaries/person/")
    assert desk.page.locator("main tbody tr").count() > 1
    desk.page.fill("#searchbar", "١٠٠٠٠٠٠٠٠٨")
    desk.page.press("#searchbar", "Enter")
    expect(desk.page.locator("main tbody tr")).to_have_count(1)
    expect(desk.page.locator("main tbody")).to_contain_text(SARA)
    assert SARA not in desk.page.url


def test_the_menu_of_a_phone_shows_where_one_is(visitors: VisitorMaker) -> None:
    phone = visitors("phone", size="390")
    phone.sign_in_as_staff("supervisor")
    for language in ("", "/en"):
        for page in ("objections/objection", "notifications/campaign", "saudi/holiday"):
            phone.go(f"{language}/admin/{page}/")
            expect(phone.page.locator(".staff-nav [aria-current]")).to_be_in_viewport(ratio=0.9)


def test_the_views_of_a_list_on_a_phone_show_the_chosen_one(visitors: VisitorMaker) -> None:
    phone = visitors("phone", size="390")
    phone.sign_in_as_staff("supervisor")
    for language in ("", "/en"):
        for view in ("mine", "nobody", "all"):
            phone.go(f"{language}/admin/portal/workitem/?view={view}")
            expect(phone.page.locator(".views [aria-current]")).to_be_in_viewport(ratio=0.9)
