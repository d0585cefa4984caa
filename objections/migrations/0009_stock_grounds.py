"""What the catalogue of grounds begins with, in our own words; staff change it from then on.

Every objection of before keeps what its ground said: the words of the rows that are made here.
"""

from typing import Any

from django.db import migrations, models

# Track, code, Arabic, English, the hint in both, whether it is offered.
GROUNDS = (
    ("result", "reason_wrong", "السبب المذكور غير صحيح", "The reason given is not true",
     "اكتب ما الخطأ في السبب، وكيف نتأكد منه.",
     "Write what is wrong in the reason, and how we can see that.", True),
    ("result", "changed", "تغيّر وضعي وعندي ما يثبت", "My situation has changed and I have proof",
     "اكتب ما الذي تغيّر، ومنذ متى.",
     "Write what has changed, and since when.", True),
    ("result", "documents", "صار عندي المستند الناقص", "I now have the missing document",
     "اكتب اسم المستند، ومتى صدر.",
     "Write which document it is, and when it was issued.", True),
    ("result", "corrected", "صحّحت بياناتي", "I corrected my data",
     "اكتب ما الذي صحّحته، وأين.",
     "Write what you corrected, and where.", True),
    ("result", "other", "سبب آخر", "Another reason",
     "اكتب ما حدث، وماذا تريد منا.",
     "Write what happened, and what you want us to do.", True),
    ("payment", "reason_wrong", "المبلغ غير صحيح", "The amount is wrong",
     "اكتب كم كان يجب أن يصلك، ولماذا.",
     "Write how much should have come, and why.", True),
    ("payment", "absence", "أيام سفري محسوبة خطأ، أو كان عندي عذر",
     "My days abroad are counted wrongly, or I had a good reason",
     "اكتب يوم خروجك ويوم عودتك، وسبب السفر.",
     "Write the day you left, the day you came back, and why you were away.", True),
    ("payment", "household", "عدد أفراد أسرتي غير صحيح",
     "The number of people in my household is wrong",
     "اكتب من انضم إلى الأسرة أو خرج منها، ومتى.",
     "Write who joined the household or left it, and when.", True),
    ("payment", "account", "لم تصل الدفعة إلى حسابي", "The payment did not reach my account",
     "اكتب اسم البنك، وهل تغيّر حسابك.",
     "Write the name of your bank, and whether your account has changed.", True),
    ("payment", "documents", "صار عندي المستند الناقص", "I now have the missing document",
     "اكتب اسم المستند، ومتى صدر.",
     "Write which document it is, and when it was issued.", True),
    ("payment", "corrected", "صحّحت بياناتي", "I corrected my data",
     "اكتب ما الذي صحّحته، وأين.",
     "Write what you corrected, and where.", True),
    ("payment", "other", "سبب آخر", "Another reason",
     "اكتب ما حدث، وماذا تريد منا.",
     "Write what happened, and what you want us to do.", True),
    # Chosen before payments had grounds of their own: read where it stands, offered no more.
    ("payment", "changed", "تغيّر وضعي وعندي ما يثبت", "My situation has changed and I have proof",
     "", "", False),
)  # fmt: skip

