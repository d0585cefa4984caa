"""The help articles that the portal comes with: what its page of help said, and other words."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import migrations


class Stock(NamedTuple):
    """An article: each pair is Arabic and English."""

    code: str
    question: tuple[str, str]
    short: tuple[str, str]
    body: tuple[str, str]
    keywords: tuple[str, str]
    categories: tuple[str, ...]


STOCK = (
    Stock(
        "not-eligible",
        ("لماذا نتيجتي «غير مؤهل»؟", "Why is my result “not eligible”?"),
        (
            "السبب مكتوب في ملفك بجانب النتيجة، ومعه معناه وماذا تفعل. [ادخل إلى ملفك](profile) واقرأه أولًا.",
            "The reason is beside the result in your file, with what it means and what to do. [Open your file](profile) and read it first.",
        ),
        ("", ""),
        (
            "الأهلية، استحقاق، رفض، مرفوض، أُلغي الدعم، توقف الدعم، انقطع، ما نزل اسمي، سبب عدم الأهلية",
            "eligibility, ineligible, refused, reason, support stopped",
        ),
        ("eligibility", "suspension"),
    ),
    Stock(
        "how-to-object",
        ("كيف أعترض؟", "How do I object?"),
        (
            "تعترض من [ملفك](profile)، في خمس خطوات.",
            "You object from [your file](profile), in five steps.",
        ),
        (
            "1. [ادخل إلى ملفك](profile)، واضغط «اعترض» بجانب النتيجة.\n"
            "2. اقرأ السبب ومعناه.\n"
            "3. حدّث بياناتك إذا تغيّرت.\n"
            "4. اكتب شرحك وأضف مستنداتك.\n"
            "5. راجع كل شيء، ثم أرسل. يظهر رقم الاعتراض أمامك، ويصلك برسالة.",
            "1. [Open your file](profile) and press “Object” beside the result.\n"
            "2. Read the reason and what it means.\n"
            "3. Update your data if it has changed.\n"
            "4. Write your explanation and add your documents.\n"
            "5. Check everything, then send it. Its number appears on the page and comes by message.",
        ),
        ("تظلم، تقديم اعتراض، طعن، خطوات", "appeal, contest, file an objection, steps"),
        ("eligibility", "objection"),
    ),
    Stock(
        "window",
        ("كم بقي لي لأعترض؟", "How long do I have left to object?"),
        (
            "ملفك يقول كم يومًا بقي، وما آخر يوم، بالهجري والميلادي. المدة {window} بعد يوم إعلان النتيجة. نعدّ فيها الجمعة والسبت والإجازات.",
            "Your file shows how many days are left and which day is the last, in both calendars. You have {window} after the day the result was announced. Fridays, Saturdays and holidays count too.",
        ),
        (
            "آخر يوم محسوب كله: تستطيع أن ترسل حتى الساعة 12 ليلًا بتوقيت الرياض. والمهم وقت وصول الاعتراض إلينا.",
            "The whole of the last day counts: you can send until midnight, Riyadh time. What counts is when the objection reaches us.",
        ),
        ("مدة الاعتراض، مهلة، موعد، آخر يوم، تسعون يومًا، 90 يوم", "time to object, deadline, last day, 90 days"),
        ("objection",),
    ),
    Stock(
        "few-days",
        (
            "بقيت أيام قليلة، وليس عندي كل المستندات. ماذا أفعل؟",
            "Only a few days are left and I do not have every document. What can I do?",
        ),
        (
            "أرسل الاعتراض الآن بما عندك: يكفي مستند واحد. إذا نقص شيء طلبناه منك برسالة، وأعطيناك موعدًا لترسله.",
            "Send the objection now with what you have: one document is enough. If something is missing, we ask you for it by message and give you a day to send it by.",
        ),
        (
            "لا تترك الاعتراض مسودة. المسودة التي لم تُرسل قبل نهاية آخر يوم تتوقف.",
            "Do not leave it as a draft. A draft that is not sent by the end of the last day is stopped.",
        ),
        ("مسودة، أوراق ناقصة، مستند ناقص", "draft, missing papers"),
        (),
    ),
    Stock(
        "documents",
        ("ماذا أرفق، وكيف؟", "What do I attach, and how?"),
        (
            "أرفق ما يثبت كلامك. اقرأ «ماذا تفعل» بجانب السبب في ملفك: هناك اسم المستند المطلوب.",
            "Attach what proves what you say. Read “What to do” beside the reason in your file: it names the document.",
        ),
        (
            "نقبل ملفات PDF وصور JPG وPNG. حجم الملف حتى {file_size}، وعددها حتى {file_count}. صوّر الورقة كاملة في ضوء جيد.",
            "We take PDF files and JPG and PNG pictures. A file can have up to {file_size}, and you can send up to {file_count}. Photograph the whole page in good light.",
        ),
        ("مستندات، مرفقات، أوراق، صورة، تصوير، عقد إيجار، حجم الملف", "documents, files, papers, picture, lease, size"),
        (),
    ),
    Stock(
        "no-code",
        ("لم يصلني رمز الدخول. ماذا أفعل؟", "The sign-in code did not come. What can I do?"),
        (
            "انتظر دقيقة، وتأكد أن في جوالك إشارة ومكانًا للرسائل. ثم اطلب رمزًا جديدًا.",
            "Wait a minute. Check that your mobile has a signal and room for messages. Then ask for a new code.",
        ),
        (
            "- تأكد من رقم الهوية. يصل الرمز إلى الجوال المسجّل في ملف صاحب الهوية.\n"
            "- اطلب الرمز الجديد من الصفحة نفسها، واكتب آخر رمز وصلك.\n"
            "- تغيّر جوالك؟ افتح [«فقدت جوالك أو غيّرت رقمه؟»](lost_mobile)",
            "- Check the ID. The code goes to the mobile in that person's file.\n"
            "- Ask for the new code on the same page, and write the newest one that came.\n"
            "- Has your mobile changed? Open [“Have you lost your mobile or changed its number?”](lost_mobile)",
        ),
        ("كود، رمز التحقق، ما وصل الرمز، تسجيل الدخول، رسالة", "OTP, login, sign in, verification code, no message"),
        ("sign_in",),
    ),
    Stock(
        "changed-mobile",
        ("غيّرت رقم جوالي، كيف أدخل؟", "I changed my mobile number. How do I sign in?"),
        (
            "هل جوالك القديم معك؟ ادخل به، ثم غيّر الرقم من «حدّث بياناتك» في ملفك. إذا لم يكن معك، فافتح [«فقدت جوالك أو غيّرت رقمه؟»](lost_mobile) واتبع الخطوات.",
            "Do you still have the old mobile? Sign in with it, then change the number under “Update your data” in your file. If you do not have it, open [“Have you lost your mobile or changed its number?”](lost_mobile) and follow the steps.",
        ),
        ("", ""),
        ("هاتف، تلفون، موبايل، فقدت جوالي، ضاع جوالي، رقم جديد، تغيير الرقم، تحديث البيانات", "phone, lost phone, new number, update data"),
        ("sign_in",),
    ),
    Stock(
        "track",
        ("كيف أعرف أين وصل طلبي أو اعتراضي؟", "How do I know where my request or objection is?"),
        (
            "افتح [متابعة طلب](track). اكتب الرقم الذي وصلك، ورقم هويتك أو الجوال الذي كتبته عند الإرسال.",
            "Open [Track a request](track). Write the number that came to you, and your ID or the mobile you gave when you sent it.",
        ),
        (
            "نعرض الحالة فقط. لتقرأ نص الطلب والرد، اكتب الرمز الذي نرسله إلى جوالك. ونص الاعتراض والرد عليه في ملفك.",
            "We show only the status there. To read a request and its answer, write the code that we send to your mobile. An objection and its answer are in your file.",
        ),
        ("متابعة، استعلام، حالة الطلب، رقم الطلب، متى الرد", "tracking, status, reference number, when do you answer"),
        ("objection", "complaint"),
    ),
    Stock(
        "accepted",
        ("قُبل اعتراضي، فمتى تصل الدفعة؟", "My objection was accepted. When will I be paid?"),
        (
            "صفحة اعتراضك تقول لك في أي دورة نطبّق القرار. قبول الاعتراض على النتيجة لا يعني أنك مؤهل: ندرس أهليتك من جديد في تلك الدورة.",
            "The page of your objection says in which cycle the decision counts. Accepting an objection to a result does not make you eligible: we study your eligibility again in that cycle.",
        ),
        (
            "إذا جاءت نتيجتك «مؤهل»، أودعنا المبلغ مع دفعة تلك الدورة.",
            "If your result is then “eligible”, the amount comes with that cycle's payment.",
        ),
        ("موعد الصرف، متى ينزل، أثر رجعي", "pay day, back pay, when is the money"),
        (),
    ),
    Stock(
        "rejected",
        ("لم يُقبل اعتراضي. ماذا أفعل؟", "My objection was not accepted. What can I do?"),
        (
            "اقرأ السبب في صفحة اعتراضك. إذا تغيّر شيء بعده، فحدّث بياناتك: تستطيع الاعتراض على النتيجة القادمة.",
            "Read the reason on the page of your objection. If something changes after it, update your data: you can object to the next result.",
        ),
        (
            "لم تفهم السبب؟ [اسأل في «صوتك مسموع»](sawtak)، أو اتصل بمركز الاتصال {call_centre}.",
            "Do you not understand the reason? [Ask in Your Voice Is Heard](sawtak), or call the call centre on {call_centre}.",
        ),
        ("رفض الاعتراض، مرفوض", "rejected, refused objection"),
        (),
    ),
    Stock(
        "after-window",
        ("انقضت مدة الاعتراض. ماذا أفعل؟", "The time to object has passed. What can I do?"),
        (
            "أصلح السبب، و[حدّث بياناتك](profile): ندرسها كما هي في الدورة القادمة. وتستطيع [التسجيل في البرنامج من جديد](register).",
            "Put the reason right and [update your data](profile): the next cycle uses it. You can also [apply again](register).",
        ),
        (
            "هل منعك عذر من الاعتراض في وقته؟ اذكره لنا في [«صوتك مسموع»](sawtak)، أو اتصل بمركز الاتصال {call_centre}.",
            "Did something keep you from objecting in time? Tell us in [Your Voice Is Heard](sawtak), or call the call centre on {call_centre}.",
        ),
        ("فاتني الاعتراض، انتهت المهلة، تأخرت، التسجيل، تسجيل جديد", "too late, missed, register again, registration"),
        ("registration",),
    ),
    Stock(
        "payment",
        ("وصلت الدفعة ناقصة أو لم تصل. ماذا أفعل؟", "A payment was short or did not come. What can I do?"),
        (
            "افتح [الدفعات في ملفك](payments): تجد حالة الدفعة وسبب النقص. إذا أُودعت ناقصة، تستطيع الاعتراض {window} بعد يوم الإيداع.",
            "Open [the payments in your file](payments): they show the status and why the amount is short. If it was deposited short, you can object for {window} after the deposit day.",
        ),
        (
            "هل ردّها البنك؟ اكتب في ملفك آيبان حساب نشط، ونرسل المبلغ مرة أخرى.",
            "Did the bank send it back? Write the IBAN of an active account in your file, and we send the amount again.",
        ),
        ("فلوس، مبلغ، راتب، صرف، إيداع، حوالة، خصم، استقطاع، ما نزلت، بنك، آيبان، حساب", "money, amount, deduction, deposit, bank, IBAN, late payment"),
        ("payments", "suspension"),
    ),
    Stock(
        "family",
        ("هل أعترض عن أحد أفراد أسرتي؟", "Can I object for somebody in my family?"),
        (
            "يعترض المستفيد الرئيسي عن أي فرد في أسرته. ويعترض البالغ عن نفسه من ملفه.",
            "The main beneficiary can object for anyone in the household. An adult can object for themselves from their own file.",
        ),
        ("", ""),
        ("زوجة، ولد، أولاد، تابع، تابعين، أبناء، أم، أب", "wife, child, children, dependant, household, parents"),
        (),
    ),
    Stock(
        "private-reason",
        ("لماذا أقرأ «سبب يظهر لصاحبه فقط»؟", "Why do I read “A reason shown to its owner only”?"),
        (
            "بعض الأسباب خاصة، فلا نعرضها لأحد غير صاحبها، ولا للمستفيد الرئيسي. يدخل صاحبها برقم هويته وجواله، فيقرأ السبب ويعترض.",
            "Some reasons are private. We show them only to the person concerned, and not to the main beneficiary. That person signs in with their own ID and mobile, reads the reason and objects.",
        ),
        ("", ""),
        ("خصوصية، سبب مخفي، لا أرى السبب", "privacy, hidden reason"),
        (),
    ),
    Stock(
        "fraud",
        ("طلب أحد رمزي، هل أعطيه؟", "Somebody asked for my code. Should I give it?"),
        (
            "لا. موظفونا لا يطلبون الرمز أبدًا، لا في اتصال ولا في رسالة. ورسائل الجوال ليس فيها روابط.{mail_promise}",
            "No. Our staff never ask for the code, by phone or by message. Our SMS have no links.{mail_promise}",
        ),
        (
            "هل أعطيته لأحد؟ اتصل بنا فورًا على {call_centre}.",
            "Did you give it to anyone? Call us at once on {call_centre}.",
        ),
        ("احتيال، نصب، رابط، اتصال مشبوه", "scam, fraud, link, suspicious call"),
        ("complaint",),
    ),
    Stock(
        "sawtak",
        ("ما «صوتك مسموع»؟", "What is Your Voice Is Heard?"),
        (
            "مكان للاستفسار والشكوى والاقتراح، لمن له ملف ولمن ليس له. [اكتب طلبك](sawtak)، فيصلك رقمه برسالة. ونخبرك برسالة عندما نرد.",
            "A place for questions, complaints and suggestions, for people with a file and without one. [Write your request](sawtak), and its number comes by message. We tell you by message when we answer.",
        ),
        ("", ""),
        ("شكوى، اقتراح، استفسار، تواصل", "complaint, suggestion, question, contact"),
        (),
    ),
    Stock(
        "birth-date",
        ("كيف أكتب تاريخ ميلادي؟", "How do I write my birth date?"),
        (
            "اكتبه بالهجري كما هو في بطاقة الهوية: اليوم ثم الشهر ثم السنة. لا تحوّله من الميلادي، فقد يختلف يومًا.",
            "Write the Hijri date as on your ID card: day, month, year. Do not convert it from the Gregorian date: the two can differ by a day.",
        ),
        ("", ""),
        ("تاريخ الميلاد، هجري، ميلادي", "birthday, Hijri, Gregorian"),
        ("registration",),
    ),
)
PLACES_APART = 10


def fill(apps, _schema_editor):
    articles = apps.get_model("sawtak", "HelpArticle").objects
    articles.bulk_create(
        articles.model(
            code=each.code,
            question_ar=each.question[0],
            question_en=each.question[1],
            short_ar=each.short[0],
            short_en=each.short[1],
            body_ar=each.body[0],
            body_en=each.body[1],
            keywords_ar=each.keywords[0],
            keywords_en=each.keywords[1],
            categories=list(each.categories),
            order=place * PLACES_APART,
            edited_on=date(2026, 11, 25),
        )
        for place, each in enumerate(STOCK, start=1)
    )


class Migration(migrations.Migration):
    """Seventeen questions."""

    dependencies = [("sawtak", "0008_help_articles")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
