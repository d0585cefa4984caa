"""Draws the first pages of a file as JPEG, in a process of its own that may do little else.

Run as `python -m documents.page_images KIND FOLDER`, with the file on its standard input. For each
page it leaves `1.jpg` and `1s.jpg` in the folder and writes a line `number width height`; the first
line is the number of pages of the whole file. A hostile file can only end this process: memory,
processor time and the size of what it writes are bounded before the first byte is read, and what
was drawn until then stays.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pypdfium2
from PIL import Image

MOST_PAGES: Final = 20
_WIDTH_PIXELS: Final = 1240
"""An A4 page at 150 dpi."""
_MOST_PIXELS: Final = 4_000_000
_THUMBNAIL_PIXELS: Final = (240, 320)
_QUALITY: Final = 82
_MEMORY_BYTES: Final = 1024 * 1024 * 1024
_PROCESSOR_SECONDS: Final = 30
_FILE_BYTES: Final = 16 * 1024 * 1024


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(kind: str, folder: Path) -> None:
    """Draw what stands on the standard input: `pdf`, or a picture."""
    _bound()
    content = io.BytesIO(sys.stdin.buffer.read())
    count, images = _pages_of(content) if kind == "pdf" else (1, _picture_of(content))
    sys.stdout.write(f"{count}\n")
    for number, image in enumerate(images, 1):
        image.save(folder / f"{number}.jpg", "JPEG", quality=_QUALITY)
        width, height = image.size
        image.thumbnail(_THUMBNAIL_PIXELS)
        image.save(folder / f"{number}s.jpg", "JPEG", quality=_QUALITY)
        sys.stdout.write(f"{number} {width} {height}\n")
        sys.stdout.flush()


def _pages_of(content: io.BytesIO) -> tuple[int, Iterator[Image.Image]]:
    document = pypdfium2.PdfDocument(content)
    if document.get_formtype():
        document.init_forms()  # what was filled in is drawn; this build runs no script
    return len(document), _drawn(document)


def _drawn(document: pypdfium2.PdfDocument) -> Iterator[Image.Image]:
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        width, height = page.get_size()
        scale = min(_WIDTH_PIXELS / width, (_MOST_PIXELS / (width * height)) ** 0.5)
        yield page.render(scale=scale).to_pil().convert("RGB")
        page.close()


def _picture_of(content: io.BytesIO) -> Iterator[Image.Image]:
    with Image.open(content, formats=["JPEG", "PNG"]) as image:
        side = _WIDTH_PIXELS * 2
        image.draft("RGB", (side, side))
        image.thumbnail((_WIDTH_PIXELS, _MOST_PIXELS // _WIDTH_PIXELS))
        if image.mode in {"RGBA", "LA", "P"}:
            transparent = image.convert("RGBA")
            paper = Image.new("RGB", image.size, "white")
            paper.paste(transparent, mask=transparent.getchannel("A"))
            yield paper
        else:
            yield image.convert("RGB")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