# Code, Arabic, English, what must be visible in both, reason codes, grounds by track and code.
DOCUMENTS = (
    ("lease", "عقد الإيجار الموحد باسمك", "The unified lease in your name",
     "اسمك وحدك، ومدة العقد، ورقم عداد الكهرباء.",
     "Your name alone, the term of the lease, and the number of the electricity meter.",
     ["LEASE_NOT_PROVEN", "INDEPENDENCE_NOT_PROVEN"], []),
    ("deed", "صك ملكية السكن باسمك", "The title deed of the home in your name",
     "اسمك، ورقم الصك وتاريخه.",
     "Your name, and the number and date of the deed.",
     ["INDEPENDENCE_NOT_PROVEN"], []),
    ("electricity", "فاتورة الكهرباء باسمك", "An electricity bill in your name",
     "اسمك، ورقم العداد، وتاريخ الفاتورة.",
     "Your name, the number of the meter, and the date of the bill.",
     ["INDEPENDENCE_NOT_PROVEN"], []),
    ("housing", "خطاب السكن الجامعي أو العسكري", "A letter of university or military housing",
     "اسمك، واسم الجهة، ومدة السكن.",
     "Your name, who gives the housing, and for how long.",
     ["INDEPENDENCE_NOT_PROVEN"], []),
    ("absence", "إثبات عذر السفر", "Proof of a good reason to be abroad",
     "اسمك، وسبب السفر، ويوم بدايته ويوم نهايته.",
     "Your name, the reason, and the first and the last day.",
     ["ABSENCE_90", "ABSENCE_DEDUCTION"], [("payment", "absence")]),
    ("travel", "سجل السفر", "The travel record",
     "اسمك، وكل يوم خروج ويوم عودة في هذه المدة.",
     "Your name, and each day you left and came back in this time.",
     ["ABSENCE_90", "ABSENCE_DEDUCTION"], [("payment", "absence")]),
    ("family", "سجل الأسرة", "The family record",
     "أسماء أفراد الأسرة كلهم، وتاريخ الإصدار.",
     "The names of all people of the household, and the date of issue.",
     ["HOUSEHOLD_CHANGED", "DEPENDANT_INELIGIBLE", "DATA_MISMATCH"],
     [("payment", "household"), ("payment", "corrected"), ("result", "changed"),
      ("result", "corrected")]),
    ("birth", "شهادات ميلاد التابعين", "The birth certificates of the dependants",
     "اسم كل طفل، ويوم ميلاده، واسما والديه.",
     "The name of each child, the day of birth, and the names of both parents.",
     ["HOUSEHOLD_CHANGED"], [("payment", "household"), ("result", "changed")]),
    ("heirs", "صك حصر الورثة", "The heirs' certificate",
     "أسماء الورثة كلهم، ورقم الصك وتاريخه.",
     "The names of all heirs, and the number and date of the certificate.",
     ["HOUSEHOLD_CHANGED"], [("payment", "household"), ("result", "changed")]),
    ("identity", "صورة الهوية", "A picture of the identity card",
     "الاسم ورقم الهوية وتاريخ الميلاد، بلا قصّ.",
     "The name, the number and the birth date, with nothing cut off.",
     ["DATA_MISMATCH"], [("payment", "corrected"), ("result", "corrected")]),
    ("income", "تعريف بالراتب أو كشف حساب", "A salary statement or a bank statement",
     "اسمك، ومن يدفع، والمبلغ، والشهر.",
     "Your name, who pays, the amount, and the month.",
     ["INCOME_OVER_CUTOFF", "INCOME_CHANGED"], []),
    ("bank", "خطاب البنك عن حسابك", "A letter of the bank about your account",
     "اسمك، ورقم الآيبان، وحالة الحساب.",
     "Your name, the IBAN, and the state of the account.",
     ["ACCOUNT_INACTIVE", "INCOME_OVER_CUTOFF", "INCOME_CHANGED"], [("payment", "account")]),
    ("transfer", "إثبات البيع أو نقل الملكية", "Proof of the sale or transfer",
     "ما الذي بيع، ولمن، ويوم نقل الملكية.",
     "What was sold, to whom, and the day of the transfer.",
     ["ASSETS"], []),
    ("relation", "إثبات صلتك بمواطن، أو بطاقة تنقّل",
     "Proof of how you are related to a citizen, or a mobility card",
     "اسمك، وصلتك بالمواطن، وتاريخ المستند.",
     "Your name, how you are related, and the date of the document.",
     ["NATIONALITY"], []),
    ("leaving", "ورقة تبيّن يوم خروجك", "A paper that shows the day you left",
     "اسمك، واسم الجهة، ويوم الخروج.",
     "Your name, the name of the place, and the day you left.",
     ["PRISON", "SHELTER"], []),
    ("missing", "المستند الناقص كاملًا", "The whole missing document",
     "كل الصفحات، واضحة وسارية.",
     "Every page, clear and valid.",
     ["ATTACHMENTS_MISSING"], [("payment", "documents"), ("result", "documents")]),
)  # fmt: skip


def fill(apps: Any, _schema_editor: object) -> None:
    """Make the rows that are not there."""
    ground_model = apps.get_model("objections", "Ground")
    document_model = apps.get_model("objections", "NeededDocument")
    grounds = {}
    for place, (track, code, label_ar, label_en, hint_ar, hint_en, offered) in enumerate(GROUNDS):
        grounds[track, code], _made = ground_model.objects.get_or_create(
            track=track,
            code=code,
            defaults={
                "label_ar": label_ar,
                "label_en": label_en,
                "hint_ar": hint_ar,
                "hint_en": hint_en,
                "order": 10 * (place + 1),
                "is_active": offered,
            },
        )
    for place, (code, name_ar, name_en, visible_ar, visible_en, reasons, of) in enumerate(
        DOCUMENTS
    ):
        document, made = document_model.objects.get_or_create(
            code=code,
            defaults={
                "name_ar": name_ar,
                "name_en": name_en,
                "visible_ar": visible_ar,
                "visible_en": visible_en,
                "reason_codes": reasons,
                "order": 10 * (place + 1),
            },
        )
        if made:
            document.grounds.set([grounds[key] for key in of])


KEPT = """
UPDATE objections_objection AS o SET ground_ar = g.label_ar, ground_en = g.label_en
FROM objections_ground AS g
WHERE g.code = o.ground
    AND g.track = CASE WHEN o.payment_id IS NULL THEN 'result' ELSE 'payment' END;
UPDATE objections_objection SET left_at = step WHERE status = 'draft';
"""


class Migration(migrations.Migration):
    """The catalogue that the portal comes with, and what objections of before keep of it."""

    dependencies = [("objections", "0008_grounds")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        # Where rows were changed their keys are asked at once: PostgreSQL alters no table before.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ground', ''), ('ground_ar', ''), ('ground_en', ''), ('reference__isnull', True)), models.Q(models.Q(('ground', ''), _negated=True), models.Q(('ground_ar', ''), _negated=True), models.Q(('ground_en', ''), _negated=True)), _connector='OR'), name='objection_ground_in_both_languages'),
        ),
    ]
