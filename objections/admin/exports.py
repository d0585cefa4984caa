"""The files of decisions that went to the programme."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import moment_cell, number_cell
from access.staff import ShowAdmin
from objections.models import DecisionExport
from saudi.languages import page_language
from saudi.money import format_sar


@admin.register(DecisionExport)
class DecisionExportAdmin(ShowAdmin):
    """Who made which file when, and what is in it; files are made by `export_decisions`."""

    list_title = gettext_lazy("Exports of decisions")
    empty_text = gettext_lazy("Whoever runs the portal writes the approved decisions to a file.")
    list_display = ("number", "when", "who", "how_many", "money", "earlier")
    list_select_related = ("made_by", "repeats")
    ordering = ("-id",)
    facts = (
        *("number", "when", "who", "server_account", "name_of_file"),
        *("how_many", "outcomes", "money", "fingerprint", "earlier"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("made_by", "repeats")

    def show_title(self, shown: DecisionExport) -> str:
        return _("Export of decisions %(number)s") % {"number": shown.pk}

    @admin.display(description=gettext_lazy("Number"))
    def number(self, export: DecisionExport) -> str:
        return number_cell(str(export.pk))

    @admin.display(description=gettext_lazy("Made"))
    def when(self, export: DecisionExport) -> str:
        return moment_cell(export.made_at)

    @admin.display(description=gettext_lazy("Made by"))
    def who(self, export: DecisionExport) -> str:
        return str(export.made_by) if export.made_by else _("the server")

    @admin.display(description=gettext_lazy("Account of the server"))
    def server_account(self, export: DecisionExport) -> str:
        return number_cell(export.account)

    @admin.display(description=gettext_lazy("File"))
    def name_of_file(self, export: DecisionExport) -> str:
        return number_cell(export.file_name)

    @admin.display(description=gettext_lazy("Decisions"))
    def how_many(self, export: DecisionExport) -> str:
        return f"{export.rows:,}"

    @admin.display(description=gettext_lazy("By decision"))
    def outcomes(self, export: DecisionExport) -> str:
        return _("Accepted %(all)s, partly %(partly)s, rejected %(rejected)s") % {
            "all": f"{export.accepted:,}",
            "partly": f"{export.partly_accepted:,}",
            "rejected": f"{export.rejected:,}",
        }

    @admin.display(description=gettext_lazy("Back pay"))
    def money(self, export: DecisionExport) -> str:
        return format_sar(export.back_pay_sar, page_language())

    @admin.display(description="SHA-256")
    def fingerprint(self, export: DecisionExport) -> str:
        return number_cell(export.sha256)

    @admin.display(description=gettext_lazy("Repeats"))
    def earlier(self, export: DecisionExport) -> str:
        return _("Export %(number)s") % {"number": export.repeats_id} if export.repeats_id else "–"
