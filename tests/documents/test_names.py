"""The name a file is shown and saved under (O09)."""

from __future__ import annotations

import pytest

from documents.names import MAX_LENGTH, display_name

PDF, JPEG = "application/pdf", "image/jpeg"


@pytest.mark.parametrize(
    ("name", "content_type", "shown"),
    [
        ("صورة الهوية الوطنية.pdf", PDF, "صورة الهوية الوطنية.pdf"),
        ('هوية "نسخة" ١.pdf', PDF, 'هوية "نسخة" ١.pdf'),
        ("هوية %22نسخة%22 ١.pdf", PDF, 'هوية "نسخة" ١.pdf'),  # as browsers send it
        ("عقد%0Dثان%0A100%.pdf", PDF, "عقد ثان 100%.pdf"),
        ("تقرير\u202efdp.exe", PDF, "تقريرfdp.exe.pdf"),
        ("../../etc/passwd.pdf", PDF, "passwd.pdf"),
        ("C:\\fakepath\\عقد.pdf", PDF, "عقد.pdf"),
        ("IMG_0001", JPEG, "IMG_0001.jpg"),
        ("IMG_0001.JPEG", JPEG, "IMG_0001.JPEG"),
        ("x.html", JPEG, "x.html.jpg"),
        (".pdf", PDF, "document.pdf"),
        ("", PDF, "document.pdf"),
        ("\u202e\u200f", PDF, "document.pdf"),
        ("a\nb\x00.pdf", PDF, "a b.pdf"),
    ],
)
def test_name_has_no_path_no_marks_and_a_true_extension(
    name: str, content_type: str, shown: str
) -> None:
    assert display_name(name, content_type) == shown


def test_long_name_is_cut_and_keeps_its_extension() -> None:
    shown = display_name("ع" * 300 + ".pdf", PDF)
    assert len(shown) == MAX_LENGTH
    assert shown.endswith("ع.pdf")
