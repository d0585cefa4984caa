"""The receipt as a PDF: joined letters, numbers in their order, tagged for screen readers (O07).

Typst sets it from `receipt.typ`, which gets the words as data, so that nothing a citizen wrote is
read as its markup. The fonts are the portal's, as TrueType (`portal.fonts`).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import typst
from django.conf import settings

from objections.receipts.facts import Receipt

TEMPLATE: Final = Path(__file__).with_name("receipt.typ")


def draw_receipt(receipt: Receipt) -> bytes:
    """Give the PDF of a receipt, in some milliseconds.

    It is PDF/UA-1, which assistive technology can read, and PDF/A-2a, which archives take.

    Raises RuntimeError where the fonts were not built.
    """
    if not any(Path(settings.PRINT_FONTS).glob("*.ttf")):
        raise RuntimeError("The fonts of printed pages are missing. Run: manage.py build_frontend")
    pdf: bytes = typst.compile(
        str(TEMPLATE),
        font_paths=[str(settings.PRINT_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"receipt": json.dumps(asdict(receipt), ensure_ascii=False)},
        pdf_standards=["ua-1", "a-2a"],
    )
    return pdf
