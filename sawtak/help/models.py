"""The help articles, which staff edit."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from saudi.languages import page_language

QUESTION_CHARACTERS: Final = 120
SHORT_CHARACTERS: Final = 400
BODY_CHARACTERS: Final = 3000
KEYWORDS_CHARACTERS: Final = 300

JOINED_WORDS: Final = "(^|[^0-9a-z\u0621-\u06ff])(?:[وفبك]?ال|لل)(?=[\u0621-\u06ff]{3})"
"""What Arabic writes in one with the next word («والدفعة») and a search does without."""


class HelpWords(models.GeneratedField):
    """The folded words of other columns without «ال», kept by the database for the search."""

    def __init__(self, *sources: str, **kwargs: Any) -> None:
        if sources:
            folded = Func(
                *(F(source) for source in sources),
                template="saudi_fold(%(expressions)s)",
                arg_joiner=" || ' ' || ",
            )
            kwargs["expression"] = Func(
                folded, Value(JOINED_WORDS), Value(r"\1"), Value("g"), function="regexp_replace"
            )
        kwargs["output_field"] = models.TextField()
        kwargs["db_persist"] = True
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Give a plain generated field: migrations need nothing of this class."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.GeneratedField", list(args), kwargs


class HelpArticle(models.Model):
    """A question, its short answer and what more there is to say, in both languages.

    `code` is its place on the page of help and never changes. `categories` are the types of
    request before which the short answer is offered. The texts are plain, with a few marks: see
    portal/help/words.py.
    """

    code = models.CharField(max_length=24, unique=True, editable=False)
    question_ar = models.CharField(_("question in Arabic"), max_length=QUESTION_CHARACTERS)
    question_en = models.CharField(_("question in English"), max_length=QUESTION_CHARACTERS)
    short_ar = models.TextField(
        _("short answer in Arabic"), validators=[MaxLengthValidator(SHORT_CHARACTERS)]
    )
    short_en = models.TextField(
        _("short answer in English"), validators=[MaxLengthValidator(SHORT_CHARACTERS)]
    )
    body_ar = models.TextField(
        _("more in Arabic"), blank=True, validators=[MaxLengthValidator(BODY_CHARACTERS)]
    )
    body_en = models.TextField(
        _("more in English"), blank=True, validators=[MaxLengthValidator(BODY_CHARACTERS)]
    )
    keywords_ar = models.CharField(
        _("other Arabic words"), max_length=KEYWORDS_CHARACTERS, blank=True
    )
    keywords_en = models.CharField(
        _("other English words"), max_length=KEYWORDS_CHARACTERS, blank=True
    )
    categories = ArrayField(
        models.CharField(max_length=14),
        verbose_name=_("types of request"),
        default=list,
        blank=True,
    )
    order = models.PositiveSmallIntegerField(_("place in the list"), default=50)
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)
    edited_on = models.DateField(_("last edited"))
    asked_words = HelpWords("question_ar", "keywords_ar", "question_en", "keywords_en")
    said_words = HelpWords("short_ar", "body_ar", "short_en", "body_en")

    class Meta:
        verbose_name = _("help article")
        verbose_name_plural = _("help articles")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9_-]*$"), name="help_article_has_code"
            ),
            models.CheckConstraint(
                condition=~Q(question_ar="")
                & ~Q(question_en="")
                & ~Q(short_ar="")
                & ~Q(short_en=""),
                name="help_article_says_both_languages",
            ),
            models.CheckConstraint(
                condition=Q(body_ar="", body_en="") | ~Q(body_ar="") & ~Q(body_en=""),
                name="help_article_more_in_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def said(self, name: str, language: str) -> str:
        """Give a text of the article, such as `short`, in Arabic unless English is asked for."""
        text: str = getattr(self, f"{name}_{'en' if language.startswith('en') else 'ar'}")
        return text

    @property
    def question(self) -> str:
        return self.said("question", page_language())

    @property
    def short(self) -> str:
        return self.said("short", page_language())

    @property
    def body(self) -> str:
        return self.said("body", page_language())
