"""Quality: decided cases that are decided again by somebody who does not know how they were."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from objections.models.decisions import OUTCOMES, Decision

LONGEST_REVIEW_NOTE: Final = 500
LARGEST_SAMPLE: Final = 5000
LARGEST_SEED: Final = 2**53 - 1


class QualitySample(models.Model):
    """One draw of decisions that were in force, by a supervisor or by the standing share of a day.

    `seed` and the days repeat the draw exactly (docs/adr/0028). Days are those of the approvals,
    civil days in Riyadh. `found` is how many decisions could be drawn, `drawn` how many were.
    Without `drawn_by` it is the standing share of its one day.
    """

    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    size = models.PositiveIntegerField(_("number of cases"), null=True, blank=True)
    share_percent = models.PositiveSmallIntegerField(_("share in percent"), null=True, blank=True)
    seed = models.BigIntegerField(_("seed of the draw"))
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("drawn by"),
    )
    drawn_at = models.DateTimeField(_("drawn"))
    found = models.PositiveIntegerField(_("decisions found"), default=0)
    drawn = models.PositiveIntegerField(_("cases drawn"), default=0)
    submission = models.UUIDField(unique=True)

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        default_permissions = ("view",)
        permissions = [
            ("draw_quality_sample", "Can draw samples and follow what reviews found"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="sample_of_some_days"
            ),
            models.CheckConstraint(
                condition=Q(size__range=(1, LARGEST_SAMPLE), share_percent__isnull=True)
                | Q(size__isnull=True, share_percent__range=(1, 100)),
                name="sample_by_size_or_share",
            ),
            models.CheckConstraint(condition=Q(drawn__lte=F("found")), name="sample_of_what_is"),
            models.CheckConstraint(
                condition=Q(seed__range=(0, LARGEST_SEED)), name="sample_seed_range"
            ),
            models.CheckConstraint(
                condition=Q(drawn_by__isnull=False)
                | Q(first_day=F("last_day"), share_percent__isnull=False),
                name="standing_sample_of_one_day",
            ),
            models.UniqueConstraint(
                fields=["first_day"],
                condition=Q(drawn_by__isnull=True),
                name="one_standing_sample_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"sample {self.pk}"


class SkipReason(models.TextChoices):
    """Why somebody does not decide a case again."""

    KNOWS_PERSON = "knows_person", _("I know the person or their family")
    KNOWS_CASE = "knows_case", _("I know how it was decided")
    OTHER = "other", _("Another conflict of interest")


class QualityReview(models.Model):
    """A decision of a sample, to be decided again by somebody who had no part in the case.

    Waits, is taken, is sent: once, by one person. A trigger writes `agrees` (the same outcome) and
    refuses a reviewer who proposed or closed any decision of the case, a change of what was sent,
    and a deletion. `drawn_for` is the rarest reason of the decision, for which it was drawn.
    A decision is reviewed once, whatever samples follow.
    """

    sample = models.ForeignKey(QualitySample, on_delete=models.PROTECT, related_name="reviews")
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="quality_review"
    )
    place = models.PositiveIntegerField(_("place in the sample"))
    drawn_for = models.CharField(_("drawn for the reason"), max_length=30)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("reviewer"),
        db_index=False,  # quality_review_own begins with it
    )
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    outcome = models.CharField(
        _("decision of the reviewer"), max_length=16, choices=OUTCOMES, blank=True
    )
    reason_codes = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name=_("reasons")
    )
    note = models.TextField(_("note of the reviewer"), blank=True)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    agrees = models.BooleanField(_("same decision"), null=True, blank=True, editable=False)
    followed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("closed by"),
    )
    followed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    follow_note = models.TextField(_("why nothing follows"), blank=True)

    class Meta:
        verbose_name = _("quality review")
        verbose_name_plural = _("quality reviews")
        default_permissions = ("view",)
        permissions = [("review_quality", "Can decide a drawn case again, blind")]
        constraints = [
            models.UniqueConstraint(fields=["sample", "place"], name="review_place_in_sample"),
            models.UniqueConstraint(
                fields=["reviewer"],
                condition=Q(reviewed_at__isnull=True),
                name="one_review_in_hand",
            ),
            models.CheckConstraint(
                condition=Q(
                    reviewer__isnull=True,
                    taken_at__isnull=True,
                    reviewed_at__isnull=True,
                    outcome="",
                    reason_codes__len=0,
                    note="",
                    agrees__isnull=True,
                )
                | Q(
                    reviewer__isnull=False,
                    taken_at__isnull=False,
                    reviewed_at__isnull=True,
                    outcome="",
                    reason_codes__len=0,
                    note="",
                    agrees__isnull=True,
                )
                | Q(
                    reviewer__isnull=False,
                    taken_at__isnull=False,
                    reviewed_at__gte=F("taken_at"),
                    outcome__in=["accepted", "partly_accepted", "rejected"],
                    reason_codes__len__gte=1,
                    agrees__isnull=False,
                )
                & ~Q(note=""),
                name="review_waits_is_taken_or_sent",
            ),
            models.CheckConstraint(
                condition=Q(followed_by__isnull=True, followed_at__isnull=True, follow_note="")
                | Q(followed_by__isnull=False, followed_at__gte=F("reviewed_at"), agrees=False)
                & ~Q(follow_note="")
                & ~Q(followed_by=F("reviewer")),
                name="review_closed_by_another_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sample", "place"],
                name="quality_review_next",
                condition=Q(reviewer__isnull=True),
            ),
            models.Index(fields=["reviewer", "id"], name="quality_review_own"),
            models.Index(
                fields=["id"],
                name="quality_review_differs",
                condition=Q(agrees=False, followed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"

    @property
    def is_sent(self) -> bool:
        return self.reviewed_at is not None


class QualitySkip(models.Model):
    """That somebody did not decide a case of a sample again, and why. It waits for another."""

    review = models.ForeignKey(QualityReview, on_delete=models.PROTECT, related_name="skips")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=16, choices=SkipReason.choices)
    note = models.TextField(_("note"), blank=True)
    skipped_at = models.DateTimeField(_("passed on"))

    class Meta:
        verbose_name = _("review passed on")
        verbose_name_plural = _("reviews passed on")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["review", "reviewer"], name="review_skipped_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["knows_person", "knows_case"])
                | Q(reason="other") & ~Q(note=""),
                name="review_skipped_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.review_id} passed on"
