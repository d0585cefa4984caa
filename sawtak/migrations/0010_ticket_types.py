"""The types of request as rows that staff edit; they begin with those that the code had."""

from typing import Any

from django.db import migrations, models

# A code is kept by tickets, rules, figures and articles: it never changes. Deleting asks every
# ticket, and nobody does it from a page.
STAYS = """
CREATE FUNCTION sawtak_ticket_type_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.code <> OLD.code THEN
            RAISE EXCEPTION 'the code of a type of request never changes'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM sawtak_ticket WHERE category = OLD.code) THEN
        RAISE EXCEPTION 'a ticket has this type: switch it off'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER ticket_type_stays BEFORE UPDATE OR DELETE ON sawtak_tickettype
    FOR EACH ROW EXECUTE FUNCTION sawtak_ticket_type_stays();
"""
MAY_GO = """
DROP TRIGGER ticket_type_stays ON sawtak_tickettype;
DROP FUNCTION sawtak_ticket_type_stays();
"""

# Code, Arabic, English, the hint in both.
STOCK = (
    ("registration", "التسجيل", "Registration",
     "فتح ملف أو إضافة فرد إلى الأسرة.",
     "Opening a file, or adding somebody to the household."),
    ("sign_in", "الدخول والبيانات الشخصية", "Signing in and personal data",
     "الرمز والجوال والاسم والعنوان والآيبان.",
     "The code, the mobile, the name, the address, the IBAN."),
    ("eligibility", "الأهلية", "Eligibility",
     "لماذا كانت النتيجة هكذا.",
     "Why a result is as it is."),
    ("payments", "الدفعات المالية", "Payments",
     "دفعة ناقصة أو متأخرة أو لم تصل.",
     "A payment that is short, late or did not come."),
    ("objection", "متابعة اعتراض", "Follow-up of an objection",
     "سؤال عن اعتراض أرسلته.",
     "A question about an objection that you sent."),
    ("suspension", "تعليق الحساب", "Account suspension",
     "لماذا عُلّق الحساب وكيف يعود.",
     "Why the account is suspended, and how it opens again."),
    ("complaint", "شكوى", "Complaint",
     "عن خدمة أو موظف أو جهة.",
     "About a service, an employee or an office."),
    ("suggestion", "اقتراح", "Suggestion",
     "كيف تصير الخدمة أفضل.",
     "How the service can be better."),
    ("other", "موضوع آخر", "Something else", "", ""),
)  # fmt: skip
PLACES_APART = 10


def fill(apps: Any, _schema_editor: object) -> None:
    """Add the types that the code had, under their codes, names and order."""
    types = apps.get_model("sawtak", "TicketType").objects
    types.bulk_create(
        types.model(
            code=code,
            label_ar=label_ar,
            label_en=label_en,
            hint_ar=hint_ar,
            hint_en=hint_en,
            order=place * PLACES_APART,
        )
        for place, (code, label_ar, label_en, hint_ar, hint_en) in enumerate(STOCK, start=1)
    )


class Migration(migrations.Migration):
    """The catalogue of types (docs/adr/0034). No row of a ticket is touched."""

    dependencies = [("sawtak", "0009_stock_help")]

    operations = [
        migrations.CreateModel(
            name="TicketType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(editable=False, max_length=14, unique=True)),
                ("label_ar", models.CharField(max_length=50, verbose_name="name in Arabic")),
                ("label_en", models.CharField(max_length=50, verbose_name="name in English")),
                ("hint_ar", models.CharField(blank=True, max_length=120, verbose_name="hint in Arabic")),
                ("hint_en", models.CharField(blank=True, max_length=120, verbose_name="hint in English")),
                ("order", models.PositiveSmallIntegerField(default=50, verbose_name="place in the list")),
                ("is_sensitive", models.BooleanField(db_default=False, default=False, verbose_name="sensitive")),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="offered")),
            ],
            options={
                "verbose_name": "type of request",
                "verbose_name_plural": "types of request",
                "ordering": ["order", "id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("code__regex", "^[a-z][a-z0-9_]*$")), name="ticket_type_has_code"),
                    models.CheckConstraint(condition=models.Q(models.Q(("label_ar", ""), _negated=True), models.Q(("label_en", ""), _negated=True)), name="ticket_type_says_both_languages"),
                    models.CheckConstraint(condition=models.Q(models.Q(("hint_ar", ""), ("hint_en", "")), models.Q(models.Q(("hint_ar", ""), _negated=True), models.Q(("hint_en", ""), _negated=True)), _connector="OR"), name="ticket_type_hint_in_both_languages"),
                ],
            },
        ),
        migrations.AlterField(
            model_name="ticket",
            name="category",
            field=models.CharField(max_length=14, verbose_name="type"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(STAYS, MAY_GO),
    ]
