"""The households that were thought of one by one: those of the accounts, and one of each kind."""

from __future__ import annotations

from typing import Final

from portal.demo.people import (
    ADULT_DEPENDANT,
    ASKED_FOR_DOCUMENTS,
    CONFIRMED,
    KHALID,
    PAID_SHORT,
    RESIDENT,
    SARA,
    DemoHousehold,
    Member,
    adult,
    child,
    head,
)

ENGLISH: Final = "نورة سعد التجريبية"
"""The head who chose messages in English."""

ACCOUNT_HOUSEHOLDS: Final = (
    DemoHousehold(
        (
            head("سارة أحمد التجريبية", "1404/01/25", mobile="0500000001", national_id=SARA),
            adult(
                "child",
                "يوسف ماجد التجريبي",
                "1425/09/10",
                mobile="0500000005",
                national_id=ADULT_DEPENDANT,
            ),
            child("لمى ماجد التجريبية", "1436/04/12"),
        )
    ),
    DemoHousehold(
        (
            head("خالد علي التجريبي", "1400/07/01", mobile="0500000002", national_id=KHALID),
            adult("spouse", "منى حسن التجريبية", "1405/02/30"),
            child("علي خالد التجريبي", "1434/11/03"),
            child("ريم خالد التجريبية", "1438/06/21"),
            child("سلمان خالد التجريبي", "1443/01/09"),
        ),
        city="جدة",
    ),
    DemoHousehold(
        (
            head(
                "أمينة يوسف التجريبية",
                "1410/02/30",
                mobile="0500000003",
                national_id=RESIDENT,
                is_resident=True,
            ),
            child("عمر فهد التجريبي", "1439/08/17"),
            child("حور فهد التجريبية", "1442/12/02"),
        ),
        city="الدمام",
    ),
    DemoHousehold(
        (
            head("سعد محمد التجريبي", "1395/07/01", mobile="0500000004", national_id=PAID_SHORT),
            adult("spouse", "فاطمة إبراهيم التجريبية", "1399/07/01"),
            adult("child", "هدى سعد التجريبية", "1424/03/14"),
            child("ناصر سعد التجريبي", "1435/05/05"),
        ),
        city="أبها",
    ),
    DemoHousehold(
        (
            head(
                "عبدالله ناصر التجريبي",
                "1365/07/01",
                mobile="0500000006",
                national_id=ASKED_FOR_DOCUMENTS,
            ),
            adult("spouse", "حصة عبدالرحمن التجريبية", "1370/07/01", mobile=""),
        ),
        city="بريدة",
    ),
)

OTHER_HOUSEHOLDS: Final = (
    # One person alone, a young man and an old woman.
    DemoHousehold(
        (head("ماجد فهد التجريبي", "1421/10/19", mobile="0500000007", national_id=CONFIRMED),),
        city="مكة المكرمة",
    ),
    DemoHousehold((head("موضي صالح التجريبية", "1345/07/01"),), city="حائل"),
    # Messages in English.
    DemoHousehold((head(ENGLISH, "1412/05/06"), child("Adam Fahad Altajribi", "1440/02/11"))),
    # The largest: thirteen dependants.
    DemoHousehold(
        (
            head("تركي عبدالعزيز التجريبي", "1388/07/01"),
            adult("spouse", "نوال سليمان التجريبية", "1392/04/18"),
            adult("child", "عبدالعزيز تركي التجريبي", "1417/09/09"),
            adult("child", "بدر تركي التجريبي", "1419/02/27"),
            adult("child", "غادة تركي التجريبية", "1422/07/01"),
            adult("child", "شهد تركي التجريبية", "1425/11/11"),
            child("ريان تركي التجريبي", "1432/03/03"),
            child("جود تركي التجريبية", "1434/10/24"),
            child("فيصل تركي التجريبي", "1437/01/16"),
            child("دانة تركي التجريبية", "1439/05/29"),
            child("مشعل تركي التجريبي", "1442/06/07"),
            adult("parent", "عبدالعزيز بدر التجريبي", "1358/07/01", mobile=""),
            adult("parent", "لطيفة سعود التجريبية", "1362/07/01", mobile=""),
            adult("sibling", "مضاوي عبدالعزيز التجريبية", "1395/07/01", mobile=""),
        ),
        city="الطائف",
    ),
    # A widow with her children.
    DemoHousehold(
        (
            head("عائشة عمر التجريبية", "1398/08/22"),
            adult("child", "عمر حمد التجريبي", "1426/02/02"),
            child("سمية حمد التجريبية", "1433/09/13"),
            child("حمد حمد التجريبي", "1436/12/30"),
        ),
        city="المدينة المنورة",
    ),
    # A citizen's wife, a resident, who heads her household.
    DemoHousehold(
        (
            head("ماريا غوميز التجريبية", "1408/03/15", is_resident=True),
            child("سارة راشد التجريبية", "1441/04/04"),
        ),
        city="الخبر",
    ),
    # A long name.
    DemoHousehold(
        (
            head(
                "عبدالرحمن بن عبدالمحسن بن عبدالعزيز بن عبداللطيف بن محمد بن إبراهيم "
                "آل عبدالوهاب التجريبي",
                "1402/10/30",
            ),
            adult(
                "spouse", "أم كلثوم بنت عبدالرحمن بن سليمان بن عبدالكريم التجريبية", "1406/01/01"
            ),
        ),
        city="المجمعة",
    ),
    # No mobile: nobody can be told by SMS.
    DemoHousehold(
        (head("دخيل الله مرزوق التجريبي", "1352/07/01", mobile=""),), city="رفحاء", has_iban=False
    ),
    # Names with vowel marks, hamzas and a tatweel; other spellings of عبد الله.
    DemoHousehold(
        (
            head("مُحَمَّد عبد الله التجريبي", "1414/01/07"),
            adult("spouse", "آمنة مؤمن التجريبية", "1416/08/28"),
            child("لؤي محـمد التجريبي", "1441/10/10"),
        ),
        city="نجران",
    ),
    # Brothers and sisters who were left alone.
    DemoHousehold(
        (
            head("راكان سالم التجريبي", "1420/01/01"),
            adult("sibling", "رهف سالم التجريبية", "1427/05/20"),
            Member("sibling", "سالم سالم التجريبي", "1435/02/14"),
        ),
        city="جازان",
    ),
    # A ward, and a child who shares the head's mobile.
    DemoHousehold(
        (
            head("منيرة خالد التجريبية", "1384/07/01"),
            Member("ward", "وليد التجريبي", "1438/07/01"),
        ),
        city="تبوك",
    ),
    # Born on days that only one official table has.
    DemoHousehold(
        (
            head("سلطان زيد التجريبي", "1364/08/29"),
            adult("spouse", "مزنة علي التجريبية", "1400/02/30"),
        ),
        city="عرعر",
    ),
    # A name in Latin letters, of a citizen's husband.
    DemoHousehold(
        (
            head("Karim Anwar Altajribi", "1407/12/09", is_resident=True),
            adult("spouse", "رزان فيصل التجريبية", "1411/07/01"),
            child("Layan Karim Altajribi", "1439/03/22"),
        ),
        city="الظهران",
    ),
)
