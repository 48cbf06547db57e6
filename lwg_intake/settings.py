"""The one settings file: everything that differs between machines is read from the environment."""

import os
from pathlib import Path

from lwg_intake import environment
from lwg_intake.embedded import APPLICATION, OWNER, Cluster
from lwg_intake.logs import LOGGING as LOGGING

BASE_DIR = Path(__file__).resolve().parent.parent
env = environment.Environment(os.environ)

DEBUG = False
# Without DATABASE_URL: the embedded PostgreSQL, with invented data only, and every page says so.
DEMO = not os.environ.get("DATABASE_URL", "").strip()
# Where everything of the embedded PostgreSQL and of the demo lies.
LWG_HOME = Path(os.environ.get("LWG_HOME") or BASE_DIR / "var").absolute()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "csp",
    "lwg_intake.audit",
    "lwg_intake.access",
    "lwg_intake.policy",
    "lwg_intake.records",
    "lwg_intake.checklists",
    "lwg_intake.messages",
    "lwg_intake.imports",
    "lwg_intake.desk",
    "returning",
    "reassignment",
    "caseload",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lwg_intake.audit.middleware.OriginMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lwg_intake.access.sessions.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "lwg_intake.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "lwg_intake.urls"
WSGI_APPLICATION = "lwg_intake.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lwg_intake.desk.navigation.look",
            ],
            "builtins": ["lwg_intake.access.templatetags.quick"],
        },
    }
]

AUTH_USER_MODEL = "access.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
USE_TZ = True
# The practice's own time zone: a day is the practice's calendar day.
TIME_ZONE = env.read(
    "PRACTICE_TIME_ZONE", environment.time_zone, "a time zone's name, such as America/New_York", "America/New_York"
)
PRACTICE_NAME = os.environ.get("PRACTICE_NAME", "LWG")
PRACTICE_PHONE = os.environ.get("PRACTICE_PHONE", "(410) 555-0100")
# Who is told when a clinician gives notice; empty: nobody, and the page says so.
ADMIN_TEAM_EMAIL = os.environ.get("ADMIN_TEAM_EMAIL", "")
# The client portal of the practice's record system, for links in messages to clients.
PORTAL_LINK = os.environ.get("PORTAL_LINK", "https://www.therapyportal.com")
# Where this program is reached, for links in e-mails.
BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000")
# A file to import that is larger is refused before it is read.
IMPORT_MOST_MB = env.read("IMPORT_MOST_MB", int, "a whole number of megabytes, such as 500", "500")
# What a browser may send at once: it is held in memory until its diagnoses are dropped, and never lies on the disk.
IMPORT_UPLOAD_MB = env.read("IMPORT_UPLOAD_MB", int, "a whole number of megabytes, such as 100", "100")
FILE_UPLOAD_HANDLERS = ["lwg_intake.imports.uploads.InMemory"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

DATABASE_WORDS = "postgresql://user:password@host:5432/name"

# ---- The demo on this machine, or production ---------------------------------------------------------------------
if DEMO:
    DATABASES = {"default": Cluster(LWG_HOME).database(user=APPLICATION)}
    # What differs for the owner, as whom alone `migrate` connects (audit/grants.py).
    DATABASE_OWNER = {"USER": OWNER}
    SECRET_KEY = environment.kept_secret(LWG_HOME / "secret.key")
    ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    STATIC_ROOT = LWG_HOME / "static"
    STATIC_STORAGE = "lwg_intake.staticfiles.CollectedOrNot"
    WHITENOISE_USE_FINDERS = True
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = LWG_HOME / "mail"
    DEFAULT_FROM_EMAIL = "front-desk@example.com"
    TEXT_BACKEND = "lwg_intake.messages.texting.file.Backend"
    TEXT_FILE_PATH = LWG_HOME / "texts"
    TWILIO_ACCOUNT_SID = TWILIO_AUTH_TOKEN = TWILIO_FROM = ""
    CELERY_BROKER_URL = os.environ.get("LWG_BROKER_URL", "memory://")
    # Where the demo queues tasks when no Redis is on the machine.
    QUEUE_DATABASE = "lwg_queue"
else:
    DATABASES = {"default": env.read("DATABASE_URL", environment.database, DATABASE_WORDS)}
    DATABASE_OWNER = env.read("DATABASE_OWNER_URL", environment.owner_of(DATABASES["default"]), DATABASE_WORDS, "")
    SECRET_KEY = env.read("SECRET_KEY", environment.secret, "a random text of at least 50 characters")
    ALLOWED_HOSTS = env.read("ALLOWED_HOSTS", environment.hosts, "the site's host names, between commas")
    STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles")
    STATIC_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    globals().update(environment.mail_settings(env))
    DEFAULT_FROM_EMAIL = env.read("DEFAULT_FROM_EMAIL", environment.address, "the address that messages come from")
    globals().update(environment.text_settings(env))
    CELERY_BROKER_URL = env.read("REDIS_URL", environment.redis, "redis://host:6379/0")
    # Failed sign-ins are counted across all processes.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CELERY_BROKER_URL}}
    # A proxy in front ends TLS and sets this header on every request; nothing else may reach the web server.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    # Other hosts under the practice's domain are not ours to bind (W005), nor is the browsers' list (W021).
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

env.stop_if_wrong()

# Whom the owner grants the program's rights to (audit/grants.py); the entry above is the owner's while it migrates.
DATABASE_APPLICATION = {name: DATABASES["default"].get(name, "") for name in ("USER", "PASSWORD")}

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}
# What a page says next may name a client: it waits in the session, never in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
EMAIL_TIMEOUT = 20
TWILIO_API_URL = "https://api.twilio.com"

# ---- The worker: a killed task comes back, a task that kills its worker does not for ever ------------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker_options(CELERY_BROKER_URL)
if CELERY_BROKER_URL.startswith("pgmq"):
    CELERY_BROKER_TRANSPORT_OPTIONS["conn_string"] = Cluster(LWG_HOME).dsn(QUEUE_DATABASE, APPLICATION)

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# ---- Sign-in, sessions and what a page may load ------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["lwg_intake.access.signed_in.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ["email", "first_name", "last_name"]}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "lwg_intake.access.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses are entered by an administrator
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {
    "login": "lwg_intake.access.forms.SignInForm",
    "reset_password": "lwg_intake.access.forms.ForgottenPasswordForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = f"{PRACTICE_NAME} Intake"
# A code of the half minute before or after counts too: clocks differ, and typing takes time.
MFA_TOTP_TOLERANCE = 1
SESSION_ENGINE = "lwg_intake.access.signed_in"
SESSION_IDLE_SECONDS = 15 * 60
SESSION_LONGEST_SECONDS = 12 * 60 * 60
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Only our own files, nothing inline. Bootstrap's marks and the QR code of the second factor are data: pictures.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
