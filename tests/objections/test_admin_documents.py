"""The documents of a case in the staff site: who opens them, by which address (O15, O16)."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.drawing import draw_waiting
from documents.models import DocumentOpening
from objections.models import Objection
from tests.objections.cases import result_of, submitted
from tests.personas import head, outsider, sign_in, sign_in_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


@pytest.fixture
def filed() -> Objection:
    owner = head()
    filed = submitted(result_of(owner), owner)
    draw_waiting(now=timezone.now())
    return filed


def addresses(filed: Objection, *, pk: int = 0, document: object = None) -> list[str]:
    args = [pk or filed.pk, document or filed.documents.get().document.uuid]
    name = "admin:objections_objection_document"
    return [
        reverse(name, args=args),
        reverse(f"{name}_page", args=[*args, 1]),
        reverse(f"{name}_thumbnail", args=[*args, 1]),
    ]


def test_case_shows_pages_as_pictures_beside_the_list(client: Client, filed: Objection) -> None:
    sign_in_staff(client, "caseworker")
    page = client.get(reverse("admin:objections_objection_change", args=[filed.pk]))
    assert page.status_code == 200
    text = page.content.decode()
    download, large, small = addresses(filed)
    for address in (download, large, small):
        assert f'"{address}"' in text
    assert client.get(large)["Content-Type"] == "image/jpeg"
    assert client.get(small)["Content-Type"] == "image/jpeg"
    assert client.get(download)["Content-Disposition"].startswith("attachment")
    assert DocumentOpening.objects.filter(looked_on=None).count() == 1
    assert DocumentOpening.objects.exclude(looked_on=None).count() == 1


def test_nobody_else_opens_them_whatever_they_try(client: Client, filed: Objection) -> None:
    owner = filed.filed_by
    raw = f"/media/{filed.documents.get().document.file.name}"
    for browse in (
        client.cookies.clear,
        lambda: sign_in(client, owner),
        lambda: sign_in(client, outsider()),
    ):
        browse()
        for address in addresses(filed):
            assert client.get(address).status_code in {302, 403, 404}
        assert client.get(raw).status_code == 404
    neighbour = Client()
    sign_in(neighbour, outsider(national_id="2000000030"))
    for reference in (filed.reference, "4000000006"):
        document = filed.documents.get().document.uuid
        address = reverse("objections:document", args=[reference, document])
        assert neighbour.get(address).status_code == 404
    assert not DocumentOpening.objects.exists()


def test_staff_without_the_right_get_403_also_for_what_is_not_there(
    client: Client, filed: Objection
) -> None:
    sign_in_staff(client, "agent")
    answers = {
        client.get(address).status_code
        for address in (*addresses(filed), *addresses(filed, pk=filed.pk + 999))
    }
    assert answers == {403}
    text = client.get(reverse("admin:objections_objection_change", args=[filed.pk]))
    assert addresses(filed)[1] not in text.content.decode()


def test_neighbouring_ids_lead_nowhere(client: Client, filed: Objection) -> None:
    sign_in_staff(client, "caseworker")
    for address in (
        *addresses(filed, pk=filed.pk + 1),
        *addresses(filed, document=uuid.uuid4()),
        addresses(filed)[1].replace("/pages/1/", "/pages/2/"),
    ):
        assert client.get(address).status_code == 404
    assert settings.STORAGES["default"]["OPTIONS"].get("base_url") is None
