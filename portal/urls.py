"""Addresses: Arabic without prefix, English under /en/ (docs of the public face: README)."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from notifications import phone
from notifications.mail import mailbox_pages
from portal.views import errors, health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("sms/", include("notifications.urls")),
    path("phone/messages.json", phone.messages_json, name="phone_messages"),
    path("phone/mail/mails.json", mailbox_pages.mails_json, name="mailbox_mails"),
    *i18n_patterns(
        path("", include("portal.routes")),
        path("objections/", include("objections.urls")),
        path("sawtak/", include("sawtak.urls")),
        path("documents/", include("documents.urls")),
        path("phone/", phone.screen, name="phone"),
        path("phone/mail/", mailbox_pages.screen, name="mailbox"),
        path("phone/mail/<int:pk>/", mailbox_pages.as_sent, name="mailbox_mail"),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
