"""Being built."""

from django.http import Http404, HttpRequest, HttpResponse


def ask(request: HttpRequest) -> HttpResponse:
    raise Http404


def code(request: HttpRequest) -> HttpResponse:
    raise Http404


def lost_mobile(request: HttpRequest) -> HttpResponse:
    raise Http404


def sign_out(request: HttpRequest) -> HttpResponse:
    raise Http404


def register(request: HttpRequest) -> HttpResponse:
    raise Http404
