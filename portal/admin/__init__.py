"""The staff pages that combine apps or belong to none: people, messages, staff and roles."""

from portal.admin.accounts import RoleAdmin, StaffUserAdmin
from portal.admin.announcements import AnnouncementRunAdmin
from portal.admin.calendar import HolidayAdmin
from portal.admin.calls import CallTaskAdmin
from portal.admin.campaigns import CampaignAdmin
from portal.admin.cases import CasePage, TicketPage
from portal.admin.contacts import ContactAdmin
from portal.admin.exports import ExportAdmin
from portal.admin.gateways import DoubtfulNumberAdmin, EarlyEndAdmin, GatewayPauseAdmin
from portal.admin.help_articles import HelpArticleAdmin
from portal.admin.known_problems import KnownProblemAdmin
from portal.admin.mails import MailAdmin
from portal.admin.messages import MessageAdmin
from portal.admin.people import PersonAdmin
from portal.admin.person_views import PersonViewAdmin
from portal.admin.reply_templates import ReplyTemplateAdmin
from portal.admin.routing import RoutingRuleAdmin
from portal.admin.texts import SmsTextAdmin
from portal.admin.ticket_types import TicketTypeAdmin
from portal.admin.work import WorkItemAdmin

__all__ = [
    "AnnouncementRunAdmin",
    "CallTaskAdmin",
    "CampaignAdmin",
    "CasePage",
    "ContactAdmin",
    "DoubtfulNumberAdmin",
    "EarlyEndAdmin",
    "ExportAdmin",
    "GatewayPauseAdmin",
    "HelpArticleAdmin",
    "HolidayAdmin",
    "KnownProblemAdmin",
    "MailAdmin",
    "MessageAdmin",
    "PersonAdmin",
    "PersonViewAdmin",
    "ReplyTemplateAdmin",
    "RoleAdmin",
    "RoutingRuleAdmin",
    "SmsTextAdmin",
    "StaffUserAdmin",
    "TicketPage",
    "TicketTypeAdmin",
    "WorkItemAdmin",
]
