"""Small files that people of the demonstration attach, made here so that nobody's are used."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from documents.intake import CheckedFile, check_upload

_PAGE: Final = (595, 842)
"""A4 in points."""


def pdf(name: str, *lines: str) -> CheckedFile:
    """Make a PDF of one page with lines in Latin letters, as it would arrive."""
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
    return check_upload(SimpleUploadedFile(name, bytes(body), content_type="application/pdf"))


def photo(name: str, text: str) -> CheckedFile:
    """Make a picture of a paper with a line in Latin letters, as a phone would send it."""
    image = Image.new("RGB", (900, 640), "#f4f1ea")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 840, 580), outline="#6c737f", width=3)
    draw.text((100, 100), f"DEMONSTRATION\n{text}", fill="#161616", spacing=12)
    out = BytesIO()
    image_format = "PNG" if name.endswith(".png") else "JPEG"
    image.save(out, image_format)
    return check_upload(SimpleUploadedFile(name, out.getvalue(), content_type="image/*"))
