"""What a request of صوتك مسموع is made of, and those that were thought of one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from sawtak.models import Category


@dataclass(frozen=True)
class Step:
    """A step in a ticket's history, hours after it came in."""

    what: Literal["take", "ask", "answer", "reply", "close", "withdraw", "again", "rate"]
    after_hours: float
    text: str = ""
    stars: int = 0


@dataclass(frozen=True)
class DemoTicket:
    """A request by the head of a household, or by somebody the register does not know.

    Days count back from today. With a subject it came by the contact form, which asks for no ID.
    """

    filed: int
    category: Category
    message: str
    household: int = 0
    steps: tuple[Step, ...] = field(default=())
    other_mobile: str = ""
    """Another number than the register's: the identity matches in part."""

    name: str = ""
    subject: str = ""
    language: str = "ar"
    files: tuple[str, ...] = ()
    minutes_ago: int = 0
    """Came so long before now, on no day of `filed`."""


_TAKEN: Final = Step("take", 3)

WRITTEN: Final = (
    # The account with an answered ticket.
    DemoTicket(
        household=5,
        filed=9,
        category=Category.ELIGIBILITY,
        message="كيف أرسل صك الملكية؟ البيت باسمي وصدر الصك الأسبوع الماضي.",
        steps=(
            _TAKEN,
            Step(
                "answer",
                26,
                "ادخل إلى ملفك واضغط «اعترض» بجانب النتيجة، ثم أرفق الصك في خطوة المستندات. "
                "يصلك رقم الاعتراض برسالة.",
            ),
        ),
    ),
    DemoTicket(
        household=7,
        filed=1,
        category=Category.SIGN_IN,
        message="لا تصلني رسالة الرمز على جوالي، وقد جربت أمس واليوم.",
        steps=(Step("again", 2),),
    ),
    DemoTicket(
        household=9,
        filed=1,
        category=Category.REGISTRATION,
        message="رُزقت مولودًا قبل شهر. متى يضاف إلى ملف الأسرة؟",
        files=("شهادة الميلاد.jpg",),
    ),
    DemoTicket(
        filed=2,
        name="زائر تجريبي",
        category=Category.SUGGESTION,
        message="أقترح أن تظهر مواعيد الدفعات في الصفحة الرئيسية.",
        other_mobile="+966500000900",
    ),
    DemoTicket(
        household=12,
        filed=2,
        category=Category.OBJECTION,
        message="قدمت اعتراضًا على نتيجة الدورة الماضية وأريد أن أعرف أين وصل.",
        steps=(_TAKEN,),
    ),
    DemoTicket(
        household=18,
        filed=4,
        category=Category.PAYMENTS,
        message="نقص المبلغ هذا الشهر عن الشهر الماضي ولم أعرف السبب.",
        other_mobile="+966500000901",
        steps=(_TAKEN,),
    ),
    DemoTicket(
        household=11,
        filed=5,
        category=Category.ELIGIBILITY,
        message="زوجي مواطن ومعي بطاقة تنقل. هل يلزمني مستند آخر؟",
        steps=(
            _TAKEN,
            Step("ask", 20, "متى تنتهي بطاقة التنقل؟ اكتبي التاريخ كما في البطاقة."),
        ),
    ),
    DemoTicket(
        household=23,
        filed=6,
        category=Category.SUSPENSION,
        message="توقف الحساب دون أن تصلني رسالة.",
        steps=(
            _TAKEN,
            Step("ask", 5, "هل غيّرت الآيبان في الشهرين الماضيين؟"),
            Step("reply", 9, "نعم، غيّرته قبل شهر تقريبًا بعد أن نقلت حسابي إلى بنك آخر."),
        ),
    ),
    DemoTicket(
        household=8,
        filed=7,
        category=Category.ELIGIBILITY,
        message="The page says my lease is not proven. The lease is in my name in Ejar.",
        language="en",
        steps=(
            _TAKEN,
            Step(
                "answer",
                24,
                "The lease ended on the day of the study. Renew it in Ejar, then object from "
                "your file and attach it.",
            ),
        ),
    ),
    DemoTicket(
        filed=12,
        name="أم عبدالله التجريبية",
        subject="ساعات الاتصال",
        category=Category.SUGGESTION,
        message="هل يرد مركز الاتصال في إجازة نهاية الأسبوع؟",
        other_mobile="+966500000902",
        steps=(
            Step("answer", 15, "نرد من الأحد إلى الخميس. واكتب لنا في صوتك مسموع في أي وقت."),
            Step("close", 60, "تم الرد ولم يصلنا سؤال آخر."),
        ),
    ),
    DemoTicket(
        household=10,
        filed=20,
        category=Category.COMPLAINT,
        message="انتظرت على الهاتف نصف ساعة ثم انقطع الاتصال.",
        steps=(
            _TAKEN,
            Step("answer", 30, "نعتذر عما حدث. زدنا عدد الموظفين في وقت الذروة."),
            Step("close", 100, "أُجيب عن الشكوى واتُّخذ ما يلزم."),
        ),
    ),
    DemoTicket(
        household=28,
        filed=30,
        category=Category.PAYMENTS,
        message="متى تنزل دفعة هذا الشهر؟",
        steps=(
            _TAKEN,
            Step("answer", 6, "تُصرف الدفعة في اليوم العاشر من كل شهر."),
            Step("close", 80, "تم الرد ولم يصلنا سؤال آخر."),
        ),
    ),
)
