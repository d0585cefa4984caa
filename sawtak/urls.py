"""Addresses of the app."""

from django.urls import URLPattern

app_name = "sawtak"

urlpatterns: list[URLPattern] = []
