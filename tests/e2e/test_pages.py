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
    "mailbox": "/phone/mail/",
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


# As a reader sees it: the characters of an element from top to bottom and from left to right.
READ_FROM_LEFT = """element => {
  const seen = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let at = 0; at < node.length; at += 1) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      if (node.data[at].trim()) seen.push([Math.round(box.top), box.left, node.data[at]]);
    }
  }
  return seen.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((one) => one[2]).join("");
}"""
TOO_SMALL = """() => [...document.querySelectorAll(
  ".btn, .page-link, .links a, .form-control, .form-select, label.form-check, summary, .crumbs a,"
  + ".site-nav a, .site-footer a, .tools button, .call-number"
)].filter((one) => !one.closest(".staff") && one.checkVisibility()
  && one.getBoundingClientRect().height > 1 && (one.getBoundingClientRect().height < 43.9
    || (one.matches(".btn") && one.getBoundingClientRect().width < 43.9)))
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("language", ["ar", "en"])
def test_design_holds_at_every_width(visitors: VisitorMaker, language: str) -> None:
    """Numbers read from the left in a line of Arabic, also after a name that turns (O07)."""
    visitor = visitors(f"1280-{language}", size="1280")
    page = visitor.page
    visitor.go("/design/" if language == "ar" else "/en/design/")
    visitor.look("page-design")
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(too_wide) <= 0, width
        assert page.evaluate(TOO_SMALL) == [], width
        numbers = page.locator("[data-reads]").all()
        assert len(numbers) == 8
        for number in numbers:
            text = str(number.get_attribute("data-reads"))
            assert number.evaluate(READ_FROM_LEFT) == text.replace(" ", ""), width

    name, reference = page.locator("[data-turning] bdi").all()
    named, numbered = name.bounding_box(), reference.bounding_box()
    assert named
    assert numbered
    assert (named["x"] > numbered["x"]) == (language == "ar")

    line = page.locator("[data-line]")
    assert (
        line.evaluate(
            "p => p.getClientRects()[0].height / parseFloat(getComputedStyle(p).lineHeight)"
        )
        > 1.5
    )
    assert line.locator("bdi").evaluate_all(
        "all => all.map((one) => one.getClientRects().length)"
    ) == [1, 1]
    flips = page.locator("svg.icon-flip").evaluate_all(
        "all => [...new Set(all.map((one) => getComputedStyle(one).transform))]"
    )
    assert flips == (["none"] if language == "ar" else ["matrix(-1, 0, 0, 1, 0, 0)"])

    page.locator("[data-dialog]").click()
    dialog = page.locator("dialog#withdraw")
    assert dialog.is_visible()
    dialog.locator("button[formmethod=dialog]").click()
    assert not dialog.is_visible()
    assert page.url.endswith("/design/")


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
