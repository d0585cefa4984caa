"""The objections of ordinary households: enough of each status for lists that have pages.

What an objection is about is written once (a matter) and how it went once (a course); a household
gets one of each in turn. Who objects was told the matter's reasons, so the results and payments
follow from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import Final

from objections.grounds import GroundCode
from objections.statuses import ObjectionStatus
from portal.demo.days import BEFORE, CLOSING, NEWEST, OLD
from portal.demo.objections import DemoObjection, Review

FIRST_WITH_RESULT: Final = 41
FIRST_WITH_PAYMENT: Final = 86
FIRST_UNFILED: Final = 101
LAST_UNFILED: Final = 125


@dataclass(frozen=True)
class _Matter:
    """What an objection is about, and what staff write to it.

    `paid_hundredths` is the share that was paid, for a matter of the second track.
    """

    reasons: str
    ground: GroundCode
    statement: str
    files: tuple[str, ...]
    wanted: str
    accepted: str
    partly: str
    rejected: str
    paid_hundredths: int = 0


@dataclass(frozen=True)
class _Course:
    """How an objection went: the age of its cycle, when it was filed, what became of it.

    `steps` are days after the filing: taken, then asked for documents where `due_in` says so,
    then documents sent or decided.
    """

    cycle: int
    filed: int
    status: ObjectionStatus
    steps: tuple[int, ...] = ()
    due_in: int = 0
    minutes_ago: int = 0


@dataclass(frozen=True)
class Case:
    """An ordinary objection with the reasons and the share paid that it is about."""

    objection: DemoObjection
    reasons: str
    paid_hundredths: int

    @property
    def cycle(self) -> int:
        return self.objection.cycle


_RESULT_MATTERS: Final = (
    _Matter(
        "LEASE_NOT_PROVEN",
        GroundCode.DOCUMENTS_READY,
        "انتهى عقدي القديم، وجددته في إيجار قبل صدور النتيجة بأسبوع. أرفقت العقد الجديد.",
        ("عقد الإيجار.pdf",),
        wanted="الصفحة الأخيرة من العقد ناقصة. نحتاج العقد كاملًا، وفيه رقم عداد الكهرباء.",
        accepted="وجدنا العقد الجديد ساريًا في إيجار، فقبلنا الاعتراض.",
        partly="قبلنا العقد من تاريخ تجديده. أما الأشهر التي قبله فلم نجد لها عقدًا ساريًا.",
        rejected="العقد المرفق غير موثّق في إيجار، ولا نقبل غير العقد الموحد.",
    ),
    _Matter(
        "INDEPENDENCE_NOT_PROVEN",
        GroundCode.REASON_WRONG,
        "سكني منفصل عن بيت والدي منذ عام، وعداد الكهرباء باسمي. أرفقت آخر فاتورتين.",
        ("فاتورة الكهرباء.jpg", "فاتورة كهرباء سابقة.jpg"),
        wanted="الفاتورة باسم مالك العقار. نحتاج عقد الإيجار أو فاتورة باسم صاحب الطلب.",
        accepted="تحققنا من العداد وعنوانه، فقبلنا إثبات السكن المستقل.",
        partly="قبلنا إثبات السكن من تاريخ أول فاتورة باسم صاحب الطلب، لا قبلها.",
        rejected="عنوان العداد هو عنوان بيت الأسرة، فلا يثبت سكنًا مستقلًا.",
    ),
    _Matter(
        "ATTACHMENTS_MISSING",
        GroundCode.DOCUMENTS_READY,
        "لم تُفتح الورقة التي أرفقتها مع الطلب. أعدت تصويرها بوضوح وأرفقتها.",
        ("الورقة الناقصة.jpg",),
        wanted="الصورة الجديدة مقصوصة من أسفلها. نحتاج صورة للورقة كلها.",
        accepted="وصلت الورقة واضحة وكاملة، فقبلنا الاعتراض.",
        partly="قبلنا الورقة الأولى. أما الثانية فلم تصل.",
        rejected="الورقة المرفقة ليست الورقة الناقصة. الناقص هو صك الولاية.",
    ),
    _Matter(
        "DATA_MISMATCH",
        GroundCode.DATA_CORRECTED,
        "كان عنواني في الملف غير عنواني الوطني. صححته، وأرفقت إثبات العنوان.",
        ("إثبات العنوان.pdf",),
        wanted="نحتاج إثبات العنوان بعد التعديل، فالمرفق صادر قبله.",
        accepted="صار العنوان في الملف مثل العنوان الوطني، فقبلنا الاعتراض.",
        partly="صُحح العنوان. أما الحالة الاجتماعية فما زالت مختلفة عن السجل.",
        rejected="ما زالت الحالة الاجتماعية في الملف غير ما في السجل المدني.",
    ),
    _Matter(
        "ASSETS",
        GroundCode.CIRCUMSTANCES_CHANGED,
        "بعت السيارة التي حُسبت عليّ قبل ثلاثة أشهر، ونقلت ملكيتها. أرفقت ورقة النقل.",
        ("نقل ملكية مركبة.pdf",),
        wanted="رقم اللوحة في الورقة غير واضح. نحتاج صورة أوضح لورقة النقل.",
        accepted="ثبت نقل الملكية في سجل المرور، فلم تعد السيارة محسوبة.",
        partly="لم تعد السيارة محسوبة. أما المحفظة الاستثمارية فما زالت فوق الحد.",
        rejected="نُقلت السيارة إلى فرد آخر من الأسرة نفسها، فبقيت محسوبة عليها.",
    ),
    _Matter(
        "ABSENCE_90",
        GroundCode.REASON_WRONG,
        "رافقت والدتي في رحلة علاج خارج المملكة، ومعي تقرير المستشفى وخطاب الإيفاد.",
        ("تقرير المستشفى.pdf", "خطاب الإيفاد.pdf"),
        wanted="تقرير المستشفى بلا تاريخ. نحتاج تقريرًا فيه يوم الدخول ويوم الخروج.",
        accepted="ثبتت مرافقة المريضة بخطاب الإيفاد، فلا تُحسب أيام السفر هذه.",
        partly="قبلنا أيام العلاج. أما الأيام التي بعد الخروج من المستشفى فتُحسب.",
        rejected="سجل السفر فيه 118 يومًا خارج المملكة، والتقرير يغطي 9 أيام منها فقط.",
    ),
    _Matter(
        "INCOME_OVER_CUTOFF",
        GroundCode.CIRCUMSTANCES_CHANGED,
        "انتهى عملي الإضافي قبل شهرين، والدخل المسجل ما زال يشمله. أرفقت تعريفًا بالراتب.",
        ("تعريف بالراتب.pdf",),
        wanted="التعريف أقدم من ثلاثة أشهر. نحتاج تعريفًا حديثًا بالراتب.",
        accepted="تحققنا من انتهاء العمل الإضافي، وصار الدخل دون الحد.",
        partly="قبلنا الدخل الجديد من شهر انتهاء العمل، لا من الشهر الذي قبله.",
        rejected="ما زال العمل الإضافي قائمًا في سجل التأمينات.",
    ),
)

_PAYMENT_MATTERS: Final = (
    _Matter(
        "ABSENCE_DEDUCTION",
        GroundCode.ABSENCE_JUSTIFIED,
        "سافرت خمسة أيام لا خمسة عشر، وأختام الجواز تثبت ذلك.",
        ("صورة الجواز.jpg",),
        wanted="صفحة أختام الدخول لا تظهر. نحتاج صور كل الصفحات المختومة.",
        accepted="راجعنا سجل المنافذ: الأيام خمسة. نصرف الفرق مع دفعة قادمة.",
        partly="ثبتت ثمانية أيام خارج المملكة. نصرف فرق السبعة الباقية.",
        rejected="سجل المنافذ فيه خمسة عشر يومًا خارج المملكة، كما حُسبت.",
        paid_hundredths=60,
    ),
    _Matter(
        "INCOME_CHANGED",
        GroundCode.REASON_WRONG,
        "المكافأة صُرفت لي مرة واحدة، وحُسبت كأنها راتب كل شهر.",
        ("كشف حساب.pdf",),
        wanted="نحتاج كشف الحساب لثلاثة أشهر، لا لشهر واحد.",
        accepted="لم تتكرر المكافأة، فأعدنا حساب الدخل. نصرف الفرق مع دفعة قادمة.",
        partly="أعدنا حساب الدخل لهذا الشهر. أما الشهر الذي قبله فحسابه صحيح.",
        rejected="المكافأة مسجلة في ثلاثة أشهر متتالية، فهي من الدخل.",
        paid_hundredths=75,
    ),
    _Matter(
        "HOUSEHOLD_CHANGED",
        GroundCode.HOUSEHOLD_WRONG,
        "لم يخرج أحد من أسرتي. الخطأ كان في السجل، وقد صُحح.",
        ("سجل الأسرة.png",),
        wanted="نحتاج سجل الأسرة الصادر بعد التصحيح.",
        accepted="صُحح سجل الأسرة. نصرف المبلغ كاملًا مع دفعة قادمة.",
        partly="صُحح السجل لفرد واحد من الاثنين. نصرف ما يخصه.",
        rejected="خرج فرد من الأسرة فعلًا في هذا الشهر، كما في السجل المدني.",
        paid_hundredths=0,
    ),
    _Matter(
        "DEPENDANT_INELIGIBLE",
        GroundCode.OTHER,
        "خُصم مبلغ ابني مرتين: مرة لأنه غير مؤهل، ومرة من مبلغي.",
        ("كشف الدفعة.pdf",),
        wanted="نحتاج صورة واضحة لصفحة الدفعة التي ظهر فيها الخصمان.",
        accepted="ثبت أن الخصم تكرر. نصرف الفرق مع دفعة قادمة.",
        partly="تكرر الخصم في شهر واحد لا في شهرين. نصرف فرق ذلك الشهر.",
        rejected="الخصمان مختلفان: أحدهما عن الابن والآخر عن أيام السفر.",
        paid_hundredths=80,
    ),
)

_S = ObjectionStatus

_RESULT_COURSES: Final = (
    _Course(NEWEST, 0, _S.SUBMITTED, minutes_ago=25),
    _Course(BEFORE, 0, _S.SUBMITTED, minutes_ago=160),
    _Course(NEWEST, 1, _S.SUBMITTED),
    _Course(NEWEST, 4, _S.SUBMITTED),
    _Course(BEFORE, 12, _S.SUBMITTED),
    _Course(BEFORE, 24, _S.SUBMITTED),
    _Course(NEWEST, 4, _S.UNDER_REVIEW, (1,)),
    _Course(NEWEST, 5, _S.UNDER_REVIEW, (2,)),
    _Course(BEFORE, 10, _S.UNDER_REVIEW, (3,)),
    _Course(BEFORE, 23, _S.UNDER_REVIEW, (5,)),
    _Course(2, 41, _S.UNDER_REVIEW, (6,)),
    _Course(BEFORE, 25, _S.UNDER_REVIEW, (2, 5, 9), due_in=12),
    _Course(NEWEST, 5, _S.DOCUMENTS_WANTED, (1, 2), due_in=10),
    _Course(BEFORE, 20, _S.DOCUMENTS_WANTED, (3, 7), due_in=9),
    _Course(2, 38, _S.DOCUMENTS_WANTED, (4, 9), due_in=20),
    _Course(BEFORE, 29, _S.ACCEPTED, (3, 9)),
    _Course(BEFORE, 26, _S.ACCEPTED, (2, 12)),
    _Course(2, 45, _S.ACCEPTED, (2, 6)),
    _Course(OLD, 12, _S.ACCEPTED, (3, 18)),
    _Course(9, 70, _S.ACCEPTED, (8, 44)),
    _Course(BEFORE, 28, _S.PARTLY_ACCEPTED, (2, 11)),
    _Course(2, 47, _S.PARTLY_ACCEPTED, (4, 20)),
    _Course(5, 21, _S.PARTLY_ACCEPTED, (3, 17)),
    _Course(BEFORE, 27, _S.REJECTED, (1, 8)),
    _Course(2, 52, _S.REJECTED, (3, 13)),
    _Course(OLD, 55, _S.REJECTED, (4, 25)),
    _Course(7, 86, _S.REJECTED, (6, 38)),
    _Course(10, 30, _S.REJECTED, (2, 10)),
    _Course(BEFORE, 15, _S.WITHDRAWN, (4,)),
    _Course(2, 33, _S.WITHDRAWN, (9,)),
    _Course(NEWEST, 1, _S.DRAFT),
    _Course(BEFORE, 8, _S.DRAFT),
    _Course(CLOSING, 30, _S.STOPPED),
    _Course(CLOSING, 12, _S.STOPPED),
    _Course(OLD, 40, _S.STOPPED),
)

_PAYMENT_COURSES: Final = (
    _Course(BEFORE, 0, _S.SUBMITTED, minutes_ago=70),
    _Course(BEFORE, 3, _S.SUBMITTED),
    _Course(BEFORE, 13, _S.SUBMITTED),
    _Course(BEFORE, 5, _S.UNDER_REVIEW, (2,)),
    _Course(BEFORE, 19, _S.UNDER_REVIEW, (4,)),
    _Course(BEFORE, 9, _S.DOCUMENTS_WANTED, (2, 4), due_in=14),
    _Course(BEFORE, 22, _S.ACCEPTED, (3, 10)),
    _Course(OLD, 20, _S.ACCEPTED, (4, 16)),
    _Course(2, 30, _S.PARTLY_ACCEPTED, (3, 12)),
    _Course(BEFORE, 24, _S.REJECTED, (2, 9)),
    _Course(2, 41, _S.REJECTED, (6, 21)),
    _Course(BEFORE, 11, _S.WITHDRAWN, (5,)),
    _Course(BEFORE, 2, _S.DRAFT),
    _Course(OLD, 60, _S.STOPPED),
)


def _cases(
    courses: Sequence[_Course], matters: Sequence[_Matter], *, first_household: int
) -> Iterator[Case]:
    for course, matter, household in zip(
        courses, cycle(matters), count(first_household), strict=False
    ):
        objection = DemoObjection(
            household=household,
            cycle=course.cycle,
            filed=course.filed,
            minutes_ago=course.minutes_ago,
            ground=matter.ground,
            statement=matter.statement,
            files=matter.files,
            is_submitted=course.status not in {_S.DRAFT, _S.STOPPED},
            withdrawn_after=course.steps[0] if course.status == _S.WITHDRAWN else 0,
            review=_review(course, matter),
            against_payment=matters is _PAYMENT_MATTERS,
        )
        yield Case(objection, matter.reasons, matter.paid_hundredths)


def _review(course: _Course, matter: _Matter) -> Review | None:
    if course.status in {_S.SUBMITTED, _S.WITHDRAWN, _S.DRAFT, _S.STOPPED}:
        return None
    taken, *later = course.steps
    if course.due_in:
        asked, sent = (*later, 0)[:2]
        return Review(
            taken, wanted=matter.wanted, wanted_after=asked, due_in=course.due_in, sent_after=sent
        )
    if course.status == _S.UNDER_REVIEW:
        return Review(taken)
    answers = {
        _S.ACCEPTED: matter.accepted,
        _S.PARTLY_ACCEPTED: matter.partly,
        _S.REJECTED: matter.rejected,
    }
    [decided] = later
    return Review(
        taken, decision=course.status, decided_after=decided, answer=answers[course.status]
    )


RESULT_CASES: Final = tuple(
    _cases(_RESULT_COURSES, _RESULT_MATTERS, first_household=FIRST_WITH_RESULT)
)
PAYMENT_CASES: Final = tuple(
    _cases(_PAYMENT_COURSES, _PAYMENT_MATTERS, first_household=FIRST_WITH_PAYMENT)
)
