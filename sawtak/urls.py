"""Addresses of the app. A reference in an address is exactly its ten digits."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from sawtak import sender_views, ticket_views, views

app_name = "sawtak"


class TicketReferenceConverter(StringConverter):
    """Ten ASCII digits of a ticket; anything else is no address of ours."""

    regex = "7[0-9]{9}"


register_converter(TicketReferenceConverter, "ticket_reference")

urlpatterns = [
    path("", views.home, name="home"),
    path("new/", views.new, name="new"),
    path("<ticket_reference:reference>/", ticket_views.ticket, name="ticket"),
    path("<ticket_reference:reference>/withdraw/", sender_views.withdraw, name="withdraw"),
    path("<ticket_reference:reference>/rate/", sender_views.rate, name="rate"),
    path("<ticket_reference:reference>/code/", views.code, name="code"),
    path("<ticket_reference:reference>/files/<uuid:uuid>/", views.attachment, name="attachment"),
]
