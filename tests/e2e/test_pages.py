"""Every public page at three widths and in both languages: no finding, nothing too wide."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import VisitorMaker

PAGES = {
    "home": "/",
    "sign-in": "/sign-in/",
    "lost-mobile": "/sign-in/lost-mobile/",
    "register": "/register/",
    "sawtak": "/sawtak/",
    "sawtak-new": "/sawtak/new/",
    "track": "/sawtak/track/",
    "contact": "/contact/",
    "help": "/help/",
    "privacy": "/privacy/",
    "accessibility": "/accessibility/",
    "phone": "/phone/",
}


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("size", ["390", "1280"])
def test_public_pages_are_whole(visitors: VisitorMaker, size: str, language: str) -> None:
    visitor = visitors(f"{size}-{language}", size=size)
    prefix = "/en" if language == "en" else ""
    for what, path in PAGES.items():
        visitor.go(prefix + path)
        page = visitor.page
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        visitor.look(f"page-{what}")
        if size == "390":
            page.set_viewport_size({"width": 320, "height": 700})
            too_wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert too_wide <= 0, f"{path} at 320"
            page.set_viewport_size({"width": 390, "height": 844})


def test_missing_page_is_ours(visitors: VisitorMaker) -> None:
    visitor = visitors("390")
    answer = visitor.page.goto(visitor.stack.url + "/no-such-page/")
    assert answer is not None
    assert answer.status == 404
    assert visitor.page.locator("html").get_attribute("lang") == "ar"
    visitor.complaints.clear()  # Chromium notes the 404 itself
    visitor.look("page-404")


def test_signed_out_person_does_not_see_the_file_by_going_back(visitors: VisitorMaker) -> None:
    visitor = visitors("390")
    visitor.sign_in("1000000032", "0500000004")
    visitor.page.locator("header summary").click()
    visitor.page.locator("header nav form button").click()
    visitor.page.wait_for_load_state()
    visitor.page.go_back()
    visitor.page.wait_for_load_state()
    assert not visitor.page.get_by_text("1000000032").is_visible()
