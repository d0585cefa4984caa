"""Addresses of the app."""

from django.urls import URLPattern

app_name = "documents"

urlpatterns: list[URLPattern] = []
