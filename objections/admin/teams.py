"""Teams of staff in the staff site: their names and who is in them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.edits import SeenEdits
from access.lists import ListGround
from objections.catalogues import TEAMS
from objections.models import Team, TeamMembership
from objections.quality_forms import TeamForm
from objections.services.quality import set_members
from saudi.languages import in_a_row, page_language


@admin.register(Team)
class TeamAdmin(SeenEdits, ListGround, admin.ModelAdmin[Team]):
    """The teams; a team is not deleted, because past figures name it."""

    form = TeamForm
    list_title = gettext_lazy("Teams")
    list_display = ("name_cell", "members_cell")
    ordering = ("id",)
    fields = ("name_ar", "name_en", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        now_in = TeamMembership.objects.filter(left_at=None).select_related("member")
        return super().get_queryset(request).prefetch_related(Prefetch("memberships", now_in))

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        TEAMS.forget()
        set_members(team=obj, members=form.cleaned_data["members"], now=timezone.now())

    def response_add(
        self, request: HttpRequest, obj: Team, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._saved(request)

    def response_change(self, request: HttpRequest, obj: Team) -> HttpResponse:
        return self._saved(request)

    def _saved(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, _("The team is saved. Its figures count from now on."))
        return HttpResponseRedirect(reverse("admin:objections_team_changelist"))

    @admin.display(description=gettext_lazy("Team"))
    def name_cell(self, team: Team) -> str:
        return team.name(page_language())

    @admin.display(description=gettext_lazy("Members"))
    def members_cell(self, team: Team) -> str:
        return in_a_row(str(each.member) for each in team.memberships.all()) or _("Nobody")
