"""Every address of objections, tried by everybody whom it is not for.

The addresses are read from the URLs themselves: a new one fails here until it has a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from beneficiaries.models import Person, User
from objections.admin.cases import ObjectionAdmin
from objections.models import Objection
from tests import personas
from tests.objections.cases import draft, result_of, submitted, taken
from tests.portal.staff_rows import ROWS

pytestmark = pytest.mark.django_db

OF_A_DRAFT: Final = {
    "objections:step": {"uuid": "draft", "step": "statement"},
    "objections:send_document": {"uuid": "draft"},
}
OF_AN_OBJECTION: Final = {
    "objections:detail": {"reference": "reference"},
    "objections:receipt": {"reference": "reference"},
    "objections:withdraw": {"reference": "reference"},
    "objections:second_look": {"reference": "reference"},
    "objections:withdraw_second_look": {"reference": "reference"},
    "objections:send_paper": {"reference": "reference"},
    "objections:document": {"reference": "reference", "uuid": "document"},
}
OF_EVERYBODY: Final = {"objections:index": {}, "objections:new": {}}
OF_STAFF: Final = {
    "objection_document": {"pk": "case", "uuid": "document"},
    "objection_document_page": {"pk": "case", "uuid": "document", "number": "1"},
    "objection_document_thumbnail": {"pk": "case", "uuid": "document", "number": "1"},
    "objection_enter": {},
    "objection_next": {},
    "objection_entry": {"channel": "paper", "track": "result", "pk": "result", "filer": "owner"},
    "correction_find": {},
    "correction_export": {"pk": "row"},
    "filingexemption_grant": {"track": "result", "pk": "result"},
    "windowextension_extend": {"pk": "cycle"},
    "ground_preview": {"pk": "row"},
    "neededdocument_preview": {"pk": "row"},
    "answertemplate_preview": {"pk": "row"},
    "decisionreason_preview": {"pk": "row"},
    "qualityreview_next": {},
    "qualityreview_document": {"pk": "case", "uuid": "document"},
    "qualitysample_draw": {},
    "qualitysample_figures": {},
    "qualitysample_behind": {},
    "objection_many": {},
    "objection_bulk": {"key": "0b0d3c1e-5f0e-4c57-9d5e-0c2f6a1b7c11"},
    "correction_find_payments": {},
}
"""Beside the lists and single pages that every registered model has."""

_PAGES_OF_A_MODEL: Final = ("changelist", "add", "history", "delete", "change")
_REFUSED: Final = frozenset({302, 403, 404, 405})


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"


ALL: Final = sorted(
    {
        name
        for name in _names(get_resolver())
        if name.startswith(("objections:", "admin:objections_"))
    }
)
STAFFS: Final = [name for name in ALL if name.startswith("admin:")]
"""Every address of the staff site that belongs to objections."""


@dataclass(frozen=True)
class Scene:
    """An objection, a draft beside it, and whose they are."""

    owner: Person
    case: Objection
    draft: Objection

    def words(self) -> dict[str, Any]:
        """Give what the words in the tables above stand for."""
        result = self.case.result
        assert result is not None
        document = self.case.documents.get().document
        return {
            "draft": self.draft.uuid,
            "reference": self.case.reference,
            "case": self.case.pk,
            "document": document.uuid,
            "result": result.pk,
            "cycle": result.cycle_id,
            "owner": self.owner.pk,
        }

    def address(self, name: str, row: dict[str, str]) -> str:
        words = self.words()
        return reverse(name, kwargs={key: words.get(value, value) for key, value in row.items()})

    def staffs(self, name: str) -> str:
        """Give an address of the staff site, with a row of the model where one is asked for."""
        model_name, _underscore, page = name.removeprefix("admin:objections_").partition("_")
        key = f"{model_name}_{page}"
        if page not in _PAGES_OF_A_MODEL:
            row = OF_STAFF[key]
            if "row" in row.values():
                return reverse(name, args=[_row(model_name).pk])
            return self.address(name, row)
        if page in {"changelist", "add"}:
            return reverse(name)
        return reverse(name, args=[_row(model_name).pk])


def _row(model_name: str) -> Any:
    [make] = [make for model, make in ROWS.items() if _is_named(model, model_name)]
    return make()


def _is_named(model: Any, name: str) -> bool:
    return bool(model._meta.model_name == name and model._meta.app_label == "objections")


@pytest.fixture
def scene() -> Scene:
    owner = personas.head()
    case = taken(submitted(result_of(owner), owner), personas.staff("caseworker"))
    child = personas.child_of(owner)
    return Scene(owner, case, draft(result_of(child), owner))


def _answers(client: Client, address: str) -> dict[str, int]:
    """Give how an address answers to being read, and to a post of nothing."""
    return {
        "GET": client.get(address).status_code,
        "POST": client.post(address, {}).status_code,
    }


def _browser(user: User, backend: str = personas.STAFF_BACKEND) -> Client:
    client = Client()
    client.force_login(user, backend=backend)
    return client


def test_every_address_has_a_row_here() -> None:
    citizens = {name for name in ALL if name.startswith("objections:")}
    assert citizens == {*OF_A_DRAFT, *OF_AN_OBJECTION, *OF_EVERYBODY}
    own = {name.removeprefix("admin:objections_") for name in STAFFS}
    own = {name for name in own if name.partition("_")[2] not in _PAGES_OF_A_MODEL}
    assert own == set(OF_STAFF)


@pytest.mark.parametrize("name", [*OF_A_DRAFT, *OF_AN_OBJECTION])
def test_a_stranger_is_told_that_it_does_not_exist(scene: Scene, name: str) -> None:
    row = OF_A_DRAFT.get(name) or OF_AN_OBJECTION[name]
    client = Client()
    personas.sign_in(client, personas.outsider())
    for address in (scene.address(name, row), "/en" + scene.address(name, row)):
        answers = _answers(client, address)
        assert set(answers.values()) <= {404, 405}, answers


@pytest.mark.parametrize("name", [*OF_A_DRAFT, *OF_AN_OBJECTION])
def test_what_exists_and_what_does_not_look_alike_to_a_stranger(scene: Scene, name: str) -> None:
    row = OF_A_DRAFT.get(name) or OF_AN_OBJECTION[name]
    client = Client()
    personas.sign_in(client, personas.outsider())
    there = client.get(scene.address(name, row))
    words = scene.words() | {"draft": uuid4(), "reference": "4123456782", "document": uuid4()}
    nowhere = client.get(
        reverse(name, kwargs={key: words.get(value, value) for key, value in row.items()})
    )
    assert (there.status_code, len(there.content)) == (nowhere.status_code, len(nowhere.content))


@pytest.mark.parametrize("name", sorted({**OF_A_DRAFT, **OF_AN_OBJECTION, **OF_EVERYBODY}))
def test_nobody_without_a_session_gets_further_than_the_sign_in(scene: Scene, name: str) -> None:
    row = OF_A_DRAFT.get(name) or OF_AN_OBJECTION.get(name) or {}
    address = scene.address(name, row)
    response = Client().get(address)
    assert response.status_code in {302, 405}
    if response.status_code == 302:
        assert response.headers["Location"].startswith("/sign-in/")
    assert _answers(Client(), address)["POST"] in _REFUSED


@pytest.mark.parametrize(
    "name", sorted({*OF_A_DRAFT, *OF_AN_OBJECTION} - {"objections:withdraw_second_look"})
)
def test_the_owner_gets_there(scene: Scene, name: str) -> None:
    row = OF_A_DRAFT.get(name) or OF_AN_OBJECTION[name]
    client = Client()
    personas.sign_in(client, scene.owner)
    assert client.get(scene.address(name, row)).status_code in {200, 405}


def test_nobody_without_the_right_gets_into_the_staff_site(scene: Scene) -> None:
    before = _whole(scene.case)
    others = {
        "anonymous": Client(),
        "owner": _browser(personas.user_of(scene.owner), personas.CITIZEN_BACKEND),
        "clerk": _browser(personas.staff()),
    }
    addresses = {name: scene.staffs(name) for name in STAFFS}
    let_in = {
        (name, who): answers
        for name, address in addresses.items()
        for who, client in others.items()
        if not set((answers := _answers(client, address)).values()) <= _REFUSED
    }
    assert let_in == {}
    assert _whole(scene.case) == before


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_no_address_breaks(scene: Scene, role: str) -> None:
    client = _browser(personas.staff(role))
    broken = {
        name: answers
        for name in STAFFS
        if not set((answers := _answers(client, scene.staffs(name))).values())
        <= {200, 400, 409, *_REFUSED}
    }
    assert broken == {}


def test_an_agent_decides_nothing(scene: Scene) -> None:
    client = _browser(personas.staff("agent"))
    before = _whole(scene.case)
    address = reverse("admin:objections_objection_change", args=[scene.case.pk])
    for action in ObjectionAdmin(Objection, admin.site).case_actions():
        response = client.post(address, {"action": action})
        assert response.status_code in _REFUSED, action
    assert _whole(scene.case) == before


def _whole(case: Objection) -> list[Any]:
    """Give a case as it is stored, with how much there is of its history."""
    row: list[Any] = list(Objection.objects.filter(pk=case.pk).values_list().get())
    return [*row, case.events.count(), case.decisions.count()]
