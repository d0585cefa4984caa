"""Reasons of decisions and templates of answers, as the programme begins with them."""

from django.db import migrations, models

REASONS = (
    ("PROOF_ACCEPTED", "accepted", "المستند يثبت ما كُتب", "The document proves what was said"),
    ("DATA_CORRECTED", "accepted", "صُحّحت البيانات", "The data were corrected"),
    ("CHANGE_PROVED", "accepted", "ثبت تغيّر الحال", "The change of circumstances is proved"),
    ("OUR_MISTAKE", "accepted", "الخطأ من البرنامج", "The mistake was the programme's"),
    ("PART_PROVED", "partly_accepted", "ثبت جزء مما كُتب", "A part of what was said is proved"),
    ("PART_OF_MONTHS", "partly_accepted", "ثبت لبعض الأشهر", "Proved for some of the months"),
    ("PART_OF_AMOUNT", "partly_accepted", "ثبت جزء من المبلغ", "A part of the amount is owed"),
    ("NOT_PROVED", "rejected", "المستندات لا تثبت ما كُتب", "The documents do not prove it"),
    ("DOCUMENTS_NOT_SENT", "rejected", "لم تصل المستندات المطلوبة", "The documents did not come"),
    ("DOCUMENT_UNREADABLE", "rejected", "المستند غير مقروء", "The document cannot be read"),
    ("RESULT_CORRECT", "rejected", "السجلات تؤكد النتيجة", "The registers confirm the result"),
    ("AMOUNT_CORRECT", "rejected", "المبلغ محسوب كما يجب", "The amount is as it has to be"),
    ("CONDITION_NOT_MET", "rejected", "الشرط غير متحقق", "The condition is not met"),
)

# What stands in brackets the caseworker fills in; an answer that still has some is not sent.
TEMPLATES = (
    (
        "accepted",
        "المستند يثبت",
        "The document proves it",
        "قبلنا اعتراضك، لأن [اسم المستند] يثبت ما كتبته. ندرس أهليتك من جديد في الدورة التي نطبّق"
        " فيها القرار. تراها في صفحة اعتراضك.",
        "We accepted your objection, because [name of the document] proves what you wrote. We study"
        " your eligibility again in the cycle in which the decision counts. Your objection's page"
        " shows it.",
    ),
    (
        "accepted",
        "صححنا بياناتك",
        "We corrected your data",
        "قبلنا اعتراضك، وصححنا [البيان] في ملفك. ندرس أهليتك من جديد في الدورة التي نطبّق فيها"
        " القرار. تراها في صفحة اعتراضك.",
        "We accepted your objection and corrected [what] in your file. We study your eligibility"
        " again in the cycle in which the decision counts. Your objection's page shows it.",
    ),
    (
        "accepted",
        "الخطأ منا",
        "The mistake was ours",
        "قبلنا اعتراضك. راجعنا النتيجة فوجدنا الخطأ منا: [ما الخطأ]. صححناه، ولا تحتاج إلى عمل شيء.",
        "We accepted your objection. We looked at the result again, and the mistake was ours: [what"
        " was wrong]. We corrected it, and you do not need to do anything.",
    ),
    (
        "accepted",
        "المبلغ ناقص",
        "The amount was short",
        "قبلنا اعتراضك على الدفعة. المستحَق أكبر مما أودعناه، لأن [السبب]. ترى في صفحة اعتراضك ما"
        " نصرفه لك عن كل شهر.",
        "We accepted your objection to the payment. More was due than we paid, because [reason]."
        " Your objection's page shows what we pay you for each month.",
    ),
    (
        "partly_accepted",
        "قبلنا جزءًا",
        "We accepted a part",
        "قبلنا جزءًا من اعتراضك. قبلنا [ما قُبل]، لأن [السبب]. ولم نقبل [ما لم يُقبل]، لأن [السبب].",
        "We accepted a part of your objection. We accepted [what], because [reason]. We did not"
        " accept [what], because [reason].",
    ),
    (
        "partly_accepted",
        "بعض الأشهر",
        "Some of the months",
        "قبلنا اعتراضك عن [الأشهر]، لأن [اسم المستند] يثبتها. ولم نقبل الأشهر الأخرى، لأننا لم نجد ما"
        " يثبتها.",
        "We accepted your objection for [months], because [name of the document] proves them. We did"
        " not accept the other months, because we found no proof for them.",
    ),
    (
        "rejected",
        "المستند لا يثبت",
        "The document does not prove it",
        "لم نقبل اعتراضك. قرأنا [اسم المستند]، ولم نجد فيه ما يثبت [المطلوب]. اقرأ في صفحة اعتراضك"
        " ماذا تستطيع أن تفعل الآن.",
        "We did not accept your objection. We read [name of the document] and did not find in it"
        " what proves [what]. Read on your objection's page what you can do now.",
    ),
    (
        "rejected",
        "لم تصل المستندات",
        "The documents did not come",
        "لم نقبل اعتراضك، لأن [اسم المستند] لم يصل إلينا حتى نهاية اليوم الذي كتبناه لك. اقرأ في"
        " صفحة اعتراضك ماذا تستطيع أن تفعل الآن.",
        "We did not accept your objection, because [name of the document] did not reach us by the"
        " end of the day that we wrote to you. Read on your objection's page what you can do now.",
    ),
    (
        "rejected",
        "السجلات تؤكد النتيجة",
        "The registers confirm the result",
        "لم نقبل اعتراضك. سألنا [الجهة]، وسجلاتها تؤكد [ما أكدته]. إذا كان سجلك عندها غير صحيح،"
        " فصححه عندها أولًا.",
        "We did not accept your objection. We asked [agency], and its records confirm [what]. If"
        " your record there is not right, have it corrected there first.",
    ),
    (
        "rejected",
        "المبلغ صحيح",
        "The amount is right",
        "لم نقبل اعتراضك على الدفعة. حسبنا المبلغ من جديد، وهو كما أودعناه: [كيف حُسب].",
        "We did not accept your objection to the payment. We counted the amount again, and it is"
        " what we paid: [how it was counted].",
    ),
    (
        "documents",
        "عقد الإيجار كاملًا",
        "The whole lease",
        "أرسل عقد الإيجار الموحّد بكل صفحاته. نحتاج أن نرى فيه اسم المستأجر والعنوان ورقم عداد"
        " الكهرباء.",
        "Send the unified lease with all its pages. We need to see the tenant's name, the address"
        " and the number of the electricity meter.",
    ),
    (
        "documents",
        "الصورة غير واضحة",
        "The picture is not clear",
        "وصلت إلينا صورة [اسم المستند] غير واضحة. صوّر كل صفحة وحدها في ضوء جيد. وتأكد أن الكلام كله"
        " يظهر فيها.",
        "The picture of [name of the document] is not clear. Take a picture of each page alone, in"
        " good light. Check that all the words can be read.",
    ),
    (
        "documents",
        "صفحات ناقصة",
        "Pages are missing",
        "وصلت إلينا [عدد] صفحات من [اسم المستند]. أرسل الصفحات الأخرى أيضًا.",
        "[Number] pages of [name of the document] reached us. Send the other pages too.",
    ),
    (
        "documents",
        "إثبات الاستقلالية",
        "Proof of a home of one's own",
        "أرسل ما يثبت أن لك سكنًا مستقلًا: عقد إيجار باسمك، أو صك ملكية، أو فاتورة كهرباء باسمك.",
        "Send what proves that you have a home of your own: a lease in your name, a title deed, or"
        " an electricity bill in your name.",
    ),
    (
        "documents",
        "سبب السفر",
        "The reason of the absence",
        "أرسل ما يثبت سبب وجودك خارج المملكة، مثل تقرير علاج أو خطاب دراسة أو خطاب عمل. يجب أن تظهر"
        " فيه بداية المدة ونهايتها.",
        "Send what proves why you were outside the Kingdom, like a medical report or a letter of"
        " your place of study or work. It has to show when the time began and ended.",
    ),
    (
        "documents",
        "تعريف بالراتب",
        "A letter about the salary",
        "أرسل تعريفًا بالراتب من جهة عملك. نحتاج أن نرى فيه الراتب الأساسي والبدلات وتاريخ الإصدار.",
        "Send a letter of your employer about your salary. We need to see the basic pay, the"
        " allowances and the date of the letter.",
    ),
)


