"""The staff site: Django admin in the portal's look."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class StaffSite(AdminSite):
    """One site for every role; what a person sees follows from their permissions."""

    site_title = _("Staff site")
    site_header = _("Staff site")
    index_title = _("Work")
    enable_nav_sidebar = False
