"""What the program takes, beside the least it could take."""

import os

# The bench's own database; others of it have this name with an ending.
DATABASE = os.environ.get("LWG_BENCH_DATABASE", "lwg_bench")
