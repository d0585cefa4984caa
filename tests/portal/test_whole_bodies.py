"""A body that breaks off is an error and never a shorter body."""

from __future__ import annotations

import io
from typing import Any

import pytest

from portal.whole_bodies import WholeBody, with_whole_bodies


@pytest.mark.parametrize("sizes", [(-1,), (3, 3, 3), (4, 100), (100,)])
def test_whole_body_is_read_to_its_last_byte(sizes: tuple[int, ...]) -> None:
    body = WholeBody(io.BytesIO(b"whole\nnext request"), 6)
    assert b"".join(body.read(size) for size in sizes) == b"whole\n"
    assert body.read(5) == body.readline() == b""


def test_lines_are_given_one_by_one() -> None:
    body = WholeBody(io.BytesIO(b"one\ntwo"), 7)
    assert [body.readline(), body.readline(2), body.readline()] == [b"one\n", b"tw", b"o"]


@pytest.mark.parametrize("size", [-1, 7, 100])
def test_missing_byte_is_an_error(size: int) -> None:
    with pytest.raises(OSError, match="1 bytes"):
        WholeBody(io.BytesIO(b"broken"), 7).read(size)
    with pytest.raises(OSError, match="1 bytes"):
        WholeBody(io.BytesIO(b"broken"), 7).readline(size)


@pytest.mark.parametrize("length", [None, "", "x", "-1"])
def test_request_without_a_length_is_left_alone(length: str | None) -> None:
    seen: list[Any] = []
    stream = io.BytesIO()
    application = with_whole_bodies(
        lambda environ, _start: seen.append(environ["wsgi.input"]) or []
    )
    application({"wsgi.input": stream, "CONTENT_LENGTH": length}, lambda *_args: lambda _data: None)
    assert seen == [stream]
