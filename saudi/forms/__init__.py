"""Form fields that read what people type and say, in words, what is wrong and what to do.

What was typed stays in the field; the value that leaves it is the stored form.
"""

from saudi.forms.gregorian import GregorianDateField
from saudi.forms.hijri import HijriDateField, HijriDateWidget
from saudi.forms.numbers import CodeField, IbanField, MobileField, NationalIdField
from saudi.forms.texts import MessageField, PersonNameField

__all__ = [
    "CodeField",
    "GregorianDateField",
    "HijriDateField",
    "HijriDateWidget",
    "IbanField",
    "MessageField",
    "MobileField",
    "NationalIdField",
    "PersonNameField",
]
