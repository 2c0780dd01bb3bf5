"""Django's settings, from the typed environment in :mod:`minqing.kernel.settings`."""

from __future__ import annotations

from typing import Any, Final

import django_stubs_ext
from csp.constants import NONE, SELF

from minqing.config.databases import county_first, databases, jobs_first
from minqing.kernel.settings import settings as environment

# Django's own classes become subscriptable (`Field[str, str]`), as the type checker reads them.
django_stubs_ext.monkeypatch()
_env = environment()

BASE_DIR: Final = _env.home
DEBUG = _env.debug
SECRET_KEY = _env.secret_key
ALLOWED_HOSTS = [host.strip() for host in _env.hosts.split(",") if host.strip()] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *([_env.host] if _env.host not in ("0.0.0.0", "::") else ["*"]),  # noqa: S104  (compared, not bound)
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "csp",
    "minqing.kernel",
    "minqing.ui",
    "minqing.journal",
    "minqing.areas",
    "minqing.accounts",
    "minqing.notices",
    "minqing.privacy",
    "minqing.workflow",
    "minqing.registry",
    "minqing.diary",
    "minqing.cases",
    "minqing.disclosure",
    "minqing.rights",
    "minqing.desk",
    "minqing.mobile",
    "minqing.portal",
    "minqing.api",
    "minqing.seed",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "minqing.ui.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "minqing.accounts.middleware.ActorMiddleware",
    "minqing.kernel.per_request.KeptForTheRequest",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "minqing.ui.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "minqing.config.urls"
WSGI_APPLICATION = "minqing.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            # Django's loader, and what it parsed as functions (decision 0109).
            "loaders": [("minqing.ui.quick.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

FORM_RENDERER = "minqing.ui.widgets.Renderer"  # most widgets without a template each (decision 0109)

# The database: two roles, two schemas (see docs/decisions and minqing/config/databases.py).
DATABASES = databases(_env)
COUNTY_FIRST = county_first(_env)
JOBS_FIRST = jobs_first(_env)
APPLICATION_ROLE: Final[str] = DATABASES["default"]["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
DOORBELL = True  # whoever writes to the journal rings for the live streams (kernel.doorbell)

# People.
AUTH_USER_MODEL = "accounts.Person"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
NOTICE_VIEW = "desk:go"  # where a message that left the product leads
STEP_UP_VIEW = "minqing.accounts.pages.proof.ask"  # what kernel.pages shows before an act that asks again
SESSION_ENGINE = "minqing.accounts.session_store"
# What the browser keeps at most; when a session ends stands in its row.
SESSION_COOKIE_AGE = 60 * 60 * max(_env.desk_session_hours, _env.phone_session_hours)
# Second factors: django-allauth keeps and checks them; the pages, the policy and the delays are ours (decision 0076).
SECOND_FACTOR: str = _env.second_factor
PASSWORD_MAX_DAYS: int = _env.password_max_days
MFA_ADAPTER = "minqing.accounts.factors.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODE_DIGITS = 10
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # nobody has an address of mail here
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "minqing.kernel.pages.csrf_failure"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "minqing.ui.told.Storage"

# Words and times.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Files.
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "minqing.ui.parts.PartsFinder",
]
STATIC_URL = "/static/"
STATIC_ROOT = _env.data / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = _env.data / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
# What memory does not hold is spooled sealed (minqing.kernel.uploads); Django's own handler would write it as it is.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "minqing.kernel.uploads.SealedUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
# One photo of a phone is under 10 MB, a form carries at most nine; text and fields of a form are far smaller.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# Above what any form takes, so that the form itself can say how many it takes and keep what was written.
DATA_UPLOAD_MAX_NUMBER_FILES = 100

# Live streams come from another port of the same host, or from wherever a proxy has put them.
LIVE_URL: str = _env.streams_url
LIVE_PORT: int = _env.streams_port


def _streams_from() -> list[str]:
    """What a page may connect to beside its own origin."""
    if LIVE_URL.startswith("http"):
        return ["/".join(LIVE_URL.split("/")[:3])]
    if LIVE_URL:
        return []
    names = dict.fromkeys(f"*{host}" if host.startswith(".") else host for host in ALLOWED_HOSTS)
    # A policy knows no addresses in brackets: over those, pages stay as they were opened.
    return [f"http://{name}:{LIVE_PORT}" for name in names if not name.startswith("[")]


# Headers.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "connect-src": [SELF, *_streams_from()],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _env.https
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _env.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _env.https
if _env.https:  # the prefix binds a cookie to this host and to TLS; browsers refuse it without either
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
if _env.https and _env.proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if _env.https and "*" not in host]

# Errors go to the process's own output; request bodies and addresses of readers are written nowhere.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {
        "without_codes": {"()": "minqing.kernel.logs.WithoutCodes"},
        "without_trace": {"()": "minqing.kernel.logs.WithoutTrace"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_codes"]}
    },
    # Somebody sent more than is taken (they read so: minqing.ui.refusals).
    "loggers": {
        f"django.security.{kind}": {"filters": ["without_trace"]}
        for kind in ("RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
}
