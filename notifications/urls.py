"""Addresses at which gateways report. Each is known without its last slash too: a redirect would
lose the POST."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("twilio/status/", views.twilio_status, name="twilio_status"),
    path("twilio/status", views.twilio_status),
    path("unifonic/status/", views.unifonic_status, name="unifonic_status"),
    path("unifonic/status", views.unifonic_status),
    path("twilio/inbound/", views.twilio_inbound, name="twilio_inbound"),
    path("twilio/inbound", views.twilio_inbound),
]
