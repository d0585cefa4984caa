"""The Hijri date as a column."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import isolate_apps

from saudi.forms import HijriDateField as HijriDateFormField
from saudi.hijri import HijriDate
from saudi.models import HijriDateField

pytestmark = pytest.mark.django_db

BORN = HijriDate(1404, 7, 1)


@pytest.fixture
def person_model() -> Iterator[Any]:
    """Make a table with a date that must be there and one that may be missing."""
    with isolate_apps("saudi"):

        class Holder(models.Model):
            name = models.CharField(max_length=9)
            born = HijriDateField()
            married = HijriDateField(null=True, blank=True)

            class Meta:
                app_label = "saudi"

            def __str__(self) -> str:
                return self.name

        with connection.schema_editor() as editor:
            editor.create_model(Holder)
        yield Holder


def make(model: Any, **changes: Any) -> Any:
    """Save a row and read it back."""
    facts = {"name": "سارة", "born": BORN} | changes
    return model.objects.get(pk=model.objects.create(**facts).pk)


@pytest.mark.parametrize(
    "literal",
    ["1404-01-25", "1402-10-30", "1400-02-30", "1364-08-29", "1300-01-01", "1446-05-30"],
)
def test_date_comes_back_as_it_was_stored(person_model: Any, literal: str) -> None:
    row = make(person_model, born=literal)
    assert row.born == HijriDate.parse(literal)
    assert row.married is None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT born FROM {person_model._meta.db_table}")
        assert cursor.fetchall() == [(literal,)]


def test_column_holds_ten_characters(person_model: Any) -> None:
    assert person_model._meta.get_field("born").db_type(connection) == "varchar(10)"


@pytest.mark.parametrize("sought", [BORN, "1404-07-01", "01/07/1404", "١٤٠٤/٠٧/٠١"])
def test_date_is_found_in_any_spelling(person_model: Any, sought: HijriDate | str) -> None:
    make(person_model)
    assert person_model.objects.filter(born=sought).exists()
    assert person_model.objects.filter(born__in=[sought]).exists()
    assert person_model.objects.filter(married=None).exists()


def test_dates_compare_and_sort_literally(person_model: Any) -> None:
    days = [HijriDate(1410, 2, 30), HijriDate(1404, 12, 1), HijriDate(1404, 2, 9)]
    for born in days:
        make(person_model, born=born)
    assert list(person_model.objects.order_by("born").values_list("born", flat=True)) == sorted(
        days
    )
    assert person_model.objects.filter(born__gt=HijriDate(1404, 12, 1)).count() == 1
    assert person_model.objects.filter(born__startswith="1404").count() == 2


@pytest.mark.parametrize("wrong", ["1404-13-01", "yesterday", "404-07-01"])
def test_what_is_no_date_is_refused(person_model: Any, wrong: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        person_model(born=wrong, name="سارة").full_clean()
    assert list(refusal.value.message_dict) == ["born"]
    with pytest.raises(ValidationError):
        make(person_model, born=wrong)


def test_whole_row_is_checked(person_model: Any) -> None:
    row = person_model(name="سارة", born="1404/07/01")
    row.full_clean()
    assert row.born == BORN


def test_fixture_holds_the_stored_form(person_model: Any) -> None:
    row = make(person_model)
    assert person_model._meta.get_field("born").value_to_string(row) == "1404-07-01"
    assert person_model._meta.get_field("married").value_to_string(row) == ""


def test_forms_read_what_people_type(person_model: Any) -> None:
    fields = {field.name: field.formfield() for field in person_model._meta.fields}
    assert isinstance(fields["born"], HijriDateFormField)
    assert fields["born"].required
    assert not fields["married"].required


def test_migration_says_no_length() -> None:
    field = HijriDateField(null=True)
    _name, path, args, kwargs = field.deconstruct()
    assert (path, args, kwargs) == ("saudi.models.HijriDateField", [], {"null": True})
    assert field.clone().max_length == 10
