"""Being built."""

from django.http import Http404, HttpRequest, HttpResponse


def contact(request: HttpRequest) -> HttpResponse:
    raise Http404
