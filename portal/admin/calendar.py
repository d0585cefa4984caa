"""The days off in the staff site: what the call centre and the staff's clocks go by (DOMAIN 14)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from access.cells import two_lines
from access.edits import SeenEdits
from access.lists import ChoiceFilter, ListGround
from portal.templatetags.portal_ui import tag
from portal.work.clock import count_again
from saudi.days_off import forget_days_off, load_holidays, years_around
from saudi.digits import clean_text
from saudi.forms import GregorianDateField
from saudi.gregorian import format_both, format_gregorian, riyadh_today, weekday_name
from saudi.hijri import HijriDate, format_hijri
from saudi.languages import page_language
from saudi.models import Holiday


class HolidayForm(forms.ModelForm[Holiday]):
    """What may be changed of a day: its names, and whether it is one of rest after all."""

    class Meta:
        model = Holiday
        fields: tuple[str, ...] = ("name_ar", "name_en", "is_day_off", "is_estimate")
        labels = {
            "name_ar": gettext_lazy("Name in Arabic"),
            "name_en": gettext_lazy("Name in English"),
            "is_day_off": gettext_lazy("Day off"),
            "is_estimate": gettext_lazy("Estimated"),
        }
        widgets = {"name_en": forms.TextInput(attrs={"dir": "ltr", "lang": "en"})}
        error_messages = {
            "name_ar": {"required": gettext_lazy("Write the name in Arabic.")},
            "name_en": {"required": gettext_lazy("Write the name in English.")},
        }

    def clean_name_ar(self) -> str:
        return clean_text(self.cleaned_data["name_ar"])

    def clean_name_en(self) -> str:
        return clean_text(self.cleaned_data["name_en"])


class NewHolidayForm(HolidayForm):
    """A day that the law does not name: an order of the day, a closure of our own."""

    day = GregorianDateField(
        label=gettext_lazy("Day"), help_text=gettext_lazy("Gregorian, like 23/09/2027.")
    )

    class Meta(HolidayForm.Meta):
        fields = ("day", *HolidayForm.Meta.fields)

    def clean_day(self) -> date:
        """Refuse a mistyped year, and a day that has its row."""
        day: date = self.cleaned_data["day"]
        years = years_around(riyadh_today())
        if day.year not in years:
            text = _("Write a day from %(first)d to %(last)d.")
            raise forms.ValidationError(text % {"first": years[0], "last": years[-1]})
        if Holiday.objects.filter(day=day).exists():
            raise forms.ValidationError(_("This day is in the list. Open it there to change it."))
        return day


class ComingFilter(ChoiceFilter):
    """The days to come, by default."""

    title = gettext_lazy("days")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("past", _("Past"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("To come")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Holiday]) -> QuerySet[Holiday]:
        if self.value() == "past":
            return queryset.filter(day__lt=riyadh_today())
        return queryset.filter(day__gte=riyadh_today())


def _count_days_again() -> None:
    forget_days_off()
    count_again()


@admin.register(Holiday)
class HolidayAdmin(SeenEdits, ListGround, admin.ModelAdmin[Holiday]):
    """Official holidays are written here ahead of time; staff correct them as they are announced.

    A day is never deleted: where work is done on it after all, it says so. Who changed what is in
    the log of the staff site.
    """

    form = HolidayForm
    list_display = ("day_cell", "name_cell", "state")
    list_filter = (ComingFilter,)
    list_title = gettext_lazy("Holidays")
    list_per_page = 40

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Put the nearest day first, of those to come and of those past."""
        is_past = request.GET.get(ComingFilter.parameter_name) == "past"
        return ("-day",) if is_past else ("day",)

    def get_form(
        self,
        request: HttpRequest,
        obj: Holiday | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewHolidayForm
        return super().get_form(request, obj, change=change, **kwargs)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        words = {"title": pgettext("title", "Add a day off")}
        return super().add_view(request, form_url, words | (extra_context or {}))

    def get_fields(self, request: HttpRequest, obj: Holiday | None = None) -> tuple[str, ...]:
        return ("day" if obj is None else "day_text", *HolidayForm.Meta.fields)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Holiday | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("day_text",)

    def has_delete_permission(self, request: HttpRequest, obj: Holiday | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Holiday, form: forms.ModelForm[Holiday], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        # Every due day of the queue is counted anew. A process that has the old days for a minute
        # more is put right by the next night's counting.
        transaction.on_commit(_count_days_again)
        load_holidays([obj.day.year])  # a year that has a row has them all

    def response_add(
        self, request: HttpRequest, obj: Holiday, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Holiday) -> HttpResponse:
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, holiday: Holiday) -> HttpResponse:
        day = format_both(holiday.day, page_language())
        if holiday.is_day_off:
            text = _("Saved. %(day)s is a day off. Pages show it within a minute.")
        else:
            text = _("Saved. %(day)s is a working day. Pages show it within a minute.")
        messages.success(request, text % {"day": day})
        return HttpResponseRedirect(reverse("admin:saudi_holiday_changelist"))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed a day."""
        words = {
            "list_name": _("Holidays"),
            "heading": _("Who changed this day"),
            "nothing": _("Nobody changed this day since it was loaded."),
        }
        return super().history_view(request, object_id, words | (extra_context or {}))

    @admin.display(description=gettext_lazy("Day"))
    def day_cell(self, holiday: Holiday) -> SafeString:
        language = page_language()
        hijri = format_hijri(HijriDate.from_gregorian(holiday.day), language)
        return two_lines(
            f"{weekday_name(holiday.day, language)} {format_gregorian(holiday.day, language)}",
            hijri,
        )

    @admin.display(description=gettext_lazy("Day"))
    def day_text(self, holiday: Holiday) -> str:
        return format_both(holiday.day, page_language())

    @admin.display(description=gettext_lazy("Name"))
    def name_cell(self, holiday: Holiday) -> str:
        return holiday.name(page_language())

    @admin.display(description=gettext_lazy("What it is"))
    def state(self, holiday: Holiday) -> SafeString:
        if not holiday.is_day_off:
            return tag(_("Working day"), "plain", "stop")
        if holiday.is_estimate:
            return tag(_("Day off, estimated"), "wait", "clock")
        return tag(_("Day off"), "ok", "ok")
