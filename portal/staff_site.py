"""The staff site: Django admin in the portal's look.

What a person sees in it follows from the permissions of their role.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple, cast

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.bodies import is_left_to_its_view
from access.lists import short_name_text
from access.searches import LONGEST_SEARCH, NameTooShort
from access.unsent import keep_unsent, name_session
from beneficiaries.backends import group_names
from beneficiaries.models import User
from portal.first_page import first_page
from portal.forms.staff_sign_in import StaffSignInForm, remember_device
from portal.roles import role_name
from portal.staff_search import Found, find
from saudi.digits import clean_text
from saudi.languages import in_a_row


@dataclass(frozen=True)
class StaffLink:
    """One entry of the side menu."""

    label: str
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class StaffSection:
    """A titled group of the side menu."""

    title: str
    items: list[StaffLink]


class Entry(NamedTuple):
    """A page of a model that the side menu leads to, for those who may see its rows.

    A page with a right of its own is for those who hold that.
    """

    app: str
    model: str
    label: str | Promise
    icon: str
    page: str = "changelist"
    right: str = ""


_SECTIONS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (
        gettext_lazy("Work"),
        (
            Entry("portal", "workitem", gettext_lazy("Queue of work"), "list"),
            Entry(
                *("portal", "contact", gettext_lazy("New call"), "phone", "new"),
                right="portal.take_contact",
            ),
            Entry("portal", "contact", gettext_lazy("Calls, posts and letters"), "chat"),
            Entry("portal", "knownproblem", gettext_lazy("Known problems"), "info"),
            Entry(
                "portal",
                "workitem",
                gettext_lazy("Figures of the service"),
                "chart",
                "figures",
                "portal.view_figures",
            ),
            Entry("objections", "objection", gettext_lazy("Objections"), "scale"),
            Entry("objections", "lateattempt", gettext_lazy("Late attempts"), "clock"),
            Entry("objections", "filingexemption", gettext_lazy("Exemptions"), "check"),
            Entry(
                "objections",
                "correction",
                gettext_lazy("Corrections"),
                "check",
            ),
            Entry("objections", "windowextension", gettext_lazy("Extended cycles"), "clock"),
            Entry("objections", "qualityreview", gettext_lazy("Quality reviews"), "eye"),
            Entry("sawtak", "ticket", gettext_lazy("Your Voice Is Heard"), "voice"),
            Entry("objections", "decisionexport", gettext_lazy("Exports of decisions"), "send"),
            Entry("portal", "export", gettext_lazy("Exports"), "file"),
            Entry("portal", "calltask", gettext_lazy("People who could not be told"), "phone"),
            Entry(
                "objections",
                "qualitysample",
                gettext_lazy("Quality of decisions"),
                "chart",
                "figures",
            ),
            Entry("objections", "qualitysample", gettext_lazy("Samples"), "list"),
        ),
    ),
    (
        gettext_lazy("Register"),
        (
            Entry("beneficiaries", "person", gettext_lazy("People"), "people"),
            Entry("portal", "personview", gettext_lazy("Opened files"), "eye"),
            Entry("beneficiaries", "household", gettext_lazy("Households"), "home"),
            Entry("beneficiaries", "confirmednationalid", gettext_lazy("Confirmed IDs"), "check"),
            Entry("beneficiaries", "cycle", gettext_lazy("Cycles"), "calendar"),
            Entry("beneficiaries", "eligibilityresult", gettext_lazy("Results"), "list"),
            Entry("beneficiaries", "paymentline", gettext_lazy("Payments"), "money"),
            Entry("beneficiaries", "importrun", gettext_lazy("Imports"), "file-add"),
            Entry("beneficiaries", "announcementrun", gettext_lazy("Announcements"), "send"),
        ),
    ),
    (
        gettext_lazy("Messages"),
        (
            Entry("notifications", "message", gettext_lazy("State of the SMS"), "chart", "desk"),
            Entry("notifications", "message", gettext_lazy("SMS"), "mail"),
            Entry("notifications", "mail", gettext_lazy("E-mails"), "mail"),
            Entry("notifications", "campaign", gettext_lazy("Campaigns"), "mobile"),
            Entry("notifications", "smstext", gettext_lazy("Texts of the SMS"), "pen"),
            Entry("notifications", "doubtfulnumber", gettext_lazy("Doubtful numbers"), "alert"),
            Entry("notifications", "gatewaypause", gettext_lazy("Pauses of gateways"), "pause"),
            Entry("notifications", "earlyend", gettext_lazy("Ended by staff"), "check"),
        ),
    ),
    (
        gettext_lazy("Administration"),
        (
            Entry("beneficiaries", "user", gettext_lazy("Staff"), "person"),
            Entry("auth", "group", gettext_lazy("Roles"), "lock"),
            Entry("portal", "routingrule", gettext_lazy("Rules of the queue"), "list"),
            Entry("objections", "team", gettext_lazy("Teams"), "people"),
            Entry("saudi", "holiday", gettext_lazy("Holidays"), "calendar"),
            Entry("sawtak", "tickettype", gettext_lazy("Types of request"), "list"),
            Entry("sawtak", "helparticle", gettext_lazy("Help articles"), "info"),
            Entry("objections", "ground", gettext_lazy("Grounds of objections"), "scale"),
            Entry("objections", "decisionreason", gettext_lazy("Reasons of decisions"), "list"),
            Entry("objections", "answertemplate", gettext_lazy("Templates of answers"), "pen"),
            Entry("objections", "neededdocument", gettext_lazy("Needed documents"), "file"),
        ),
    ),
)


class StaffSite(AdminSite):
    """One site for every role."""

    login_form = StaffSignInForm

    site_title = gettext_lazy("Staff site")
    site_header = gettext_lazy("Staff site")
    index_title = gettext_lazy("Work")
    index_template = "admin/work.html"
    enable_nav_sidebar = False
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in active staff; a citizen is not staff, whatever they type."""
        return request.user.is_active and request.user.is_staff

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let only staff in; what somebody wrote whose session had run out waits for them."""
        guarded = super().admin_view(view, cacheable)
        keeps = not is_left_to_its_view(view)

        @wraps(guarded)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if keeps and request.method == "POST" and request.user.is_anonymous:
                keep_unsent(request)
            response = guarded(request, *args, **kwargs)
            if self.has_permission(request):
                name_session(request, response)
            return response

        return kept

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in; the browser is remembered as one in which this name has signed in."""
        response = super().login(request, extra_context)
        if request.method == "POST" and self.has_permission(request):
            remember_device(request, response)
        return response

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if self.has_permission(request):
            context["staff_nav"] = self._sections(request)
            names = group_names(cast(User, request.user))
            context["staff_roles"] = in_a_row(role_name(name) for name in names)
        return context

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the day of whoever reads it: their cases, the queue, the figures, the calls."""
        context = first_page(cast(User, request.user))
        return super().index(request, {**context, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        return [path("find/", self.admin_view(self.find_view), name="find"), *super().get_urls()]

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Lead to what a number belongs to.

        By POST, so that no address keeps the number of a person.
        """
        asked = clean_text(request.POST.get("q", "")[:LONGEST_SEARCH])
        found = Found()
        how = _(
            "Write a whole number (national ID, mobile or request number, in any digits), or "
            "three letters of a name."
        )
        if asked:
            try:
                found = find(asked, user=cast(User, request.user))
            except NameTooShort:
                how = short_name_text()
        if found.only_url:
            return HttpResponseRedirect(found.only_url)
        context = {**self.each_context(request), "asked": asked, "found": found, "how": how}
        return TemplateResponse(request, "admin/found.html", context)

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Have no page of one app: the menu is by work, not by package."""
        raise Http404

    def _sections(self, request: HttpRequest) -> list[StaffSection]:
        pages = [
            reverse(f"admin:{entry.app}_{entry.model}_{entry.page}")
            for _title, entries in _SECTIONS
            for entry in entries
        ]
        # A page may lie below another one's address: the nearest is where the reader is.
        current = max((url for url in pages if request.path.startswith(url)), key=len, default="")
        sections = []
        for title, entries in _SECTIONS:
            links = [
                StaffLink(
                    label=str(entry.label),
                    url=(url := reverse(f"admin:{entry.app}_{entry.model}_{entry.page}")),
                    icon=entry.icon,
                    is_current=url == current,
                )
                for entry in entries
                if self._may_see(request, entry)
            ]
            if links:
                sections.append(StaffSection(str(title), links))
        return sections

    def _may_see(self, request: HttpRequest, entry: Entry) -> bool:
        if entry.right:
            return request.user.has_perm(entry.right)
        return any(
            shown.has_view_permission(request)
            for registered, shown in self._registry.items()
            if (registered._meta.app_label, registered._meta.model_name) == (entry.app, entry.model)
        )
