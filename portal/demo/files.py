"""Small files that people of the demonstration attach, made here so that nobody's are used."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from documents.intake import CheckedFile, check_upload

_PAGE: Final = (595, 842)
"""A4 in points."""

_TITLES: Final = {
    "عقد": "Lease",
    "فاتورة": "Electricity bill",
    "شهادة": "Birth certificate",
    "صك": "Deed",
    "سجل": "Family record",
    "إثبات": "Proof of address",
    "نقل": "Transfer of a vehicle",
    "تقرير": "Report",
    "خطاب": "Letter",
    "تعريف": "Salary statement",
    "كشف": "Statement",
    "صورة": "Copy of a page",
    "قرار": "Decision",
}
"""What is written on a paper, by the first word of its name: they know Latin letters only."""


@cache
def paper(name: str) -> CheckedFile:
    """Give a file of a name as it would arrive, a PDF or a picture by its ending.

    Made and checked once: many people attach a paper of the same name.
    """
    title = _TITLES.get(name.split(maxsplit=1)[0], "Paper")
    lines = (title, f"Paper no. {sum(map(ord, name))}", "Made for trying the portal: nobody's.")
    content = _pdf(lines) if name.endswith(".pdf") else _photo(lines, is_png=name.endswith(".png"))
    return check_upload(SimpleUploadedFile(name, content))


def _pdf(lines: tuple[str, ...]) -> bytes:
    text = "".join(f"({line}) Tj 0 -24 Td " for line in ("DEMONSTRATION", *lines))
    stream = f"BT /F1 14 Tf 72 760 Td {text}ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>" % _PAGE,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        body += b"%010d 00000 n \n" % place
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return bytes(body)


def _photo(lines: tuple[str, ...], *, is_png: bool) -> bytes:
    """Draw a paper as a phone would take it."""
    image = Image.new("RGB", (900, 640), "#f4f1ea")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 840, 580), outline="#6c737f", width=3)
    draw.text((100, 100), "\n".join(("DEMONSTRATION", *lines)), fill="#161616", spacing=12)
    out = BytesIO()
    image.save(out, "PNG" if is_png else "JPEG")
    return out.getvalue()
