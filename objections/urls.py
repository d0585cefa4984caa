"""Addresses of the app."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from objections.views import (
    cases,
    papers,
    receipts,
    second_looks,
    step_documents,
    steps,
    withdrawal,
)

app_name = "objections"


class ReferenceConverter(StringConverter):
    """Ten ASCII digits that begin with an objection's 4."""

    regex = "4[0-9]{9}"


register_converter(ReferenceConverter, "objection_reference")

urlpatterns = [
    path("", cases.index, name="index"),
    path("new/", steps.new, name="new"),
    path("new/<uuid:uuid>/documents/send/", step_documents.send_document, name="send_document"),
    path("new/<uuid:uuid>/<slug:step>/", steps.step, name="step"),
    path("<objection_reference:reference>/", cases.detail, name="detail"),
    path("<objection_reference:reference>/receipt.pdf", receipts.receipt, name="receipt"),
    path("<objection_reference:reference>/second-look/", second_looks.ask, name="second_look"),
    path(
        "<objection_reference:reference>/second-look/withdraw/",
        second_looks.withdraw,
        name="withdraw_second_look",
    ),
    path("<objection_reference:reference>/withdraw/", withdrawal.withdraw, name="withdraw"),
    path("<objection_reference:reference>/documents/send/", papers.send_paper, name="send_paper"),
    path("<objection_reference:reference>/documents/<uuid:uuid>/", cases.document, name="document"),
]
