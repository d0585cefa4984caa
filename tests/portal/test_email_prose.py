"""What help and privacy say of mails, where the portal sends some and where it sends none."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/help/", "وبريدنا ليس فيه إلا عنوان هذه البوابة."),
        ("/en/help/", "Our mails have the address of this portal and no other."),
        ("/privacy/", "بريدك الإلكتروني:"),
        ("/en/privacy/", "Your e-mail address:"),
    ],
)
def test_mails_are_spoken_of_only_where_some_are_sent(
    client: Client, settings: Any, path: str, says: str
) -> None:
    assert says in client.get(path).content.decode()
    settings.EMAIL_BY = ""
    assert says not in client.get(path).content.decode()
