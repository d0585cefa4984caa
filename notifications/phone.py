"""The demonstration phone: being built."""

from django.http import Http404, HttpRequest, HttpResponse


def messages_json(request: HttpRequest) -> HttpResponse:
    raise Http404


def screen(request: HttpRequest) -> HttpResponse:
    raise Http404
