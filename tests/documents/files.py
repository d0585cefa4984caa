"""Small files of every kind, made by code."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.Image import Exif
from pillow_heif import register_heif_opener
from pypdf import PdfWriter

register_heif_opener()

ORIENTATION, GPS = 0x0112, 0x8825


def pdf_bytes(*, pages: int = 1, password: str = "", owner_password: str = "") -> bytes:
    """Give a PDF of empty pages; `password` must be typed to open it."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=200, height=200)
    if password or owner_password:
        writer.encrypt(user_password=password, owner_password=owner_password or None)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def png_bytes(size: tuple[int, int] = (8, 6), *, mode: str = "RGB") -> bytes:
    output = io.BytesIO()
    Image.new(mode, size, 1).save(output, "PNG")
    return output.getvalue()


def jpeg_bytes(size: tuple[int, int] = (80, 60), *, turned: bool = False) -> bytes:
    """Give a JPEG; a turned one says that it lies on its side and where it was taken."""
    exif = Exif()
    if turned:
        exif[ORIENTATION] = 6
        exif.get_ifd(GPS)[1] = "N"
    output = io.BytesIO()
    Image.new("RGB", size, "green").save(output, "JPEG", exif=exif)
    return output.getvalue()


def heic_bytes(size: tuple[int, int] = (80, 60), *, turned: bool = False) -> bytes:
    """Give a picture as iPhones take it; a turned one says so, and where it was taken."""
    exif = Exif()
    if turned:
        exif[ORIENTATION] = 6
        exif.get_ifd(GPS)[1] = "N"
    output = io.BytesIO()
    Image.new("RGB", size, "green").save(output, "HEIF", quality=50, exif=exif.tobytes())
    return output.getvalue()


def heic_beginning() -> bytes:
    """Give the beginning of an iPhone's picture, and nothing after it."""
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64


def upload(name: str, content: bytes, content_type: str = "") -> SimpleUploadedFile:
    """Give a file as a form receives it."""
    return SimpleUploadedFile(name, content, content_type or "application/octet-stream")
