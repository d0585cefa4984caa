"""A request whose body nothing may ask for."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client


class _UnreadBody(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        pytest.fail("somebody read what was sent")


def send_unread(client: Client, path: str, length: int) -> Any:
    """Announce a form of so many bytes, and give the answer; fails where one of them is read."""
    environ: dict[str, Any] = {
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(length),
        "wsgi.input": _UnreadBody(),
    }
    return client.generic("POST", path, **environ)
