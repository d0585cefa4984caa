"""An objection as its writer files it: a draft opened, and sent with nothing left to upload.

Used by `bench/reads.py`, which times both at two sizes of the programme, and by
`bench/last_day.py`, where two hundred do it at once.
"""

from __future__ import annotations

import io
from collections import deque
from typing import Any

STATEMENT = "عقد الإيجار موثّق باسمي، وأضاف المالك رقم العداد. أرفقت الصفحة التي يظهر فيها."


class Filer:
    """The browsers of heads who object to a result each, every time another."""

    def __init__(self, *, browsers: int) -> None:
        from beneficiaries.models import EligibilityResult
        from saudi.gregorian import riyadh_today

        contestable = EligibilityResult.objects.filter(
            filing_deadline__gte=riyadh_today(),
            announced_on__lte=riyadh_today(),
            status="ineligible",
            superseded_on=None,
            objections=None,
            person__relation="head",
        ).select_related("person")
        # By a stretch of ids: the order of a million rows is not what is measured.
        self._results = deque(contestable.order_by("-pk")[:browsers])
        assert len(self._results) == browsers, "too few results that can be contested"
        self._browsers = {row.pk: _browser_of(row.person) for row in self._results}
        self._drafts: deque[Any] = deque()

    def prepare(self, drafts: int) -> None:
        """Write so many drafts to the last step, for `submit`."""
        for _draft in range(drafts):
            result = self._results.popleft()
            self._drafts.append((written_draft(result), self._browsers[result.pk]))

    def open_draft(self, number: int) -> Any:
        """Go on from the reasons: it opens the draft. `number` is the sample's and not used."""
        result = self._results.popleft()
        return self._browsers[result.pk].post(f"/objections/new/?result={result.pk}")

    def submit(self, number: int) -> Any:
        """Send a draft whose files are there. `number` is the sample's and not used."""
        draft, browser = self._drafts.popleft()
        return browser.post(review_address(draft), {"declaration": "on"})


def written_draft(result: Any) -> Any:
    """Give a draft against a result that lacks nothing but the declaration."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone
    from pypdf import PdfWriter

    from documents.intake import check_upload
    from objections.services import attach_documents, open_draft, reach_step, save_statement

    now = timezone.now()
    draft = open_draft(contested=result, filed_by=result.person, now=now)
    save_statement(objection=draft, ground="documents", statement=STATEMENT)
    page = PdfWriter()
    page.add_blank_page(width=595, height=842)
    pdf = io.BytesIO()
    page.write(pdf)
    checked = check_upload(SimpleUploadedFile("عقد.pdf", pdf.getvalue()))
    attach_documents(objection=draft, checked=[checked], now=now)
    reach_step(objection=draft, step=9)
    return draft


def review_address(draft: Any) -> str:
    """Give the address of a draft's last step."""
    from django.urls import reverse

    return reverse("objections:step", args=[draft.uuid, "review"])


def _browser_of(person: Any) -> Any:
    from django.test import Client

    from beneficiaries.services import user_of

    client = Client(HTTP_HOST="localhost")
    client.force_login(user_of(person), backend="beneficiaries.backends.OneTimeCodeBackend")
    return client
