"""What an objection of the demonstration is made of, and those that were thought of one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from objections.grounds import GroundCode
from objections.rules import FILING_WINDOW_DAYS, REMINDED_BEFORE_DAYS
from objections.statuses import ObjectionStatus, ReminderKind
from portal.demo.days import BEFORE, CLOSING, NEWEST, OLD


@dataclass(frozen=True)
class Again:
    """A second look: asked for, and where it was decided what came of it, days after the filing."""

    asked_after: int
    statement: str
    files: tuple[str, ...] = ()
    decision: ObjectionStatus | None = None
    decided_after: int = 0
    answer: str = ""


@dataclass(frozen=True)
class Review:
    """What staff did with an objection, days after it was filed."""

    taken_after: int
    wanted: str = ""
    wanted_after: int = 0
    due_in: int = 10
    sent_after: int = 0
    """Days after which the citizen sent what was asked for; 0 is not yet."""

    decision: ObjectionStatus | None = None
    decided_after: int = 0
    """Days after which one of staff proposed the decision and another approved it."""

    answer: str = ""
    reasons: tuple[str, ...] = ()
    """Codes of the decision's reasons; the usual one of the decision where there are none."""

    again: Again | None = None

    pays_back: bool = False
    """Whether the decision grants what was estimated for the months that were paid meanwhile."""

    ends: Literal["approved", "waits", "returned"] = "approved"
    """What became of the proposal."""

    replaced_after: int = 0
    """Days after which the rejection was replaced by an acceptance; 0 is never."""


@dataclass(frozen=True)
class DemoObjection:
    """An objection about the person at a place of a household, filed by its head or by them.

    `cycle` is the age of the cycle of the result, or of the payment among those that were made.
    Days count back from today, or for an old cycle on from its announcement or payment.
    """

    household: int
    cycle: int
    filed: int
    ground: GroundCode
    statement: str
    files: tuple[str, ...]
    person: int = 0
    filer: int = 0
    is_submitted: bool = True
    minutes_ago: int = 0
    """Filed so long before now, on no day of `filed`."""

    withdrawn_after: int = 0
    """Days after which it was withdrawn; 0 is never."""

    new_city: str = ""
    review: Review | None = None
    against_payment: bool = False
    """Against their line of a payment instead of their result."""


_LEASE: Final = (
    "وثّقت عقد الإيجار باسمي في منصة إيجار قبل صدور النتيجة، وأرفقت العقد وفاتورة الكهرباء."
)
_LIVES_ALONE: Final = (
    "أسكن وحدي منذ سنتين في شقة مستأجرة باسمي، وفاتورة الكهرباء باسمي أيضًا. أرجو إعادة النظر."
)

