"""Accounts of staff and their roles."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import password_validation
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.cells import moment_cell
from access.client import client_address
from access.edits import SeenEdits
from access.lists import ListGround, other_name_text
from access.staff import ShowAdmin
from access.staff_passwords import closed_doors, events_of, unlock
from beneficiaries.models import User
from objections.services.review.taking import DECIDE_RIGHT
from objections.services.review.taking import put_back_all_of as put_back_objections
from portal.roles import rights_in_words, role_name
from portal.templatetags.portal_ui import tag
from saudi.digits import clean_text
from saudi.languages import in_a_row
from sawtak.services.handing import ANSWER_RIGHT
from sawtak.services.handing import put_back_all_of as put_back_tickets
from sawtak.staff_acts import TAKE as TAKE_TICKET


class RolesField(forms.ModelMultipleChoiceField[Group]):
    """The roles, named in the language of the page."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Group) -> str:
        return role_name(obj.name)


def _roles_field() -> RolesField:
    return RolesField(
        queryset=Group.objects.order_by("id"),
        required=False,
        label=gettext_lazy("Roles"),
        help_text=gettext_lazy("Without a role a member of staff sees nothing."),
    )


_NAME_ERRORS: Final = {
    "username": {
        "required": gettext_lazy("Write a user name."),
        "invalid": gettext_lazy("Write Latin letters, digits, dots, _ and - only, and no space."),
        "unique": gettext_lazy("Somebody has this user name. Choose another one."),
    }
}


class NewStaffForm(forms.ModelForm[User]):
    """A new member of staff with a first password."""

    groups = _roles_field()
    password1 = forms.CharField(
        label=gettext_lazy("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Write a password.")},
        help_text=password_validation.password_validators_help_text_html(),
    )
    password2 = forms.CharField(
        label=gettext_lazy("The password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Write the password once more.")},
    )

    class Meta:
        model = User
        fields = ("username", "display_name", "groups")
        labels = {
            "username": gettext_lazy("User name"),
            "display_name": gettext_lazy("Name as colleagues read it"),
        }
        help_texts = {"username": gettext_lazy("Latin letters, digits, dots, _ and - only.")}
        error_messages = _NAME_ERRORS

    def clean(self) -> dict[str, Any] | None:
        """Compare the two passwords and hold the first to the rules."""
        cleaned = super().clean() or self.cleaned_data
        first, again = cleaned.get("password1"), cleaned.get("password2")
        if first and again and first != again:
            self.add_error("password2", _("The two passwords differ. Write the same one twice."))
        if first:
            about = User(
                username=cleaned.get("username", ""), display_name=cleaned.get("display_name", "")
            )
            try:
                password_validation.validate_password(first, about)
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def save(self, commit: bool = True) -> User:
        """Make the account; it is staff and nothing else."""
        self.instance.is_staff = True
        self.instance.set_password(self.cleaned_data["password1"])
        return super().save(commit=commit)


class StaffForm(forms.ModelForm[User]):
    """What may be changed of a member of staff; the password has a page of its own."""

    groups = _roles_field()

    class Meta:
        model = User
        fields = ("username", "display_name", "email", "is_active", "groups")
        labels = {
            "username": gettext_lazy("User name"),
            "display_name": gettext_lazy("Name as colleagues read it"),
            "email": gettext_lazy("E-mail"),
            "is_active": gettext_lazy("May sign in"),
        }
        help_texts = {
            "username": gettext_lazy("Latin letters, digits, dots, _ and - only."),
            "is_active": gettext_lazy(
                "Take this away when somebody leaves. What they did stays; their open cases go "
                "back."
            ),
        }
        error_messages = _NAME_ERRORS


