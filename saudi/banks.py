"""The bank of a Saudi IBAN, by the two digits after its check digits.

The central bank gives each bank the number under which its cheques are cleared, and an IBAN
carries it (sarie.gov.sa, "The Format of IBAN in Saudi Arabia"). No list of the central bank is
published; a code is here where two lists of separate origin give it and none gives another:

- the table of clearing codes by BIC in clients of a bank's payment interface (2025);
- a table of bank codes in payroll software, by BIC (2026; it has wrong BICs of its own);
- the list of almaal.org, "رموز البنوك السعودية في الايبان", which others copy.

15 is in a circular of the central bank too (GDBC-301000000391, 2009), 80 in SWIFT's registry.
Left out: 85 (BNP Paribas; another list says 98), and what one list alone has: 36, 72, 73, 79, 83,
88, 89, 91, 92, 93.
"""

from dataclasses import dataclass
from typing import Final

from saudi.iban import BANK

__all__ = ["BANKS", "Bank", "bank_of"]


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank by its clearing code of two digits; the code of a merged bank lives on in IBANs."""

    code: str
    name_ar: str
    name_en: str

    def name(self, language: str) -> str:
        """Give the name in Arabic unless English is asked for.

        >>> BANKS["80"].name("en")
        'Al Rajhi Bank'
        """
        return self.name_en if language.startswith("en") else self.name_ar


BANKS: Final[dict[str, Bank]] = {
    code: Bank(code, name_ar, name_en)
    for code, name_ar, name_en in (
        ("01", "البنك المركزي السعودي", "Saudi Central Bank"),
        ("05", "مصرف الإنماء", "Alinma Bank"),
        ("10", "البنك الأهلي السعودي", "Saudi National Bank"),
        ("15", "بنك البلاد", "Bank Albilad"),
        ("20", "بنك الرياض", "Riyad Bank"),
        ("30", "البنك العربي الوطني", "Arab National Bank"),
        ("40", "البنك الأهلي السعودي (سامبا)", "Saudi National Bank (Samba)"),
        ("45", "البنك السعودي الأول", "Saudi Awwal Bank"),
        ("50", "البنك السعودي الأول (البنك الأول)", "Saudi Awwal Bank (Alawwal)"),
        ("55", "البنك السعودي الفرنسي", "Banque Saudi Fransi"),
        ("60", "بنك الجزيرة", "Bank AlJazira"),
        ("65", "البنك السعودي للاستثمار", "The Saudi Investment Bank"),
        ("71", "بنك البحرين الوطني", "National Bank of Bahrain"),
        ("75", "بنك الكويت الوطني", "National Bank of Kuwait"),
        ("76", "بنك مسقط", "Bank Muscat"),
        ("78", "بنك إس تي سي", "STC Bank"),
        ("80", "مصرف الراجحي", "Al Rajhi Bank"),
        ("81", "دويتشه بنك", "Deutsche Bank"),
        ("82", "بنك باكستان الوطني", "National Bank of Pakistan"),
        ("84", "بنك زراعات التركي", "Ziraat Bank"),
        ("86", "بنك جي بي مورغان تشيس", "JPMorgan Chase Bank"),
        ("87", "بنك الصين الصناعي والتجاري", "Industrial and Commercial Bank of China"),
        ("90", "بنك الخليج الدولي", "Gulf International Bank"),
        ("95", "بنك الإمارات دبي الوطني", "Emirates NBD"),
    )
}


def bank_of(iban: str) -> Bank | None:
    """Give the bank of a stored IBAN; None where no sure source names its code.

    It is shown beside the IBAN so that its owner sees a mistake; nothing is decided by it.

    >>> bank_of("SA0380000000608010167519").name("ar")
    'مصرف الراجحي'
    >>> bank_of("SA1236000000000000000000") is None
    True
    """
    return BANKS.get(iban[BANK])
