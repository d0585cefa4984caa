"""Being built."""

from django.http import Http404, HttpRequest, HttpResponse


def profile(request: HttpRequest) -> HttpResponse:
    raise Http404


def edit(request: HttpRequest) -> HttpResponse:
    raise Http404


def result(request: HttpRequest, pk: int) -> HttpResponse:
    raise Http404
