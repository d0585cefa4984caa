"""Reading a CSV file whose rows may be broken, a row at a time.

RFC 4180 strictly: a field that holds a quote, a comma or a line end is quoted. The point of not
using Python's reader is what happens to the rest of the file: a quote that is never closed, bad
bytes or a line without an end cost their own row and no other.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from beneficiaries.errors import UnreadableFile
from beneficiaries.imports.faults import WORDS

LONGEST_LINE_BYTES: Final = 64 * 1024
MOST_LINES_A_ROW: Final = 20
"""A quoted field may hold line ends; after this many lines its quote was never closed."""

_FIELD: Final = r'(?:"[^"]*(?:""[^"]*)*"|[^,"]*)'
_WHOLE: Final = re.compile(f"{_FIELD}(?:,{_FIELD})*")
_OPEN: Final = re.compile(f'(?:{_FIELD},)*"[^"]*(?:""[^"]*)*')
_FIELDS: Final = re.compile(f"(?:^|,)({_FIELD})")
_BOM: Final = "\ufeff"
_HEAD_BYTES: Final = 8


class Row(NamedTuple):
    """One row: its fields in the order of the wanted columns, or why it cannot be read.

    `kind` names the fault in `beneficiaries.imports.faults`, `fault` tells it of this row.
    """

    line: int
    text: str
    values: Sequence[str] = ()
    fault: str = ""
    kind: str = ""


class CsvFile:
    """A CSV file on disk with a header row.

    Raises:
        UnreadableFile: when it is empty, not UTF-8, or lacks a column.
    """

    def __init__(self, path: Path, *, columns: Sequence[str]) -> None:
        self.path: Final = path
        self.columns: Final = columns
        self.size_bytes: Final = _size_of(path)
        self.read_bytes = 0
        """How far `rows` is, for a share of `size_bytes`."""
        with path.open("rb") as stream:
            _refuse_other_kinds(stream.read(_HEAD_BYTES))
            stream.seek(0)
            header = _Lines(stream).next()
        text, fault = _decode(header[1]) if header else ("", "")
        if fault:
            why = f"the first line is not UTF-8 text ({WORDS[fault]})"
            raise UnreadableFile(why, "not_text")
        names = [name.strip().lower() for name in _split(text.removeprefix(_BOM))]
        missing = ", ".join(name for name in columns if name not in names)
        if missing:
            wanted_columns = ",".join(columns)
            why = f"the header row lacks {missing}; it must have {wanted_columns}"
            raise UnreadableFile(why, "columns", missing)
        twice = ", ".join(name for name in columns if names.count(name) > 1)
        if twice:
            raise UnreadableFile(f"the header row has {twice} twice", "twice", twice)
        self._width: Final = len(names)
        wanted = [names.index(name) for name in columns]
        self._order: Final = None if wanted == list(range(len(names))) else wanted

    def rows(self) -> Iterator[Row]:
        """Give every row after the header, broken ones with their fault; blank lines are none."""
        with self.path.open("rb") as stream:
            lines = _Lines(stream)
            lines.next()
            self.read_bytes = 0
            while (line := lines.next()) is not None:
                number, data = line
                self.read_bytes += len(data)
                text, fault = _decode(data)
                if not fault and not text.strip():
                    continue
                if fault:
                    yield Row(number, text, fault=WORDS[fault], kind=f"row:{fault}")
                else:
                    yield self._row(number, text, lines)

    def _row(self, number: int, text: str, lines: _Lines) -> Row:
        if '"' not in text:
            fields = text.split(",")
        else:
            if not _WHOLE.fullmatch(text) and _OPEN.fullmatch(text):
                text = _close(text, lines)
            if not _WHOLE.fullmatch(text):
                return Row(number, text, fault=WORDS["quote"], kind="row:quote")
            fields = _split(text)
        if len(fields) != self._width:
            fault = f"{len(fields)} columns instead of {self._width}"
            return Row(number, text, fault=fault, kind="row:columns")
        if self._order is not None:
            fields = [fields[index] for index in self._order]
        return Row(number, text, values=fields)


class _Lines:
    """Lines of a file with their numbers; lines that were looked at can be put back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._number = 0
        self._back: deque[tuple[int, bytes]] = deque()

    def next(self) -> tuple[int, bytes] | None:
        """Give the next line without its end, or None at the end of the file.

        Of a line that is too long the first part is given, with what tells so.
        """
        if self._back:
            return self._back.popleft()
        data = self._stream.readline(LONGEST_LINE_BYTES + 1)
        if not data:
            return None
        self._number += 1
        part = data
        while len(part) > LONGEST_LINE_BYTES and not part.endswith(b"\n"):
            part = self._stream.readline(LONGEST_LINE_BYTES + 1)
        return self._number, data.removesuffix(b"\n").removesuffix(b"\r")

    def put_back(self, lines: Sequence[tuple[int, bytes]]) -> None:
        self._back.extendleft(reversed(lines))


def _size_of(path: Path) -> int:
    try:
        if not path.is_file():
            raise UnreadableFile("there is no such file", "missing_file")
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFile(error.strerror or "it cannot be opened", "unreadable") from error
    if size == 0:
        raise UnreadableFile("the file is empty", "empty")
    return size


def _refuse_other_kinds(head: bytes) -> None:
    """Know what people send in place of a CSV file, and say so."""
    if head.startswith(b"PK\x03\x04"):
        raise UnreadableFile("it is an Excel workbook: save it as CSV UTF-8", "workbook")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        why = "not UTF-8 text but UTF-16: save it as CSV UTF-8"
        raise UnreadableFile(why, "utf16")


def _decode(data: bytes) -> tuple[str, str]:
    """Give the text of a line and the kind of what is wrong with its bytes."""
    if len(data) > LONGEST_LINE_BYTES:
        return data[:200].decode("utf-8", "backslashreplace") + "…", "long_line"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "backslashreplace"), "not_utf8"
    if "\x00" in text:
        return text.replace("\x00", "\\x00"), "nul"
    return text, ""


def _split(text: str) -> list[str]:
    return [
        field[1:-1].replace('""', '"') if field.startswith('"') else field
        for field in _FIELDS.findall(text)
    ]


def _close(text: str, lines: _Lines) -> str:
    """Read on to the line that closes the open quote; where none does, leave the lines alone."""
    seen: list[tuple[int, bytes]] = []
    joined = text
    while len(seen) < MOST_LINES_A_ROW and (line := lines.next()) is not None:
        seen.append(line)
        more, fault = _decode(line[1])
        if fault:
            break
        joined = f"{joined}\n{more}"
        if _WHOLE.fullmatch(joined):
            return joined
        if not _OPEN.fullmatch(joined):
            break
    lines.put_back(seen)
    return text
