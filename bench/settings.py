"""The one settings file, on a database of the bench's own: on DATABASE_URL's server, else on the embedded one."""

import os

SERVER = os.environ.pop("DATABASE_URL", "").strip()

from lwg_intake import environment  # noqa: E402
from lwg_intake.settings import *  # noqa: E402, F403
from lwg_intake.settings import DATABASES  # noqa: E402

if SERVER:
    DATABASES["default"] = environment.database(SERVER)
DATABASES["default"]["NAME"] = os.environ.get("LWG_BENCH_DATABASE", "lwg_bench")
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "bench.urls"
