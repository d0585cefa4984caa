"""How far a person has read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person


class InboxMark(models.Model):
    """Up to when a person has read their messages: one small row for whoever ever opened them."""

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.PROTECT, related_name="inbox_mark"
    )
    read_up_to = models.DateTimeField(_("read up to"))

    class Meta:
        verbose_name = _("reading mark")
        verbose_name_plural = _("reading marks")

    def __str__(self) -> str:
        return f"mark of person {self.person_id}"