@admin.register(User)
class StaffUserAdmin(SeenEdits, ListGround, UserAdmin[User]):
    """Accounts of staff; people of the register are not managed here.

    Nobody is made a superuser here, and only a superuser changes one.
    """

    form = StaffForm
    add_form = NewStaffForm
    list_display = ("username", "display_name", "roles", "state", "seen")
    list_title = gettext_lazy("Staff")
    list_filter = ()
    search_help_text = gettext_lazy("User name or name")
    ordering = ("username",)
    fieldsets = ((None, {"fields": ("username", "display_name", "email", "is_active", "groups")}),)
    add_fieldsets = (
        (None, {"fields": ("username", "display_name", "groups", "password1", "password2")}),
    )
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return (
            super()
            .get_queryset(request)
            .filter(person=None, is_staff=True)
            .prefetch_related("groups")
        )

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("username", "display_name")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by any part of a name: staff are few, and an index has them apart from people."""
        term = clean_text(search_term)
        wanted = Q(username__icontains=term) | Q(display_name__icontains=term)
        return queryset.filter(wanted), False

    def nothing_found_text(self, searched: str) -> str:
        return other_name_text()

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep superusers out of the hands of those who are none."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.unlock_view)
        mine = path("<int:user_id>/unlock/", view, name="beneficiaries_user_unlock")
        return [mine, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an account with who tried to sign in to it, and whether it is locked."""
        user = self.get_object(request, object_id)
        if user is not None:
            extra_context = {
                "closed_doors": closed_doors(user.username, now=timezone.now()),
                "sign_ins": events_of(user),
                **(extra_context or {}),
            }
        return super().change_view(request, object_id, form_url, extra_context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Put the cases of whoever may no longer work on them back into the queue."""
        super().save_related(request, form, formsets, change)
        holder = User.objects.get(pk=form.instance.pk)
        facts: dict[str, Any] = {"by": cast(User, request.user), "now": timezone.now()}
        number = 0
        if not holder.has_perm(ANSWER_RIGHT) and not holder.has_perm(TAKE_TICKET):
            number += put_back_tickets(holder, **facts)
        if not holder.has_perm(DECIDE_RIGHT):
            number += put_back_objections(holder, **facts)
        if number:
            text = ngettext(
                "%(number)s open case of theirs went back into the queue.",
                "%(number)s open cases of theirs went back into the queue.",
                number,
            )
            messages.warning(request, text % {"number": number})

    def unlock_view(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Let an account be tried again at once: for whoever may change it."""
        user = get_object_or_404(self.get_queryset(request), pk=user_id)
        if not self.has_change_permission(request, user) or not isinstance(request.user, User):
            raise PermissionDenied
        if request.method != "POST":  # back from signing in again on the way
            return self._to_page_of(user)
        unlock(user=user, by=request.user, address=client_address(request), now=timezone.now())
        self.log_change(request, user, _("Unlocked"))
        messages.success(request, _("The account is unlocked. It can be signed in to at once."))
        return self._to_page_of(user)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Delete nobody: what they did stays theirs."""
        return False

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.success(request, _("The account is made. Give the password in person."))
        return self._to_page_of(obj)

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        messages.success(request, _("The account is changed."))
        return self._to_page_of(obj)

    def _to_page_of(self, user: User) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:beneficiaries_user_change", args=[user.pk]))

    @admin.display(description=gettext_lazy("Roles"))
    def roles(self, user: User) -> str:
        return in_a_row(role_name(group.name) for group in user.groups.all()) or "–"

    @admin.display(description=gettext_lazy("Account"))
    def state(self, user: User) -> SafeString:
        if user.is_active:
            return tag(_("May sign in"), "ok", "ok")
        return tag(_("Closed"), "plain", "stop")

    @admin.display(description=gettext_lazy("Last sign-in"))
    def seen(self, user: User) -> SafeString | str:
        return moment_cell(user.last_login)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ShowAdmin):
    """The roles and what each may do; a release changes them, not a page."""

    list_display = ("role",)
    list_title = gettext_lazy("Roles")
    ordering = ("id",)
    show_template = "admin/auth/role.html"

    def show_title(self, shown: Group) -> str:
        return role_name(shown.name)

    def show_context(self, request: HttpRequest, shown: Group) -> dict[str, Any]:
        rights = shown.permissions.select_related("content_type")
        members = User.objects.filter(groups=shown, person=None).order_by("username")
        return {"rights": rights_in_words(rights), "members": members}

    @admin.display(description=gettext_lazy("Role"))
    def role(self, group: Group) -> SafeString:
        return format_html("{}", role_name(group.name))
