"""What staff fill in about quality: a review, why it is passed on, a sample, a period, a team."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.forms import CatalogueForm
from beneficiaries.models import User
from objections.colleagues import deciders
from objections.models import DecisionReason, SkipReason, Team
from objections.models.quality import LARGEST_SAMPLE, LONGEST_REVIEW_NOTE
from objections.services.quality.drawing import LONGEST_PERIOD_DAYS
from objections.statuses import DECIDED_STATUSES
from objections.window_forms import LastDayField
from saudi.forms import MessageField
from saudi.languages import page_language

USUAL_PERIOD_DAYS: Final = 90
USUAL_SIZE: Final = 20


class ReviewForm(forms.Form):
    """How a reviewer decides a case, with the reasons and a note for the supervisor."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[(status.value, status.label) for status in DECIDED_STATUSES],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a decision.")},
    )
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("Reasons"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one reason of the decision.")},
    )
    note = MessageField(
        label=gettext_lazy("Why, in short"),
        longest=LONGEST_REVIEW_NOTE,
        help_text=gettext_lazy("The supervisor reads it. The citizen does not."),
        error_messages={"required": gettext_lazy("Write why you decide so.")},
    )

    def __init__(
        self, data: Any = None, *, reasons: Iterable[DecisionReason] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.catalogue = list(reasons)
        outcomes = {str(status.value): str(status.label) for status in DECIDED_STATUSES}
        language = page_language()
        field = self.fields["reasons"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # declared above
        field.choices = [
            (reason.code, f"{outcomes[reason.outcome]}: {reason.label(language)}")
            for reason in self.catalogue
        ]

    def clean(self) -> dict[str, Any]:
        """Hold the reasons to the decision that was chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        outcome = cleaned.get("outcome")
        own = {reason.code for reason in self.catalogue if reason.outcome == outcome}
        if outcome and not set(cleaned.get("reasons", [])) <= own:
            self.add_error("reasons", _("Choose reasons of the decision that you chose."))
        return cleaned


class SkipForm(forms.Form):
    """Why somebody does not review a case."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why you pass it on"),
        choices=SkipReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why you pass it on.")},
    )
    skip_note = MessageField(
        label=gettext_lazy("Note (needed for another conflict)"),
        longest=LONGEST_REVIEW_NOTE,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for words where the list has none."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reason") == SkipReason.OTHER and not cleaned.get("skip_note"):
            self.add_error("skip_note", _("Write which conflict it is."))
        return cleaned


class CloseForm(forms.Form):
    """Why nothing follows from a review that decided otherwise."""

    close_note = MessageField(
        label=gettext_lazy("Why nothing follows"),
        longest=LONGEST_REVIEW_NOTE,
        error_messages={"required": gettext_lazy("Write why the decision stays as it is.")},
    )


def _days_ago(days: int, today: date) -> date:
    return today - timedelta(days=days - 1)


class PeriodForm(forms.Form):
    """The first and the last day of what is counted."""

    first_day = LastDayField(
        label=gettext_lazy("From"),
        error_messages={"required": gettext_lazy("Write the first day.")},
    )
    last_day = LastDayField(
        label=gettext_lazy("To"), error_messages={"required": gettext_lazy("Write the last day.")}
    )

    def __init__(self, data: Any = None, *, today: date, **kwargs: Any) -> None:
        self.today = today
        usual = {
            "first_day": _days_ago(USUAL_PERIOD_DAYS, today).isoformat(),
            "last_day": today.isoformat(),
        }
        super().__init__(data, initial=usual, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, ahead, or more than a year of them."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first is None or last is None:
            return cleaned
        if first > last:
            self.add_error(
                "last_day", _("The last day comes before the first. Change one of them.")
            )
        elif last > self.today:
            self.add_error(
                "last_day", _("This day is still to come. Write today or an earlier day.")
            )
        elif (last - first).days >= LONGEST_PERIOD_DAYS:
            self.add_error("first_day", _("This is more than a year. Choose a shorter time."))
        return cleaned


class SampleForm(PeriodForm):
    """What a sample is drawn from, and how much."""

    how = forms.ChoiceField(
        label=gettext_lazy("How many"),
        choices=[
            ("size", gettext_lazy("A number of cases")),
            ("share", gettext_lazy("A share in percent")),
        ],
        widget=forms.RadioSelect,
        initial="size",
        error_messages={"required": gettext_lazy("Choose a number or a share.")},
    )
    amount = forms.IntegerField(
        label=gettext_lazy("Number or percent"),
        initial=USUAL_SIZE,
        localize=False,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "dir": "ltr", "autocomplete": "off", "class": "w-id"}
        ),
        error_messages={
            "required": gettext_lazy("Write how many."),
            "invalid": gettext_lazy("Write a whole number, like 20."),
        },
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())
        self.initial.update(how="size", amount=USUAL_SIZE)

    def clean(self) -> dict[str, Any]:
        """Hold the amount to what can be drawn."""
        cleaned = super().clean()
        how, amount = cleaned.get("how"), cleaned.get("amount")
        if how == "share" and amount is not None and not 1 <= amount <= 100:
            self.add_error("amount", _("Write a share from 1 to 100."))
        if how == "size" and amount is not None and not 1 <= amount <= LARGEST_SAMPLE:
            text = _("Write a number from 1 to %(most)s.") % {"most": f"{LARGEST_SAMPLE:,}"}
            self.add_error("amount", text)
        return cleaned

    def sample(self) -> dict[str, Any]:
        """Give what was filled in, as the service takes it; the form is valid."""
        cleaned = self.cleaned_data
        is_size = cleaned["how"] == "size"
        return {
            "first_day": cleaned["first_day"],
            "last_day": cleaned["last_day"],
            "size": cleaned["amount"] if is_size else None,
            "share_percent": None if is_size else cleaned["amount"],
            "submission": cleaned["submission"],
        }


class TeamForm(CatalogueForm[Team]):
    """A team: its name in both languages and who is in it."""

    texts = ("name_ar", "name_en")
    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Members"),
        help_text=gettext_lazy("Who is in another team leaves it. Past figures stay as they are."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Team
        fields = ("name_ar", "name_en")
        labels = {
            "name_ar": gettext_lazy("Name in Arabic"),
            "name_en": gettext_lazy("Name in English"),
        }
        error_messages = {
            "name_ar": {
                "required": gettext_lazy("Write the name in Arabic."),
                "unique": gettext_lazy("Another team has this name. Choose another one."),
            },
            "name_en": {
                "required": gettext_lazy("Write the name in English."),
                "unique": gettext_lazy("Another team has this name. Choose another one."),
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now_in = self.instance.memberships.filter(left_at=None) if self.instance.pk else ()
        self.initial["members"] = [membership.member_id for membership in now_in]
        field = self.fields["members"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # declared above
        offered = deciders(also=self.initial["members"])
        field.choices = [(user.pk, str(user)) for user in offered]

    def clean_members(self) -> list[User]:
        """Give the chosen members."""
        return list(User.objects.filter(pk__in=self.cleaned_data["members"]))