def fill(apps, schema_editor):
    models_of = apps.get_app_config("objections").get_model
    models_of("DecisionReason").objects.bulk_create(
        models_of("DecisionReason")(
            code=code, outcome=outcome, label_ar=arabic, label_en=english, place=10 * place
        )
        for place, (code, outcome, arabic, english) in enumerate(REASONS, start=1)
    )
    models_of("AnswerTemplate").objects.bulk_create(
        models_of("AnswerTemplate")(
            kind=kind,
            title_ar=title_ar,
            title_en=title_en,
            text_ar=text_ar,
            text_en=text_en,
            place=10 * place,
        )
        for place, (kind, title_ar, title_en, text_ar, text_en) in enumerate(TEMPLATES, start=1)
    )


class Migration(migrations.Migration):
    """Templates of answers; reasons and templates are filled in."""

    dependencies = [
        ('objections', '0012_decisions'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('accepted', 'Accepted'), ('partly_accepted', 'Partly accepted'), ('rejected', 'Rejected'), ('documents', 'a wish for documents')], max_length=16, verbose_name='for')),
                ('title_ar', models.CharField(max_length=80, verbose_name='Arabic title')),
                ('title_en', models.CharField(max_length=80, verbose_name='English title')),
                ('text_ar', models.TextField(max_length=1000, verbose_name='Arabic text')),
                ('text_en', models.TextField(max_length=1000, verbose_name='English text')),
                ('place', models.PositiveSmallIntegerField(default=100, verbose_name='place in the list')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'template of answers',
                'verbose_name_plural': 'templates of answers',
                'ordering': ['kind', 'place', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['accepted', 'partly_accepted', 'rejected', 'documents'])), name='answer_template_kind'), models.CheckConstraint(condition=models.Q(models.Q(('title_ar', ''), _negated=True), models.Q(('title_en', ''), _negated=True), models.Q(('text_ar', ''), _negated=True), models.Q(('text_en', ''), _negated=True)), name='answer_template_in_two_languages')],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
