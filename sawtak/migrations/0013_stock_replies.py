"""Notes stay as they were written, and the templates of replies that the programme begins with."""

from django.db import migrations

# What stands in braces is filled from the ticket; in brackets the agent fills it in. A reply that
# still has some is not sent. Day 10 and the time to object: docs/requirements.md.
TEMPLATES = (
    (
        "payments",
        "الدفعة تأخرت",
        "The payment is late",
        "نودع الدفعة في اليوم العاشر من الشهر الميلادي، أو في يوم عمل قريب منه. وقد تتأخر في بعض"
        " البنوك يومًا أو يومين. راجعنا دفعة {cycle}، وحالتها الآن: [الحالة]. إذا لم تصل حتى"
        " [اليوم]، فاكتب لنا هنا.",
        "We pay on the 10th of the month, or on a working day near it. Some banks take a day or two"
        " more. We looked at your payment of {cycle}. It is now: [status]. If it has not come by"
        " [day], write to us here.",
    ),
    (
        "payments",
        "رُفض الحساب البنكي",
        "The bank refused the account",
        "رفض البنك دفعتك، لأن الحساب لا يستقبل المبلغ. تأكد مع البنك أن الحساب باسمك وأنه نشط. ثم"
        " اكتب الآيبان في ملفك من جديد. نعيد الصرف بعد أن يتأكد البنك من الحساب.",
        "The bank refused your payment, because the account takes no money. Ask the bank whether"
        " the account is in your name and active. Then write the IBAN in your file again. We pay"
        " again when the bank has confirmed the account.",
    ),
    (
        "payments",
        "الدفعة أقل من المعتاد",
        "The payment is smaller",
        "نقصت دفعة {cycle}، لأن [السبب]. تجد التفصيل في ملفك عند الدفعة نفسها. إذا رأيت أن السبب"
        " غير صحيح، فاعترض من صفحة الدفعة. آخر يوم للاعتراض مكتوب فيها.",
        "Your payment of {cycle} is smaller, because [reason]. Your file shows the details beside"
        " the payment. If you think that the reason is wrong, object on the payment's page. It"
        " shows the last day to object.",
    ),
    (
        "sign_in",
        "تغيّر رقم الجوال",
        "The mobile number changed",
        "افتح «دخول»، ثم اختر «تغيّر جوالي». اكتب رقم الهوية وتاريخ الميلاد الهجري والرقم الجديد."
        " يجب أن يكون الرقم مسجلًا باسمك. لا ترسل لنا رمز الدخول ولا تعطه لأحد.",
        "Open “Sign in” and choose “My mobile changed”. Write your ID, your Hijri birth date and"
        " the new number. The number must be registered in your name. Do not send us a sign-in code"
        " and give it to nobody.",
    ),
    (
        "registration",
        "إضافة تابع",
        "Adding a dependant",
        "افتح ملفك، ثم «عدّل بياناتك»، وأضف [اسم التابع] كما في سجل الأسرة. ندرس أهليته في الدورة"
        " التالية بعد أن تطابق بياناته السجلات. إذا لم يظهر في سجل الأسرة، فأضفه عند الأحوال"
        " المدنية أولًا.",
        "Open your file, then “Edit your data”, and add [name of the dependant] as in the family"
        " register. We study the eligibility in the next cycle, once the data match the records. If"
        " the family register does not show the dependant, add them at Civil Affairs first.",
    ),
    (
        "eligibility",
        "عقد الإيجار",
        "The lease",
        "نحتاج عقد إيجار موحّدًا ساريًا في منصة إيجار، باسمك أنت، وغير مشترك مع أسرة أخرى. تأكد أن"
        " رقم عداد الكهرباء في العقد هو رقم مسكنك. ثم اعترض على النتيجة من ملفك وأرفق العقد كاملًا.",
        "We need a valid unified lease in Ejar, in your own name, not shared with another family."
        " Check that the electricity meter in the lease is that of your home. Then object to the"
        " result from your file and attach the whole lease.",
    ),
    (
        "eligibility",
        "السفر والغياب",
        "Time abroad",
        "تُظهر السجلات أنك كنت خارج المملكة [عدد] يومًا في السنة الماضية. إذا كان للسفر سبب مثل"
        " العلاج أو الدراسة، فاعترض على النتيجة من ملفك. أرفق ما يثبت السبب وتواريخ السفر.",
        "The records show that you were abroad for [number] days in the last year. If you had a"
        " reason, like treatment or study, object to the result from your file. Attach what proves"
        " the reason and the days.",
    ),
    (
        "suspension",
        "الحساب موقوف",
        "The account is suspended",
        "توقف حسابك لأن [السبب]. لتعود الدراسة، [المطلوب]. بعدها ندرس أهليتك من جديد في الدورة"
        " التالية. ردّ علينا هنا قبل {due_day} إذا احتجت إلى مساعدة.",
        "Your account is suspended, because [reason]. For the study to go on, [what is needed]."
        " Then we study your eligibility again in the next cycle. Reply here before {due_day} if"
        " you need help.",
    ),
    (
        "objection",
        "اعتراضك قيد الدراسة",
        "Your objection is studied",
        "وصل اعتراضك، ونحن ندرسه. تجد حالته وكل ما نطلبه في صفحته في ملفك. نرسل لك رسالة عندما"
        " يصدر القرار، ولا تحتاج إلى عمل شيء قبلها.",
        "Your objection arrived and we study it. Its page in your file shows where it is and what"
        " we ask for. We send you a message when it is decided. You need to do nothing before.",
    ),
    (
        "",
        "نحتاج معلومة",
        "We need one thing",
        "{name}، قرأنا طلبك رقم {reference}. لنكمل نحتاج [المطلوب]. اكتب ردك هنا في صفحة الطلب.",
        "{name}, we read your request {reference}. To go on we need [what]. Write your reply here on"
        " the request's page.",
    ),
)

FIXED = """
CREATE FUNCTION sawtak_note_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a note is kept as it was written' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER note_kept BEFORE UPDATE OR DELETE ON sawtak_ticketnote
    FOR EACH ROW EXECUTE FUNCTION sawtak_note_kept();
"""

LOOSE = """
DROP TRIGGER note_kept ON sawtak_ticketnote;
DROP FUNCTION sawtak_note_kept();
"""


def add_templates(apps, _schema_editor):
    reply = apps.get_model("sawtak", "ReplyTemplate")
    reply.objects.bulk_create(
        reply(
            category=category,
            title_ar=title_ar,
            title_en=title_en,
            text_ar=text_ar,
            text_en=text_en,
            place=10 * number,
        )
        for number, (category, title_ar, title_en, text_ar, text_en) in enumerate(TEMPLATES, 1)
    )


class Migration(migrations.Migration):
    dependencies = [("sawtak", "0012_answering")]

    operations = [
        migrations.RunSQL(FIXED, reverse_sql=LOOSE),
        migrations.RunPython(add_templates, migrations.RunPython.noop),
    ]
