"""Every SMS the portal sends, in Arabic and English.

Texts say what happened and what to do next. None has a link, a reason or an amount: a phone is
read by others (DOMAIN 13 and 16). Arabic is UCS-2, 70 characters alone and 67 a part,
so the texts are short and carry no vowel marks, tatweel or direction marks; a code fits one part,
everything else two (O24). Codes and references stand in ASCII digits, in one piece (O20).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notifications.errors import UnknownTemplate, WrongTemplateValues
from notifications.statuses import Lane

PROGRAMME_VALUES: Final = frozenset({"programme", "call_centre"})
"""Values every text may use; they come from the settings, never from the caller."""

_HIDDEN: Final = "••••••"


@dataclass(frozen=True, slots=True)
class Template:
    """One SMS in both languages.

    `worst` has the longest value of each field in each language, so that the size of the longest
    message is known before it is sent. A secret one is overwritten once it is of no more use.
    """

    key: str
    lane: Lane
    texts: Mapping[str, str]
    worst: Mapping[str, Mapping[str, str]]
    max_parts: int = 2
    is_secret: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """The values a caller must give, no more and no less."""
        return frozenset(self.worst["ar"])

    def body(self, language: str, values: Mapping[str, str], programme: Mapping[str, str]) -> str:
        """Write the message in Arabic unless English is asked for.

        Raises:
            WrongTemplateValues: when a value is missing, empty or not one of the template's.
        """
        given = frozenset(name for name, value in values.items() if value)
        if given != self.fields:
            raise WrongTemplateValues(
                self.key, missing=self.fields - given, unexpected=given - self.fields
            )
        return self.texts["en" if language == "en" else "ar"].format_map({**values, **programme})

    def hidden_body(self, language: str, programme: Mapping[str, str]) -> str:
        """Write the message with its values hidden, for a row that outlives its secret."""
        return self.body(language, dict.fromkeys(self.fields, _HIDDEN), programme)

    def worst_body(self, language: str, programme: Mapping[str, str]) -> str:
        """Write the longest message this template can become."""
        return self.body(language, self.worst["en" if language == "en" else "ar"], programme)


_CODE: Final = {"ar": {"code": "048213"}, "en": {"code": "048213"}}
_OBJECTION: Final = {"ar": {"reference": "4026714834"}, "en": {"reference": "4026714834"}}
_TICKET: Final = {"ar": {"reference": "7026714831"}, "en": {"reference": "7026714831"}}
_TWO_TICKETS: Final = {
    language: {"reference": "7026714831", "other": "7026714849"} for language in ("ar", "en")
}
_LONGEST_DAY: Final = {
    "ar": "الأربعاء 29 جمادى الآخرة 1448\u00a0هـ، الموافق 29 ديسمبر 2027\u00a0م",
    "en": "Wednesday 29 September 2027 (29 Jumada al-Akhirah 1449 AH)",
}


def _code(key: str, *, ar: str, en: str) -> Template:
    texts = {"ar": ar, "en": en}
    return Template(key, Lane.CODES, texts, _CODE, max_parts=1, is_secret=True)


def _case(key: str, worst: Mapping[str, Mapping[str, str]], *, ar: str, en: str) -> Template:
    return Template(key, Lane.CASES, {"ar": ar, "en": en}, worst)


_ALL: Final = (
    _code(
        "sign_in_code",
        ar="{programme}: رمز الدخول {code}. لا تعطه لأحد.",
        en="{programme}: your sign-in code is {code}. Do not give it to anyone.",
    ),
    _code(
        "ticket_code",
        ar="{programme}: رمز قراءة طلبك {code}. لا تعطه لأحد.",
        en="{programme}: your code to read your request is {code}. Do not give it to anyone.",
    ),
    _code(
        "mobile_code",
        ar="{programme}: رمز تأكيد جوالك {code}. لا تعطه لأحد.",
        en="{programme}: your code to confirm your mobile is {code}. Do not give it to anyone.",
    ),
    _case(
        "mobile_changed",
        {"ar": {"last_digits": "00"}, "en": {"last_digits": "00"}},
        ar=(
            "{programme}: تغير جوال ملفك إلى رقم آخره {last_digits}. "
            "إذا لم تغيره أنت فاتصل بنا على {call_centre}."
        ),
        en=(
            "{programme}: the mobile in your file now ends in {last_digits}. "
            "If you did not change it, call {call_centre}."
        ),
    ),
    _case(
        "email_changed",
        {"ar": {}, "en": {}},
        ar=(
            "{programme}: أضيف بريد إلكتروني إلى ملفك، وتصل إليه رسائلنا. "
            "إذا لم تضفه أنت فاتصل بنا على {call_centre}."
        ),
        en=(
            "{programme}: an e-mail address was added to your file, and our messages go to it. "
            "If you did not add it, call {call_centre}."
        ),
    ),
    Template(
        "results_announced",
        Lane.ANNOUNCEMENTS,
        {
            "ar": "{programme}: ظهرت نتيجة أهليتك لدورة {cycle}. اقرأها في ملفك.",
            "en": ("{programme}: your eligibility result for {cycle} is out. Sign in to read it."),
        },
        {"ar": {"cycle": "سبتمبر 2026"}, "en": {"cycle": "September 2026"}},
    ),
    Template(
        "payments_announced",
        Lane.ANNOUNCEMENTS,
        {
            "ar": "{programme}: ظهرت تفاصيل دفعة {cycle}. اقرأها في ملفك.",
            "en": (
                "{programme}: the details of the payment of {cycle} are out. Sign in to read them."
            ),
        },
        {"ar": {"cycle": "سبتمبر 2026"}, "en": {"cycle": "September 2026"}},
    ),
    # As many at once as an announcement, so in its lane; whose objection it closed reads the other.
    Template(
        "result_corrected",
        Lane.ANNOUNCEMENTS,
        {
            "ar": "{programme}: صححنا نتيجة في ملفك لدورة {cycle}. اقرأ ما تغير.",
            "en": (
                "{programme}: we corrected a result in your file for {cycle}. "
                "Sign in to read what changed."
            ),
        },
        {"ar": {"cycle": "سبتمبر 2026"}, "en": {"cycle": "September 2026"}},
    ),
    _case(
        "objection_corrected",
        {"ar": {"cycle": "سبتمبر 2026"}, "en": {"cycle": "September 2026"}},
        ar="{programme}: صححنا نتيجة دورة {cycle} التي اعترضت عليها. اقرأ القرار في ملفك.",
        en=(
            "{programme}: we corrected the result for {cycle} that you objected to. "
            "Sign in to your file to read the decision."
        ),
    ),
    Template(
        "payment_corrected",
        Lane.ANNOUNCEMENTS,
        {
            "ar": "{programme}: صححنا دفعة في ملفك لدورة {cycle}. اقرأ ما تغير.",
            "en": (
                "{programme}: we corrected a payment in your file for {cycle}. "
                "Sign in to read what changed."
            ),
        },
        {"ar": {"cycle": "سبتمبر 2026"}, "en": {"cycle": "September 2026"}},
    ),
    _case(
        "payment_objection_corrected",
        {"ar": {"cycle": "سبتمبر 2026"}, "en": {"cycle": "September 2026"}},
        ar="{programme}: صححنا دفعة دورة {cycle} التي اعترضت عليها. اقرأ القرار في ملفك.",
        en=(
            "{programme}: we corrected the payment for {cycle} that you objected to. "
            "Sign in to your file to read the decision."
        ),
    ),
    _case(
        "draft_extended",
        {language: {"last_day": _LONGEST_DAY[language]} for language in ("ar", "en")},
        ar="{programme}: مددنا مدة اعتراضك. أكمله من ملفك قبل نهاية يوم {last_day}.",
        en=(
            "{programme}: you have more time for your objection. "
            "Finish it in your file before the end of {last_day}."
        ),
    ),
    _case(
        "exemption_granted",
        {language: {"last_day": _LONGEST_DAY[language]} for language in ("ar", "en")},
        ar="{programme}: أعطيناك وقتا أطول. تستطيع الاعتراض من ملفك حتى نهاية يوم {last_day}.",
        en=(
            "{programme}: you have more time. "
            "You can object in your file until the end of {last_day}."
        ),
    ),
    _case(
        "objection_submitted",
        _OBJECTION,
        ar="{programme}: وصل اعتراضك. رقمه {reference}. نخبرك بالقرار برسالة.",
        en=(
            "{programme}: your objection arrived. Its number is {reference}. "
            "We will tell you by message when it is decided."
        ),
    ),
    _case(
        "objection_documents_due",
        {
            "ar": {"due": "29 ديسمبر 2027\u00a0م", "documents": "م" * 50},
            "en": {"due": "29 September 2027", "documents": "m" * 50},
        },
        ar="{programme}: أرسل قبل نهاية يوم {due} مستندات اعتراضك: {documents}.",
        en="{programme}: before the end of {due}, send for your objection: {documents}.",
    ),
    _case(
        "objection_documents_listed",
        {"ar": {"due": "29 ديسمبر 2027\u00a0م"}, "en": {"due": "29 September 2027"}},
        ar="{programme}: أرسل مستندات اعتراضك قبل نهاية يوم {due}. اقرأ أسماءها في ملفك.",
        en=(
            "{programme}: send the documents of your objection before the end of {due}. "
            "Your file names them."
        ),
    ),
    _case(
        "objection_taken",
        _OBJECTION,
        ar="{programme}: بدأنا دراسة اعتراضك {reference}. نخبرك بالقرار برسالة.",
        en=(
            "{programme}: we began to study your objection {reference}. "
            "We will tell you by message when it is decided."
        ),
    ),
    _case(
        "objection_documents_wanted",
        {
            language: {**_OBJECTION[language], "due": _LONGEST_DAY[language]}
            for language in ("ar", "en")
        },
        ar="{programme}: ينقص اعتراضك {reference} مستند. أرسله من ملفك قبل نهاية يوم {due}.",
        en=(
            "{programme}: your objection {reference} needs a document. "
            "Send it from your file before the end of {due}."
        ),
    ),
    _case(
        "objection_documents_received",
        _OBJECTION,
        ar="{programme}: وصلت مستندات اعتراضك {reference}. نخبرك بالقرار برسالة.",
        en=(
            "{programme}: the documents of your objection {reference} arrived. "
            "We will tell you by message when it is decided."
        ),
    ),
    _case(
        "objection_document_refused",
        _OBJECTION,
        ar="{programme}: لم نقبل ملفا في اعتراضك {reference}. اقرأ في ملفك السبب وأرسل غيره.",
        en=(
            "{programme}: we could not accept a file of your objection {reference}. "
            "Sign in to your file to see why and to send another one."
        ),
    ),
    _case(
        "objection_accepted",
        _OBJECTION,
        ar="{programme}: قبلنا اعتراضك {reference}. اقرأ في ملفك متى نطبق القرار.",
        en=(
            "{programme}: we accepted your objection {reference}. "
            "Sign in to your file to see when the decision counts."
        ),
    ),
    _case(
        "objection_partly_accepted",
        _OBJECTION,
        ar="{programme}: قبلنا جزءا من اعتراضك {reference}. اقرأ القرار في ملفك.",
        en=(
            "{programme}: we accepted part of your objection {reference}. "
            "Sign in to your file to read the decision."
        ),
    ),
    _case(
        "objection_rejected",
        _OBJECTION,
        ar="{programme}: لم نقبل اعتراضك {reference}. اقرأ في ملفك السبب وماذا تفعل الآن.",
        en=(
            "{programme}: we did not accept your objection {reference}. "
            "Sign in to your file to read why and what you can do now."
        ),
    ),
    _case(
        "second_look_asked",
        _OBJECTION,
        ar="{programme}: وصل طلب إعادة النظر في الاعتراض {reference}. يدرسه موظف آخر.",
        en=(
            "{programme}: we have the request for a second look at objection {reference}. "
            "Somebody else studies it."
        ),
    ),
    _case(
        "objection_confirmed",
        _OBJECTION,
        ar=(
            "{programme}: أعدنا النظر في اعتراضك {reference} وبقي القرار كما هو. "
            "اقرأ السبب في ملفك."
        ),
        en=(
            "{programme}: we looked at your objection {reference} a second time and the decision "
            "stays. Sign in to your file to read why."
        ),
    ),
    _case(
        "second_look_withdrawn",
        _OBJECTION,
        ar=("{programme}: أوقفنا إعادة النظر في الاعتراض {reference} بطلبك. القرار الأول باق."),
        en=(
            "{programme}: the second look at objection {reference} was withdrawn. "
            "The first decision stays."
        ),
    ),
    _case(
        "objection_withdrawn",
        _OBJECTION,
        ar="{programme}: سحبت اعتراضك {reference}. إذا لم تسحبه أنت فاتصل بنا.",
        en=("{programme}: you withdrew your objection {reference}. If it was not you, call us."),
    ),
    _case(
        "draft_stopped",
        {language: {"closed_on": _LONGEST_DAY[language]} for language in ("ar", "en")},
        ar="{programme}: انقضت مدة اعتراضك يوم {closed_on} ولم يصلنا. اقرأ في ملفك ماذا تفعل.",
        en=(
            "{programme}: the time to object ended on {closed_on}. Your objection did not arrive. "
            "Sign in to see what you can do."
        ),
    ),
    Template(
        "result_closing",
        Lane.REMINDERS,
        {
            "ar": "{programme}: تستطيع الاعتراض على نتيجة في ملفك حتى نهاية يوم {last_day}.",
            "en": (
                "{programme}: you can object to a result in your file until the end of {last_day}."
            ),
        },
        {language: {"last_day": _LONGEST_DAY[language]} for language in ("ar", "en")},
    ),
    Template(
        "draft_closing",
        Lane.REMINDERS,
        {
            "ar": "{programme}: اعتراضك ما زال مسودة. أرسله من ملفك قبل نهاية يوم {last_day}.",
            "en": (
                "{programme}: your objection is still a draft. Send it from your file before the "
                "end of {last_day}."
            ),
        },
        {language: {"last_day": _LONGEST_DAY[language]} for language in ("ar", "en")},
    ),
    _case(
        "ticket_received",
        _TICKET,
        ar="{programme}: وصل طلبك. رقمه {reference}. تابعه في صوتك مسموع.",
        en=(
            "{programme}: your request arrived. Its number is {reference}. "
            "Follow it in Your Voice Is Heard."
        ),
    ),
    _case(
        "ticket_taken",
        _TICKET,
        ar="{programme}: بدأنا العمل على طلبك {reference}. نخبرك بالرد برسالة.",
        en=(
            "{programme}: we began to work on your request {reference}. "
            "We will tell you by message when we answer."
        ),
    ),
    _case(
        "ticket_answered",
        _TICKET,
        ar="{programme}: رددنا على طلبك {reference}. اقرأ الرد في صوتك مسموع.",
        en=(
            "{programme}: we answered your request {reference}. "
            "Open it in Your Voice Is Heard to read the answer."
        ),
    ),
    _case(
        "ticket_question",
        _TICKET,
        ar="{programme}: عندنا سؤال عن طلبك {reference}. أجب عنه في صوتك مسموع.",
        en=(
            "{programme}: we have a question about your request {reference}. "
            "Answer it in Your Voice Is Heard."
        ),
    ),
    _case(
        "ticket_file_refused",
        _TICKET,
        ar="{programme}: لم نقبل ملفا لطلبك {reference}. اقرأ السبب في صوتك مسموع.",
        en=(
            "{programme}: we could not accept a file of your request {reference}. "
            "Open it in Your Voice Is Heard to read why."
        ),
    ),
    _case(
        "ticket_closed",
        _TICKET,
        ar="{programme}: أغلقنا طلبك {reference}. اقرأ السبب في صوتك مسموع.",
        en=(
            "{programme}: we closed your request {reference}. "
            "Open it in Your Voice Is Heard to read why."
        ),
    ),
    _case(
        "ticket_merged",
        _TWO_TICKETS,
        ar="{programme}: ضممنا طلبك {reference} إلى طلبك {other}. تابعهما برقم {other}.",
        en=(
            "{programme}: we joined your request {reference} with your request {other}. "
            "Follow both by {other}."
        ),
    ),
    _case(
        "ticket_split",
        _TWO_TICKETS,
        ar="{programme}: في طلبك {other} موضوعان. صار للثاني رقم {reference}. تابعه في صوتك مسموع.",
        en=(
            "{programme}: your request {other} has two matters. The second one is now request "
            "{reference}. Follow it in Your Voice Is Heard."
        ),
    ),
    _case(
        "case_status",
        {
            "ar": {"reference": "4026714834", "status": "أوقف لانتهاء المدة"},
            "en": {"reference": "4026714834", "status": "Stopped: the period is over"},
        },
        ar="{programme}: الرقم {reference} حالته {status}. اقرأ الباقي في البوابة.",
        en="{programme}: number {reference} is now {status}. Read the rest in the portal.",
    ),
    _case(
        "case_not_found",
        {"ar": {}, "en": {}},
        ar=(
            "{programme}: لا نجد هذا الرقم مع هذا الجوال. "
            "قارن الأرقام العشرة، أو اتصل بنا على {call_centre}."
        ),
        en=(
            "{programme}: we do not find this number with this mobile. "
            "Compare the ten digits, or call {call_centre}."
        ),
    ),
    _case(
        "bulk_stopped",
        {"ar": {}, "en": {}},
        ar=(
            "{programme}: أوقفنا التذكيرات والإعلانات إلى جوالك. "
            "تصلك الرموز وأخبار طلباتك. لتعود أرسل: ابدأ"
        ),
        en=(
            "{programme}: we stopped reminders and announcements to your mobile. "
            "Codes and news of your cases still come. To undo, send: START"
        ),
    ),
    _case(
        "bulk_started",
        {"ar": {}, "en": {}},
        ar="{programme}: تصلك التذكيرات والإعلانات من جديد. لتوقفها أرسل: إيقاف",
        en="{programme}: reminders and announcements come again. To stop them, send: STOP",
    ),
)

TEMPLATES: Final[Mapping[str, Template]] = {template.key: template for template in _ALL}

SECRET_TEMPLATES: Final = frozenset(template.key for template in _ALL if template.is_secret)


def template_of(key: str) -> Template:
    """Give the template of a key. Raises UnknownTemplate."""
    try:
        return TEMPLATES[key]
    except KeyError:
        raise UnknownTemplate(key) from None
