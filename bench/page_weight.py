"""What a first visit costs a phone: bytes over the wire, with and without the fonts.

    .venv/bin/python bench/page_weight.py http://127.0.0.1:8000

Opens each page in a fresh Chromium profile against the running portal (`./run`) and adds up what
the browser received, headers and compression included. Aims: 150 KB in all, 40 KB without fonts.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import defaultdict

from playwright.sync_api import Browser, sync_playwright

PAGES = ("/", "/sawtak/new/", "/sign-in/", "/en/", "/en/sawtak/new/")
KB = 1000


def weigh(browser: Browser, url: str) -> dict[str, int]:
    """Give the bytes received for a first visit, by type of resource."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    received: dict[str, int] = defaultdict(int)
    session.on(
        "Network.responseReceived",
        lambda event: kinds.__setitem__(event["requestId"], event["type"]),
    )

    def finished(event: dict[str, object]) -> None:
        kind = kinds.get(str(event["requestId"]), "Other")
        received[kind] += int(str(event["encodedDataLength"]).partition(".")[0])

    session.on("Network.loadingFinished", finished)
    page.goto(url, wait_until="networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    context.close()
    return dict(received)


def main() -> int:
    """Print a table of the pages' weights."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    base = sys.argv[1].rstrip("/")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    print("| page | in all, KB | without fonts, KB | document | style | script | other |")
    print("|---|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        for page in PAGES:
            parts = weigh(browser, base + page)
            whole, fonts = sum(parts.values()), parts.get("Font", 0)
            named = {"Font", "Document", "Stylesheet", "Script"}
            other = sum(size for kind, size in parts.items() if kind not in named)
            cells = (
                whole,
                whole - fonts,
                parts.get("Document", 0),
                parts.get("Stylesheet", 0),
                parts.get("Script", 0),
                other,
            )
            print(f"| `{page}` | " + " | ".join(f"{size / KB:.1f}" for size in cells) + " |")
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
