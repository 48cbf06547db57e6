"""The one settings file, on a database of the bench's own: on DATABASE_URL's server, else on the embedded one."""

import os

SERVER = os.environ.pop("DATABASE_URL", "").strip()

from bench import DATABASE  # noqa: E402
from lwg_intake import environment  # noqa: E402
from lwg_intake.settings import *  # noqa: E402, F403
from lwg_intake.settings import DATABASE_OWNER, DATABASES  # noqa: E402

if SERVER:
    DATABASES["default"], DATABASE_OWNER = environment.database(SERVER), {}
# Jobs make and empty tables.
DATABASES["default"].update(DATABASE_OWNER)
DATABASES["default"]["NAME"] = DATABASE
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "bench.urls"
