"""Pages that tell, and the two small forms that stand on every page.

The display and feedback forms carry no CSRF token: a token would set a cookie on every public page
and keep it out of caches. Neither acts for a signed-in person, both can be repeated without harm,
and both are refused when the browser says that they come from another site.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from portal.display import COOKIE_AGE_SECONDS, DISPLAY_CHOICES, USUAL
from portal.feedback import count_page_feedback, is_page
from saudi.gregorian import riyadh_today
from saudi.languages import page_language

PUBLIC_PAGE_SECONDS = 300

TEXT_CHANGED_ON = date(2026, 11, 25)
"""When the words of privacy and accessibility were last edited."""


def public_page(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the browser keep the page for five minutes while nobody is signed in.

    The page depends on cookies (display, session), so a cache must compare them. A page made for
    a signed-in person is left to `PrivatePagesMiddleware`, which keeps it out of every cache.
    """

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        response = view(request)
        patch_vary_headers(response, ("Cookie",))
        if not request.session.accessed:
            patch_cache_control(response, private=True, max_age=PUBLIC_PAGE_SECONDS)
        return response

    return wrapped


def _comes_from_our_pages(request: HttpRequest) -> bool:
    """Tell whether a POST comes from a page of this site, by what browsers say of it."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    try:
        return not origin or urlsplit(origin).netloc == request.get_host()
    except ValueError:  # no address at all
        return False


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed and target.startswith("/") else reverse("portal:home")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def display(request: HttpRequest) -> HttpResponse:
    """Keep the reader's text size or contrast and lead back to the page."""
    if request.method != "POST":  # the address alone, from the browser's history
        return redirect("portal:home")
    if not _comes_from_our_pages(request):
        raise PermissionDenied
    response = redirect(_safe_next(request))
    for name, values in DISPLAY_CHOICES.items():
        chosen = request.POST.get(name)
        if chosen in values:
            response.set_cookie(
                name,
                chosen,
                max_age=COOKIE_AGE_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        elif chosen == USUAL:
            response.delete_cookie(name, samesite="Lax")
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest) -> HttpResponse:
    """Count whether a page was useful, then thank the reader and lead back or on."""
    if request.method == "POST":
        if not _comes_from_our_pages(request):
            raise PermissionDenied
        page, useful = request.POST.get("page", ""), request.POST.get("useful", "")
        if is_page(page) and useful in {"yes", "no"}:
            count_page_feedback(
                page=page,
                language=page_language(),
                is_useful=useful == "yes",
                on=riyadh_today(),
            )
        query = urlencode({"page": page, "useful": useful}) if is_page(page) else ""
        return redirect(f"{reverse('portal:feedback')}{'?' if query else ''}{query}")
    page = request.GET.get("page", "")
    context = {
        "was_useful": request.GET.get("useful") != "no",
        "back_url": _address_of(page),
        "page_name": "",
    }
    return render(request, "portal/feedback.html", context)


def _address_of(page: str) -> str:
    """Give the address of a page that needs nothing more than its name, else home."""
    try:
        return reverse(page) if is_page(page) else reverse("portal:home")
    except NoReverseMatch:
        return reverse("portal:home")


@require_safe
@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept of a person, why, for how long, and what they may ask for."""
    return render(request, "portal/privacy.html", {"updated_on": TEXT_CHANGED_ON})


@require_safe
@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how the portal can be used by everybody, what does not work yet, and whom to tell."""
    return render(request, "portal/accessibility.html", {"updated_on": TEXT_CHANGED_ON})
