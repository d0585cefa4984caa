"""The portal's settings: one file, every value typed, secrets that fail loudly.

`.env.example` lists what a deployment may set.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from access.exports.cells import MOST_SHEET_ROWS
from documents.clamav import parse_scanner_address
from notifications.mail.addresses import InvalidAddress, parse_address
from portal.env import BASE_DIR, database_from_url, env, is_loopback, mail_server_from_url
from portal.programme import Programme
from portal.s3 import s3_storage

# Django's generic classes take their type argument at run time too.
django_stubs_ext.monkeypatch()

# What and where -------------------------------------------------------------

DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")


def _secret_key() -> str:
    made_by_run = BASE_DIR / "var" / "secret_key"
    if not env.text("SECRET_KEY") and made_by_run.is_file():
        return made_by_run.read_text(encoding="ascii").strip()
    return env.required("SECRET_KEY", example="fifty or more random characters")


SECRET_KEY = _secret_key()
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname:
    raise ImproperlyConfigured("The setting PUBLIC_URL must look like https://portal.example.sa")
_IS_HTTPS = _public.scheme == "https"

ALLOWED_HOSTS = env.items(
    "ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]", _public.hostname or "localhost")
)
TRUSTED_PROXIES = env.items("TRUSTED_PROXIES")
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var" / "data")))

PROGRAMME = Programme.from_env(env)

# SMS ------------------------------------------------------------------------

SMS_GATEWAY = env.text("SMS_GATEWAY", "phone")
SMS_SENDER = env.text("SMS_SENDER", "CitizenAcc")
SMS_IN_FLIGHT = env.number("SMS_IN_FLIGHT", 50)
SMS_PER_SECOND = env.number("SMS_PER_SECOND", 0)
SMS_SECOND_GATEWAY = env.text("SMS_SECOND_GATEWAY")
SMS_SECOND_PER_SECOND = env.number("SMS_SECOND_PER_SECOND", 0)
SMS_PER_DAY = env.number("SMS_PER_DAY", 0)
SMS_SECOND_PER_DAY = env.number("SMS_SECOND_PER_DAY", 0)
SMS_PART_PRICE_HALALAS = env.number("SMS_PART_PRICE_HALALAS", 0)
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN")
TWILIO_MESSAGING_SERVICE_SID = env.text("TWILIO_MESSAGING_SERVICE_SID")
TWILIO_API_BASE_URL = env.text("TWILIO_API_BASE_URL", "https://api.twilio.com")
UNIFONIC_APP_SID = env.text("UNIFONIC_APP_SID")
UNIFONIC_CALLBACK_TOKEN = env.text("UNIFONIC_CALLBACK_TOKEN")
UNIFONIC_API_BASE_URL = env.text("UNIFONIC_API_BASE_URL", "https://el.cloud.unifonic.com")
_SMS_ADDRESSES = {"phone": "", "twilio": TWILIO_API_BASE_URL, "unifonic": UNIFONIC_API_BASE_URL}
if SMS_GATEWAY not in _SMS_ADDRESSES:
    raise ImproperlyConfigured("The setting SMS_GATEWAY must be phone, twilio or unifonic.")
if SMS_SECOND_GATEWAY and SMS_SECOND_GATEWAY not in {"twilio", "unifonic"} - {SMS_GATEWAY}:
    raise ImproperlyConfigured(
        "The setting SMS_SECOND_GATEWAY must be twilio or unifonic, and not the first gateway."
    )
_sms_gateways = [name for name in (SMS_GATEWAY, SMS_SECOND_GATEWAY) if name]
if "twilio" in _sms_gateways:
    for _name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        env.required(_name, example="the value from the Twilio console")
if "unifonic" in _sms_gateways:
    env.required("UNIFONIC_APP_SID", example="the application's id from the Unifonic console")
if DEMO:
    _asked = [urlsplit(_SMS_ADDRESSES[name]).hostname for name in _sms_gateways if name != "phone"]
    if not all(is_loopback(host or "") for host in _asked):
        raise ImproperlyConfigured(
            "DEMO shows one-time codes on /phone/ and is refused with a real SMS gateway."
        )
    if not is_loopback(env.text("HOST", "127.0.0.1")):
        raise ImproperlyConfigured(
            "DEMO shows one-time codes on /phone/ and is refused where HOST is not loopback."
        )

# E-mail ---------------------------------------------------------------------

# smtp = the mail server of EMAIL_URL; mailbox = the demonstration's, at /phone/mail/; empty = the
# portal sends no mails and no page speaks of them (docs/adr/0021).
EMAIL_BY = "mailbox" if DEMO else ""
EMAIL_SENDER = env.text("EMAIL_SENDER") or PROGRAMME.email
EMAIL_TIMEOUT = 15  # seconds, for connecting and for each answer
if env.text("EMAIL_URL"):
    _mail_server = mail_server_from_url("EMAIL_URL", env.text("EMAIL_URL"))
    if DEMO and not is_loopback(_mail_server.host):
        raise ImproperlyConfigured("DEMO is refused with a real mail server in EMAIL_URL.")
    EMAIL_BY = "smtp"
    EMAIL_HOST, EMAIL_PORT = _mail_server.host, _mail_server.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail_server.user, _mail_server.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail_server.has_starttls, _mail_server.is_tls
    if not EMAIL_SENDER:
        raise ImproperlyConfigured(
            "The setting EMAIL_SENDER is missing: EMAIL_URL needs an address that mails come from, "
            "for example EMAIL_SENDER=no-reply@example.gov.sa"
        )
EMAIL_SENDER = EMAIL_SENDER or "no-reply@portal.example"
try:
    EMAIL_SENDER = parse_address(EMAIL_SENDER)
except InvalidAddress:
    raise ImproperlyConfigured(
        "The setting EMAIL_SENDER must be one e-mail address, for example no-reply@example.gov.sa"
    ) from None

# Applications ---------------------------------------------------------------

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "objections.apps.ObjectionsConfig",
    "sawtak.apps.SawtakConfig",
    "beneficiaries.apps.BeneficiariesConfig",
    "documents.apps.DocumentsConfig",
    "access.apps.AccessConfig",
    "notifications.apps.NotificationsConfig",
    "saudi.apps.SaudiConfig",
    "portal.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]

MIDDLEWARE = [
    "portal.middleware.HonestRequestMiddleware",
    "portal.middleware.StrictTransportMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.portal",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database, sessions, cache --------------------------------------------------

DATABASES = {
    "default": {
        **database_from_url(env.required("DATABASE_URL", example="postgresql://portal@db/portal")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.required("REDIS_URL", example="redis://:password@redis:6379/0")

# Sessions and the limits that protect people live in PostgreSQL: a lost Redis throws nobody out.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_AGE = 2 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = _IS_HTTPS
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SECURE = _IS_HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"

# People ---------------------------------------------------------------------

AUTH_USER_MODEL = "beneficiaries.User"
AUTHENTICATION_BACKENDS = [
    "beneficiaries.backends.StaffBackend",
    "beneficiaries.backends.OneTimeCodeBackend",
]
LOGIN_URL = "portal:sign_in"
LOGIN_REDIRECT_URL = "portal:profile"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "access.passwords.LongEnough",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "access.passwords.NotLikeTheName"},
    {"NAME": "access.passwords.NotCommon"},
    {"NAME": "access.passwords.NotOnlyDigits"},
]

# Limits that protect people and money; every number of the reported faults is a setting.
LIMITS = {
    "code_life_seconds": env.number("LIMITS_CODE_LIFE_SECONDS", 300),
    "code_tries": env.number("LIMITS_CODE_TRIES", 5),
    "code_wrong_per_person_hour": env.number("LIMITS_CODE_WRONG_PER_PERSON_HOUR", 15),
    "code_resend_seconds": env.number("LIMITS_CODE_RESEND_SECONDS", 60),
    "codes_per_person_hour": env.number("LIMITS_CODES_PER_PERSON_HOUR", 5),
    "codes_hour": env.number("LIMITS_CODES_HOUR", 100_000),
    "ticket_sms_per_mobile_hour": env.number("LIMITS_TICKET_SMS_PER_MOBILE_HOUR", 10),
    "ticket_codes_per_mobile_hour": env.number("LIMITS_TICKET_CODES_PER_MOBILE_HOUR", 10),
    "codes_open_per_address_hour": env.number("LIMITS_CODES_OPEN_PER_ADDRESS_HOUR", 100),
    "caller_tries_per_agent_hour": env.number("LIMITS_CALLER_TRIES_PER_AGENT_HOUR", 5),
    "caller_tries_per_person_hour": env.number("LIMITS_CALLER_TRIES_PER_PERSON_HOUR", 10),
    "bulk_answer_tickets": env.number("LIMITS_BULK_ANSWER_TICKETS", 500),
    "ticket_replies_per_ticket_hour": env.number("LIMITS_TICKET_REPLIES_PER_TICKET_HOUR", 20),
    "kept_forms_per_address_hour": env.number("LIMITS_KEPT_FORMS_PER_ADDRESS_HOUR", 60),
    "tickets_per_address_hour": env.number("LIMITS_TICKETS_PER_ADDRESS_HOUR", 60),
    "reply_wait_seconds": env.number("LIMITS_REPLY_WAIT_SECONDS", 180),
    "replies_per_mobile_hour": env.number("LIMITS_REPLIES_PER_MOBILE_HOUR", 6),
    "wrong_trackings_per_address_hour": env.number("LIMITS_WRONG_TRACKINGS_PER_ADDRESS_HOUR", 20),
    "staff_passwords_per_account_hour": env.number("LIMITS_STAFF_PASSWORDS_PER_ACCOUNT_HOUR", 10),
    "staff_passwords_anywhere_hour": env.number("LIMITS_STAFF_PASSWORDS_ANYWHERE_HOUR", 30),
    "staff_passwords_per_address_hour": env.number("LIMITS_STAFF_PASSWORDS_PER_ADDRESS_HOUR", 50),
    "email_code_life_seconds": env.number("LIMITS_EMAIL_CODE_LIFE_SECONDS", 900),
    "email_codes_per_person_day": env.number("LIMITS_EMAIL_CODES_PER_PERSON_DAY", 10),
    "email_codes_per_address_hour": env.number("LIMITS_EMAIL_CODES_PER_ADDRESS_HOUR", 5),
    "email_codes_per_address_day": env.number("LIMITS_EMAIL_CODES_PER_ADDRESS_DAY", 10),
    "message_characters": env.number("LIMITS_MESSAGE_CHARACTERS", 2000),
    "files": env.number("LIMITS_FILES", 10),
    "file_bytes": env.number("LIMITS_FILE_BYTES", 10 * 1024 * 1024),
    "export_rows_at_once": env.number("LIMITS_EXPORT_ROWS_AT_ONCE", 5_000),
    "export_rows": env.number("LIMITS_EXPORT_ROWS", 500_000),
    "import_bytes": env.number("LIMITS_IMPORT_BYTES", 2 * 1024 * 1024 * 1024),
}

if LIMITS["export_rows"] > MOST_SHEET_ROWS:
    raise ImproperlyConfigured(
        f"The setting LIMITS_EXPORT_ROWS may be at most {MOST_SHEET_ROWS}, the rows of a sheet."
    )

# Languages and time ---------------------------------------------------------

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("en", "English")]
CATALOGUES = (
    "portal",
    "objections",
    "sawtak",
    "beneficiaries",
    "documents",
    "access",
    "notifications",
    "saudi",
)
LOCALE_PATHS = [BASE_DIR / "locale" / name for name in CATALOGUES]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Riyadh"
USE_THOUSAND_SEPARATOR = False

# Documents ------------------------------------------------------------------

# Unset: files are fine after the checks of their own content (docs/adr/0024).
CLAMAV_ADDRESS = env.text("CLAMAV_ADDRESS")
if CLAMAV_ADDRESS:
    try:
        parse_scanner_address(CLAMAV_ADDRESS)
    except ValueError:
        raise ImproperlyConfigured(
            "The setting CLAMAV_ADDRESS must be a host and a port, for example clamd:3310, "
            "or the path of a socket, for example /run/clamav/clamd.ctl"
        ) from None

# Static and uploaded files --------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
PRINT_FONTS = BASE_DIR / "var" / "print"
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "var" / "frontend"]
ATTACHMENT_STORAGE = env.text("ATTACHMENT_STORAGE", "local")
if ATTACHMENT_STORAGE not in {"local", "s3"}:
    raise ImproperlyConfigured("The setting ATTACHMENT_STORAGE must be local or s3.")
STORAGES: dict[str, dict[str, Any]] = {
    "default": s3_storage()
    if ATTACHMENT_STORAGE == "s3"
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "attachments",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    # Files of the register and of cycles that staff upload, until a worker has brought them in.
    "imports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "imports",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    # Files of lists that a worker made for staff, for a day.
    "exports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "exports",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "portal.frontend.StaticStorage"
        )
    },
}
WHITENOISE_MAX_AGE = 3600
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Above LIMITS["files"] on purpose: whoever sends too many is told so with the text kept (O15).
DATA_UPLOAD_MAX_NUMBER_FILES = 100
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# Security -------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy redirects; a redirect here would lose a POST
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # for the same reason
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _IS_HTTPS
SECURE_HSTS_PRELOAD = _IS_HTTPS
# The shipped proxy overwrites this header, and the app port is closed to the outside.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# Tasks ----------------------------------------------------------------------

# Each figure's reason: docs/adr/0019.

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE  # crontabs are Riyadh's, whatever the machine's zone
CELERY_ENABLE_UTC = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Acknowledged when taken: the row is the promise. A late one would end a long import with the
# connection to Redis, and have it brought again after the visibility timeout.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True  # late ones only, so none
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # a worker that is busy takes nothing from one that rests
# In seconds. Processes hold both; threads neither: portal/liveness.py holds the hard one there.
CELERY_TASK_SOFT_TIME_LIMIT = 9 * 60
CELERY_TASK_TIME_LIMIT = 10 * 60
# Of a pool of processes; portal/liveness.py bounds the memory of a worker of threads.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1_000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # Redis may be away for hours
# One sends at a time; a second one waits for the turn (portal/scheduler.py).
CELERY_BEAT_SCHEDULER = "portal.scheduler:OneAtATime"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_connections": 50,
    # How long a message may wait for a free thread before another worker gets it too: twice is
    # harmless, and nothing is ever held here for later.
    "visibility_timeout": 3600,
    "socket_connect_timeout": 0.2,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 30,
}

# Logs: ids, never personal data ----------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "portal.logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "twilio": {"level": "WARNING"},
    },
}
