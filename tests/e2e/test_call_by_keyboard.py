"""A call taken by keyboard alone: who it is, a new request, how it ended (issue: calls)."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import VisitorMaker

NATIONAL_ID = "1000000032"
MOBILE = "0500000004"

MOST_PRESSES = 130
"""Some 55 digits and words to write besides the message; at two presses a second a minute."""

_NOTE_MOUSE = """
addEventListener('pointerdown', () => sessionStorage.setItem('mouse', 'used'), true);
"""


class Keys:
    """A keyboard that counts what it is pressed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)
            self.pressed += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def access(self, digit: str) -> None:
        """Press an access key. Playwright leaves out the character that Chromium looks it up by."""
        facts = {"key": digit, "code": f"Digit{digit}", "windowsVirtualKeyCode": ord(digit)}
        texts = {"text": digit, "unmodifiedText": digit}
        session = self.page.context.new_cdp_session(self.page)
        session.send(
            "Input.dispatchKeyEvent", {"type": "keyDown", "modifiers": 1, **texts, **facts}
        )
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", "modifiers": 0, **facts})
        session.detach()
        self.pressed += 2

    def is_in(self, name: str) -> bool:
        return bool(self.page.evaluate("document.activeElement.name") == name)


def test_a_call_is_taken_by_keyboard_alone(visitors: VisitorMaker) -> None:
    agent = visitors("agent", size="1280")
    agent.sign_in_as_staff("agent")
    agent.context.add_init_script(_NOTE_MOUSE)
    agent.go("/admin/portal/contact/new/")
    keys = Keys(agent.page)

    assert keys.is_in("national_id")
    keys.write(NATIONAL_ID)
    for part in ("1", "7", "1395", MOBILE):
        keys.press("Tab")
        keys.write(part)
    keys.press("Enter")
    agent.page.wait_for_url("**/contact/*/change/")
    expect(agent.page.locator("main")).to_contain_text(NATIONAL_ID)

    assert keys.is_in("category")
    keys.access("4")
    assert keys.is_in("problem")
    keys.access("2")
    assert keys.is_in("category")
    keys.press(*["ArrowDown"] * 4, "Tab")
    keys.write("لم تصل دفعة هذا الشهر.")
    keys.press("Tab", "Enter")
    expect(agent.page.locator("main")).to_contain_text("قُدّم الطلب برقم")

    assert keys.is_in("problem")
    keys.write("لم تصل الدفعة")
    keys.press("Tab", "Tab")
    keys.write("طلب جديد")
    keys.press("Enter")
    agent.page.wait_for_url("**/contact/new/")
    assert keys.is_in("national_id"), "ready for the next call"

    assert keys.pressed <= MOST_PRESSES
    assert agent.page.evaluate("sessionStorage.getItem('mouse')") is None
    agent.look("new-call")
