"""Reading files whose rows may be broken: each fault costs its own row and no other."""

from __future__ import annotations

import pytest

from beneficiaries.errors import UnreadableFile
from beneficiaries.imports.reader import LONGEST_LINE_BYTES, MOST_LINES_A_ROW, CsvFile

COLUMNS = ("a", "b")


def read(tmp_path, data: bytes, columns=COLUMNS):
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    return [
        (row.line, list(row.values), row.fault) for row in CsvFile(path, columns=columns).rows()
    ]


@pytest.mark.parametrize(
    "data",
    [b"a,b\n1,2\n", b"a,b\r\n1,2\r\n", b"a,b\n1,2", b"\xef\xbb\xbfa,b\n1,2\n", b" A , B \n1,2\n"],
    ids=["lf", "crlf", "no-last-line-end", "byte-order-mark", "header-in-other-spelling"],
)
def test_ordinary_files_are_read(tmp_path, data):
    assert read(tmp_path, data) == [(2, ["1", "2"], "")]


def test_columns_are_found_by_name_in_any_order(tmp_path):
    assert read(tmp_path, b"x,b,a\n9,2,1\n") == [(2, ["1", "2"], "")]


def test_quoted_fields_hold_commas_quotes_and_line_ends(tmp_path):
    rows = read(tmp_path, b'a,b\n"1,1","say ""yes"""\n"one\ntwo",3\n"",\n')
    assert rows == [
        (2, ["1,1", 'say "yes"'], ""),
        (3, ["one\ntwo", "3"], ""),
        (5, ["", ""], ""),
    ]


def test_blank_lines_are_no_rows(tmp_path):
    assert read(tmp_path, b"a,b\n\n1,2\n  \n\n3,4\n\n") == [
        (3, ["1", "2"], ""),
        (6, ["3", "4"], ""),
    ]


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (b"1", "1 columns instead of 2"),
        (b"1,2,3", "3 columns instead of 2"),
        (b"1,\xff\xfe", "not UTF-8 text"),
        (b"1,2\x00", "a NUL character"),
        (b'1,"2', "a quote is not closed or stands in the wrong place"),
        (b'1,"2"x', "a quote is not closed or stands in the wrong place"),
        (b'1,x"2', "a quote is not closed or stands in the wrong place"),
        (b"1," + b"x" * LONGEST_LINE_BYTES, "the line is too long"),
        (b"1," + b"x" * LONGEST_LINE_BYTES * 3, "the line is too long"),
    ],
    ids=[
        "too-few",
        "too-many",
        "bad-bytes",
        "nul",
        "open-quote",
        "text-after-quote",
        "quote-in-text",
        "long-line",
        "very-long-line",
    ],
)
def test_a_broken_row_costs_no_other(tmp_path, broken, fault):
    rows = read(tmp_path, b"a,b\n1,2\n" + broken + b"\n3,4\n5,6\n")
    assert [(line, fault) for line, _, fault in rows] == [(2, ""), (3, fault), (4, ""), (5, "")]


def test_an_open_quote_before_bad_bytes_costs_both_rows_only(tmp_path):
    rows = read(tmp_path, b'a,b\n1,"2\n\xff,4\n5,6\n')
    assert [(line, bool(fault)) for line, _, fault in rows] == [(2, True), (3, True), (4, False)]


def test_a_quote_that_is_never_closed_is_given_up_after_some_lines(tmp_path):
    good = b"".join(b"%d,x\n" % number for number in range(MOST_LINES_A_ROW * 3))
    rows = read(tmp_path, b'a,b\n1,"2\n' + good)
    assert [line for line, _, fault in rows if fault] == [2]
    assert len(rows) == MOST_LINES_A_ROW * 3 + 1


def test_two_open_quotes_do_not_swallow_what_lies_between(tmp_path):
    rows = read(tmp_path, b'a,b\n1,"2\n3,4\n5,"6\n7,8\n')
    # Between two lone quotes nothing tells a field of three lines from two faults, except that
    # what follows the second quote is no field end.
    assert [(line, bool(fault)) for line, _, fault in rows] == [
        (2, True),
        (3, False),
        (4, True),
        (5, False),
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"a\n1\n", "lacks b"),
        (b"a,b,a\n1,2,3\n", "a twice"),
        (b"\xff\xfea\x00,\x00b\x00", "not UTF-8"),
    ],
    ids=["empty", "column-missing", "column-twice", "utf-16"],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path, data, why):
    with pytest.raises(UnreadableFile) as refusal:
        read(tmp_path, data)
    assert why in refusal.value.why


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile):
        CsvFile(tmp_path / "none.csv", columns=COLUMNS)