WRITTEN: Final = (
    # The account with documents wanted.
    DemoObjection(
        household=5,
        cycle=NEWEST,
        filed=5,
        ground=GroundCode.DOCUMENTS_READY,
        statement="أسكن في بيت ملك لي، وكان الصك عند كتابة العدل. صدر الآن وأرفقته.",
        files=("صك الملكية.pdf",),
        review=Review(
            taken_after=1,
            wanted="الصفحة الثانية من الصك غير واضحة. أرسل صورة كاملة للصك من الوجهين.",
            wanted_after=2,
            due_in=14,
        ),
    ),
    # A draft that was only opened, and one that is nearly done.
    DemoObjection(
        household=24,
        cycle=NEWEST,
        filed=1,
        ground=GroundCode.REASON_WRONG,
        statement="",
        files=(),
        is_submitted=False,
    ),
    DemoObjection(
        household=26,
        cycle=NEWEST,
        filed=2,
        ground=GroundCode.CIRCUMSTANCES_CHANGED,
        statement="رافقت والدي في رحلة علاج، ومعي تقرير المستشفى وخطاب الإيفاد.",
        files=("خطاب الإيفاد.pdf",),
        is_submitted=False,
    ),
    # Stopped: never sent before the last day. The first is the resident's.
    DemoObjection(
        household=3,
        cycle=CLOSING,
        filed=20,
        ground=GroundCode.REASON_WRONG,
        statement="تواريخ السفر في النتيجة ليست صحيحة، فقد عدت قبل ذلك بأسبوعين.",
        files=(),
        is_submitted=False,
    ),
    DemoObjection(
        household=27,
        cycle=CLOSING,
        filed=9,
        ground=GroundCode.DOCUMENTS_READY,
        statement=_LEASE,
        files=("عقد الإيجار.pdf",),
        is_submitted=False,
    ),
    # Submitted: nobody has taken them.
    DemoObjection(
        household=25,
        cycle=NEWEST,
        filed=1,
        ground=GroundCode.DOCUMENTS_READY,
        statement="أرفقت شهادة الميلاد التي لم تكن واضحة في الطلب.",
        files=("شهادة الميلاد.jpg",),
    ),
    DemoObjection(
        household=20,
        cycle=NEWEST,
        filed=3,
        ground=GroundCode.CIRCUMSTANCES_CHANGED,
        statement="بعت السيارة الثانية ونقلت ملكيتها في المرور قبل شهرين. أرفقت ورقة النقل.",
        files=("نقل ملكية مركبة.pdf",),
    ),
    # An adult about herself, in the largest household.
    DemoObjection(
        household=9,
        person=4,
        filer=4,
        cycle=NEWEST,
        filed=2,
        ground=GroundCode.REASON_WRONG,
        statement="كنت أدرس في بعثة حكومية، ومعي خطاب الملحقية الثقافية يثبت مدة الدراسة.",
        files=("خطاب الملحقية.pdf",),
    ),
    # Under review.
    DemoObjection(
        household=13,
        cycle=NEWEST,
        filed=4,
        ground=GroundCode.DOCUMENTS_READY,
        statement=_LEASE,
        files=("عقد الإيجار الموحد.pdf", "فاتورة الكهرباء.jpg"),
        # The decision waits for a second person.
        review=Review(
            taken_after=2,
            decision=ObjectionStatus.ACCEPTED,
            decided_after=3,
            answer="وجدنا العقد ساريًا في إيجار وباسمك، فقبلنا اعتراضك.",
            pays_back=True,
            ends="waits",
        ),
    ),
    DemoObjection(
        household=6,
        cycle=BEFORE,
        filed=25,
        ground=GroundCode.DOCUMENTS_READY,
        statement=_LIVES_ALONE,
        files=("عقد الإيجار.pdf",),
        new_city="جدة",
        # It was returned to whoever proposed it.
        review=Review(
            taken_after=4,
            decision=ObjectionStatus.REJECTED,
            decided_after=9,
            answer="لم نجد ما يثبت السكن المستقل.",
            ends="returned",
        ),
    ),
    # The head about a child; the documents that were asked for came.
    DemoObjection(
        household=9,
        person=7,
        cycle=NEWEST,
        filed=5,
        ground=GroundCode.DATA_CORRECTED,
        statement="اسم ابنتي في سجل الأسرة صُحّح في الأحوال المدنية، وأرفقت السجل الجديد.",
        files=("سجل الأسرة.png",),
        review=Review(
            taken_after=1,
            wanted="أرسل صورة من بطاقة الهوية أو شهادة الميلاد بالاسم الجديد.",
            wanted_after=2,
            sent_after=3,
        ),
    ),
    # Documents wanted.
    DemoObjection(
        household=8,
        cycle=BEFORE,
        filed=20,
        ground=GroundCode.DOCUMENTS_READY,
        statement="The electricity bill is now in my name. I attach the first bill.",
        files=("Electricity bill.pdf",),
        review=Review(
            taken_after=5,
            wanted="أرسلي عقد الإيجار أيضًا، فالفاتورة وحدها لا تكفي. "
            "Please also send the lease: the bill alone is not enough.",
            wanted_after=12,
            due_in=20,
        ),
    ),
    # Decided.
    DemoObjection(
        household=22,
        cycle=BEFORE,
        filed=28,
        ground=GroundCode.DOCUMENTS_READY,
        statement=_LEASE,
        files=("عقد الإيجار.pdf",),
        review=Review(
            taken_after=3,
            decision=ObjectionStatus.ACCEPTED,
            decided_after=9,
            answer="راجعنا العقد في إيجار فوجدناه ساريًا وباسمك. قبلنا اعتراضك، "
            "وتُدرس أهليتك من جديد في الدورة القادمة.",
            pays_back=True,
        ),
    ),
    DemoObjection(
        household=19,
        cycle=OLD,
        filed=20,
        ground=GroundCode.DATA_CORRECTED,
        statement="كان العقد باسم زوجتي، ونقلته إلى اسمي في منصة إيجار.",
        files=("عقد الإيجار بعد التعديل.pdf",),
        new_city="الرياض",
        review=Review(
            taken_after=6,
            decision=ObjectionStatus.ACCEPTED,
            decided_after=14,
            answer="قبلنا العقد بعد تعديله إلى اسمك.",
        ),
    ),
    DemoObjection(
        household=16,
        cycle=BEFORE,
        filed=27,
        ground=GroundCode.DOCUMENTS_READY,
        statement="أرفقت صك حصر الورثة وقرار الكفالة للطفل الذي معي.",
        files=("صك حصر الورثة.pdf", "قرار الكفالة.pdf"),
        review=Review(
            taken_after=2,
            decision=ObjectionStatus.PARTLY_ACCEPTED,
            decided_after=11,
            answer="قبلنا صك حصر الورثة. أما قرار الكفالة فقد انتهت مدته، "
            "فجدّده ثم أرسله بطلب جديد.",
            again=Again(
                asked_after=14,
                statement="جددت قرار الكفالة قبل صدور النتيجة بشهر، وهذه نسخته الجديدة.",
                files=("قرار الكفالة المجدد.pdf",),
                decision=ObjectionStatus.ACCEPTED,
                decided_after=23,
                answer="وجدنا قرار الكفالة المجدد ساريًا يوم صدور النتيجة، فقبلنا اعتراضك كله.",
            ),
        ),
    ),
    DemoObjection(
        household=14,
        cycle=BEFORE,
        filed=26,
        ground=GroundCode.REASON_WRONG,
        statement="لم أسافر هذه المدة كلها، وأظن أن في السجل خطأ.",
        files=("صورة الجواز.jpg",),
        review=Review(
            taken_after=1,
            decision=ObjectionStatus.REJECTED,
            decided_after=8,
            answer="راجعنا سجل السفر فوجدنا 112 يومًا خارج المملكة خلال 12 شهرًا، "
            "ولم نجد في المرفقات ما يثبت عذرًا.",
            again=Again(
                asked_after=22,
                statement="حُسبت رحلتا عمل لي من دون خطاب الجهة. أرفقت الخطاب، وفيه تواريخهما.",
                files=("خطاب جهة العمل.pdf",),
            ),
        ),
    ),
    DemoObjection(
        household=21,
        cycle=OLD,
        # On the day of the reminder, which then did not leave.
        filed=FILING_WINDOW_DAYS - REMINDED_BEFORE_DAYS[ReminderKind.RESULT],
        ground=GroundCode.OTHER,
        statement="أعمل في مهمة رسمية خارج المملكة، وهذا خطاب جهة العمل.",
        files=("خطاب المهمة.pdf",),
        review=Review(
            taken_after=7,
            decision=ObjectionStatus.REJECTED,
            decided_after=20,
            replaced_after=26,
            answer="الخطاب لا يذكر مدة المهمة. يمكنك تقديم طلب جديد ومعه خطاب يبين المدة.",
        ),
    ),
    # The second track: less was paid than was due.
    DemoObjection(
        household=30,
        cycle=BEFORE,
        filed=6,
        ground=GroundCode.ABSENCE_JUSTIFIED,
        statement="خُصم نصف المبلغ بسبب السفر، ولم أغادر المملكة في هذه المدة. أرفقت تقرير المنافذ.",
        files=("تقرير المنافذ.pdf",),
        against_payment=True,
    ),
    DemoObjection(
        household=31,
        cycle=BEFORE,
        filed=16,
        ground=GroundCode.HOUSEHOLD_WRONG,
        statement="لم تُودَع لي الدفعة بعد تغيّر عدد أفراد الأسرة. سجّلنا المولود وأرفقت شهادته.",
        files=("شهادة الميلاد.pdf",),
        against_payment=True,
        review=Review(taken_after=2),
    ),
    DemoObjection(
        household=35,
        cycle=BEFORE,
        filed=20,
        ground=GroundCode.REASON_WRONG,
        statement="راتبي لم يزد. هذا تعريف جهة العمل بالراتب نفسه منذ عام.",
        files=("تعريف بالراتب.pdf",),
        against_payment=True,
        review=Review(
            taken_after=3,
            decision=ObjectionStatus.ACCEPTED,
            decided_after=9,
            answer="تحققنا من الراتب مع جهة العمل، وهو كما ذكرت. نصرف الفرق مع دفعة قادمة.",
            pays_back=True,
        ),
    ),
)
