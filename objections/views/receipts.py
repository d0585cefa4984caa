"""The receipt of an objection as a file to keep and to print."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from objections.receipts import draw_receipt, receipt_of
from objections.selectors import with_whole_case
from objections.views.citizens import Citizen, for_citizens


@require_safe
@for_citizens
def receipt(request: HttpRequest, citizen: Citizen, reference: str) -> HttpResponseBase:
    """Give the receipt as a PDF to whoever may open the objection; 404 for all others."""
    objection = with_whole_case(citizen.user, reference)
    if objection is None:
        raise Http404
    response = HttpResponse(draw_receipt(receipt_of(objection)), content_type="application/pdf")
    name = f"receipt-{reference}.pdf"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
