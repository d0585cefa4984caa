"""The requests of ordinary people: of every kind, by both channels, in every status.

What was asked is written once and how it went once; requests get one of each in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from portal.demo.tickets import DemoTicket, Step
from sawtak.models import Category

FIRST_HOUSEHOLD: Final = 20
"""The ordinary households from this one on ask, each once."""


@dataclass(frozen=True)
class _Question:
    """What somebody asked, what staff ask back, what comes then, and the answer.

    With a subject it came by the contact form.
    """

    category: Category
    message: str
    answer: str
    asked_back: str = "نحتاج رقم الدورة التي يخصها السؤال. متى كانت؟"
    reply: str = "الدورة الأخيرة."
    subject: str = ""
    files: tuple[str, ...] = ()


_C = Category

_QUESTIONS: Final = (
    _Question(
        _C.PAYMENTS,
        "نزل المبلغ ناقصًا 216 ريالًا عن الشهر الماضي. من الذي نقص نصيبه؟",
        "في صفحة الدفعة سطر لكل فرد. السطر الناقص عليه سببه، وبجانبه زر الاعتراض.",
    ),
    _Question(
        _C.REGISTRATION,
        "تزوجت قبل شهرين. كيف أضيف زوجتي إلى الملف؟",
        "تُضاف الزوجة من سجل الأسرة بعد توثيق العقد. تظهر في الملف خلال دورة واحدة.",
        asked_back="هل وُثّق عقد الزواج في المحكمة؟",
        reply="نعم، وُثّق في الأسبوع الماضي، ومعي رقم العقد.",
    ),
    _Question(
        _C.SIGN_IN,
        "بعت شريحتي القديمة، والرمز يصل إليها. كيف أدخل؟",
        "مركز الاتصال يثبت الهوية ثم يغيّر الجوال في الملف. بعدها يصل الرمز إلى الرقم الجديد.",
        asked_back="هل الرقم الجديد مسجل بالهوية نفسها عند شركة الاتصالات؟",
        reply="نعم، هو باسمي.",
    ),
    _Question(
        _C.ELIGIBILITY,
        "مكتوب أن عقد الإيجار غير ثابت، مع أن العقد في إيجار ساري. ما السبب؟",
        "العقد في إيجار باسم شخصين. الشرط عقد باسم صاحب الطلب وحده.",
        asked_back="كم اسمًا في خانة المستأجر من العقد؟",
        reply="اسمان: أنا وأخي.",
        files=("عقد الإيجار.pdf",),
    ),
    _Question(
        _C.OBJECTION,
        "مر على اعتراضي أسبوعان ولم يصلني شيء. هل ضاع؟",
        "الاعتراض قيد الدراسة عند موظف. الرد في العادة خلال عشرة أيام عمل.",
    ),
    _Question(
        _C.SUSPENSION,
        "توقف حسابي فجأة، وفي الملف كلمة «معلّق» بلا شرح.",
        "أُوقف لأن البنك أعاد الدفعة. بعد كتابة آيبان يعمل يعود الحساب.",
        asked_back="هل أُقفل الحساب البنكي في الأشهر الأخيرة؟",
        reply="نعم، نقلته إلى بنك آخر ونسيت أن أكتب الآيبان الجديد.",
    ),
    _Question(
        _C.COMPLAINT,
        "اتصلت ثلاث مرات، وكل موظف قال شيئًا مختلفًا عن المستندات.",
        "راجعنا المكالمات الثلاث، وكتبنا للموظفين ورقة واحدة بالمستندات المطلوبة.",
        subject="كلام مختلف من الموظفين",
    ),
    _Question(
        _C.SUGGESTION,
        "ليت الموقع يرسل رسالة قبل يوم الدفعة بيوم.",
        "وصل الاقتراح إلى الفريق، وسنكتب في الأخبار إن عُمل به.",
        subject="رسالة قبل الدفعة",
    ),
    _Question(
        _C.OTHER,
        "هل يؤثر قرض السيارة على المبلغ؟",
        "القروض لا تُحسب. يُحسب الدخل الشهري وما في الملك.",
        subject="سؤال عن القرض",
    ),
    _Question(
        _C.PAYMENTS,
        "الدفعة مكتوب عليها «رفضها البنك»، وحسابي يعمل.",
        "الآيبان في الملف لحساب أُقفل. بعد تعديله نرسل المبلغ من جديد.",
        asked_back="ما آخر أربعة أرقام من الآيبان الذي يعمل؟",
        reply="7519",
    ),
    _Question(
        _C.REGISTRATION,
        "ابني صار عمره 19 سنة ويسكن وحده. هل يسجل بنفسه؟",
        "من بلغ 18 وسكن وحده يسجل بنفسه، ويرفق عقد إيجار أو فاتورة كهرباء باسمه.",
    ),
    _Question(
        _C.ELIGIBILITY,
        "النتيجة تقول إن رب الأسرة غير مؤهل، ونحن أولاده. ماذا نفعل؟",
        "الأسرة تتبع ربها. هو يقرأ سببه في ملفه ويعترض، ثم تُدرس الأسرة كلها.",
    ),
    _Question(
        _C.SIGN_IN,
        "أدخل الرمز فيقول إن وقته انتهى، مع أنه وصل الآن.",
        "تأخرت الرسالة عند شركة الاتصالات. الرمز يعمل خمس دقائق من وقت طلبه.",
        asked_back="ما شركة الاتصالات، وفي أي ساعة طُلب الرمز؟",
        reply="الساعة التاسعة مساء أمس.",
    ),
    _Question(
        _C.OBJECTION,
        "قُبل اعتراضي، وما زالت النتيجة «غير مؤهل». كيف ذلك؟",
        "القبول يسري من دورة قادمة. اسمها مكتوب في صفحة الاعتراض تحت «الأثر».",
    ),
    _Question(
        _C.COMPLAINT,
        "الخط الظاهر في الموقع صغير على جوالي، وأمي لا تقرؤه.",
        "كبّرنا الخط في صفحات الملف، وزر التكبير في آخر الصفحة.",
        subject="الخط صغير",
    ),
    _Question(
        _C.PAYMENTS,
        "لم تنزل دفعة والدي، وقد توفي في هذا الشهر رحمه الله. ماذا نفعل؟",
        "رحمه الله. تُنقل رعاية الأسرة إلى من يثبته صك حصر الورثة، ثم تُصرف الدفعات.",
        asked_back="هل صدر صك حصر الورثة؟ أرفقوا صورة منه.",
        reply="صدر أمس. الصورة مرفقة في ملف والدتي.",
        files=("شهادة الوفاة.jpg",),
    ),
    _Question(
        _C.SUSPENSION,
        "أوقفتم الحساب لأني سافرت، وكنت في العمرة أسبوعًا فقط.",
        "سجل المنافذ فيه 94 يومًا خلال السنة، والعمرة داخل المملكة لا تُحسب سفرًا.",
    ),
    _Question(
        _C.SUGGESTION,
        "اجعلوا شرح كل سبب بصوت لمن لا يقرأ.",
        "اقتراح نافع. كتبناه في خطة السنة القادمة.",
        subject="شرح بالصوت",
    ),
    _Question(
        _C.OTHER,
        "وصلتني رسالة فيها رابط يقول إنها منكم. هل هي صحيحة؟",
        "رسائلنا بلا روابط أبدًا. لا تُفتح الرسالة، وتُحوّل إلى الرقم 330330.",
        subject="رسالة مشبوهة",
    ),
)

_TAKEN: Final = Step("take", 2)

_Steps = Callable[[_Question], tuple[Step, ...]]


def _new(_: _Question) -> tuple[Step, ...]:
    return ()


def _taken(_: _Question) -> tuple[Step, ...]:
    return (_TAKEN,)


def _asked(question: _Question) -> tuple[Step, ...]:
    return (_TAKEN, Step("ask", 5, question.asked_back))


def _replied(question: _Question) -> tuple[Step, ...]:
    return (*_asked(question), Step("reply", 9, question.reply))


def _answered(question: _Question) -> tuple[Step, ...]:
    return (_TAKEN, Step("answer", 24, question.answer))


def _answered_after_reply(question: _Question) -> tuple[Step, ...]:
    return (*_replied(question), Step("answer", 28, question.answer))


def _asked_again(question: _Question) -> tuple[Step, ...]:
    """An answer that its sender does not take for one."""
    return (
        *_answered(question),
        Step("reply", 30, "قرأت الرد، ولم أفهم ماذا أفعل الآن. أرجو توضيحه بخطوات."),
    )


def _closed(question: _Question) -> tuple[Step, ...]:
    return (*_answered(question), Step("close", 120, "تم الرد ولم يصلنا سؤال آخر."))


def _rated(steps: _Steps, stars: int, comment: str = "", *, after_hours: int = 130) -> _Steps:
    """Have the sender say what they think of it."""

    def walked(question: _Question) -> tuple[Step, ...]:
        return (*steps(question), Step("rate", after_hours, comment, stars))

    return walked


def _withdrawn(_: _Question) -> tuple[Step, ...]:
    return (Step("withdraw", 8),)


# Days since the request came, and what happened to it. An answer is due in three working days.
_COURSES: Final[tuple[tuple[int, _Steps], ...]] = (
    *((0, _new), (1, _new), (1, _taken), (2, _asked)),
    (3, _rated(_answered, 5, after_hours=40)),
    (9, _rated(_closed, 4)),
    *((2, _new), (6, _new), (4, _taken), (5, _replied)),
    (12, _rated(_answered_after_reply, 5, "شكرًا، الرد واضح.")),
    *((3, _new), (9, _taken), (7, _asked_again)),
    (15, _rated(_closed, 3, "وصل الرد بعد أن راجعت البنك بنفسي.")),
    *((11, _withdrawn), (1, _new), (2, _taken), (20, _asked)),
    (6, _rated(_answered, 5, after_hours=50)),
    (33, _rated(_closed, 2, "لم أفهم ماذا أفعل إلا بعد اتصال.")),
    *((4, _new), (8, _replied)),
    (14, _rated(_answered, 4)),
    (21, _rated(_answered, 5)),
    *((48, _closed), (5, _taken), (10, _asked)),
    (25, _rated(_closed, 4)),
    (1, _answered),
    (70, _rated(_closed, 1, "تأخر الرد كثيرًا.")),
    *((3, _taken), (16, _withdrawn)),
    (40, _rated(_closed, 5, after_hours=260)),
    *((90, _closed), (0, _new)),
)
_MINUTES_AGO: Final = (18, 55)
"""When those of today came."""


def ordinary_tickets() -> Iterator[DemoTicket]:
    """Give the requests of ordinary people, the heads of their households."""
    today = iter(_MINUTES_AGO)
    for number, (filed, steps) in enumerate(_COURSES):
        question = _QUESTIONS[number % len(_QUESTIONS)]
        yield DemoTicket(
            household=FIRST_HOUSEHOLD + number,
            filed=filed,
            minutes_ago=next(today) if filed == 0 else 0,
            category=question.category,
            message=question.message,
            subject=question.subject,
            files=question.files,
            steps=steps(question),
        )
