"""The rules of the queue in the staff site: which team gets a case, and how urgent it is."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.forms import order_field
from access.cells import number_cell
from access.edits import SeenEdits
from access.lists import ListGround
from objections.models import Team
from portal.work.kinds import WorkChannel, WorkKind
from portal.work.models import RoutingRule
from saudi.languages import page_language
from sawtak.ticket_types.selectors import type_choices, type_name

TRACKS = (
    ("result", gettext_lazy("Objections to results")),
    ("payment", gettext_lazy("Objections to payments")),
)


def _matter_choices() -> list[tuple[str, Any]]:
    return [("", _("Any")), *TRACKS, *type_choices(with_past=True)]


class RuleForm(forms.ModelForm[RoutingRule]):
    """A rule: its place, what it fits, and what it gives. An empty condition fits everything."""

    position = order_field()
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=lambda: [("", _("Every kind")), *WorkKind.choices],
    )
    matter = forms.ChoiceField(
        label=gettext_lazy("Matter"),
        required=False,
        choices=_matter_choices,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        required=False,
        choices=lambda: [("", _("Every channel")), *WorkChannel.choices],
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"), required=False, queryset=Team.objects.order_by("id")
    )

    class Meta:
        model = RoutingRule
        fields = (
            *("position", "kind", "matter", "channel", "city"),
            *("team", "priority", "is_active"),
        )
        help_texts: ClassVar = {
            "city": gettext_lazy("As the register writes it. Empty: every city.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = page_language()
        team: Any = self.fields["team"]
        team.empty_label = _("No team")
        team.label_from_instance = lambda each: each.name(language)
        self.fields["position"].label = _("Place in the order")
        self.fields["position"].help_text = _("The first rule that fits decides: 1 before 2.")
        self.fields["position"].initial = RoutingRule._meta.get_field("position").get_default()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind, matter = cleaned.get("kind"), cleaned.get("matter")
        is_of_objections = matter in dict(TRACKS)
        if kind and matter and is_of_objections != (kind == WorkKind.OBJECTION):
            self.add_error("matter", _("This matter is none of the kind that you chose."))
        return cleaned


@admin.register(RoutingRule)
class RoutingRuleAdmin(SeenEdits, ListGround, admin.ModelAdmin[RoutingRule]):
    """The rules in their order. A rule that is no longer wanted is switched off."""

    form = RuleForm
    list_title = gettext_lazy("Rules of the queue")
    list_display = ("place", "fits", "gives", "is_active")
    list_select_related = ("team",)
    ordering = ("position", "id")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: RoutingRule | None = None) -> Any:
        """Show a rule in the words of the list to whoever may only read it."""
        if obj is not None and not self.has_change_permission(request, obj):
            return self.list_display
        return super().get_fields(request, obj)

    def response_add(
        self, request: HttpRequest, obj: RoutingRule, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._saved(request)

    def response_change(self, request: HttpRequest, obj: RoutingRule) -> HttpResponse:
        return self._saved(request)

    def _saved(self, request: HttpRequest) -> HttpResponse:
        messages.success(
            request, _("The rule is saved. It counts for cases that come from now on.")
        )
        return HttpResponseRedirect(reverse("admin:portal_routingrule_changelist"))

    @admin.display(description=gettext_lazy("Place"))
    def place(self, rule: RoutingRule) -> Any:
        return number_cell(rule.position)

    @admin.display(description=gettext_lazy("Fits"))
    def fits(self, rule: RoutingRule) -> str:
        tracks = dict(TRACKS)
        conditions = (
            str(rule.get_kind_display()) if rule.kind else "",
            str(tracks.get(rule.matter) or type_name(rule.matter)),
            str(rule.get_channel_display()) if rule.channel else "",
            rule.city,
        )
        return " · ".join(each for each in conditions if each) or _("Everything")

    @admin.display(description=gettext_lazy("Gives"))
    def gives(self, rule: RoutingRule) -> str:
        team = rule.team.name(page_language()) if rule.team else _("No team")
        return f"{team} · {rule.get_priority_display()}"
