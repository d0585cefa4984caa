"""The portal's own pages."""

from django.urls import path

from portal.views import (
    answers,
    contact,
    design,
    email,
    errors,
    figures,
    home,
    inbox,
    pages,
    profile,
    sign_in,
    tracking,
)

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", sign_in.ask, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="sign_in_code"),
    path("sign-in/lost-mobile/", sign_in.lost_mobile, name="lost_mobile"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("register/", sign_in.register, name="register"),
    path("profile/", profile.profile, name="profile"),
    path("messages/", inbox.messages, name="messages"),
    path("messages/email/", email.email, name="email"),
    path("profile/edit/", profile.edit, name="profile_edit"),
    path("profile/results/<int:pk>/", profile.result, name="result"),
    path("profile/payments/<int:pk>/", profile.payment, name="payment"),
    path("sawtak/track/", tracking.track, name="track"),
    path("contact/", contact.contact, name="contact"),
    path("help/", answers.help_page, name="help"),
    path("privacy/", pages.privacy, name="privacy"),
    path("figures/", figures.figures, name="figures"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("display/", pages.display, name="display"),
    path("too-large/", errors.too_large, name="too_large"),
    path("design/", design.design, name="design"),
    path("feedback/", pages.feedback, name="feedback"),
]
