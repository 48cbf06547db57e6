"""python -m bench [NAME …] [--json]: what the program takes, beside the least it could take."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any


def main(arguments: Sequence[str] | None = None) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    from django.conf import settings

    from bench import practice
    from bench import settings as ours
    from bench.job import Sizes, measure
    from bench.jobs import JOBS, sweep
    from lwg_intake.embedded import Cluster, EmbeddedError

    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"jobs to run, of: {', '.join(JOBS)} (all)")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.add_argument("--fresh", action="store_true", help="build the practice anew even if it is there")
    for size, value in vars(Sizes()).items():
        parser.add_argument(f"--{size}", type=int, default=value, help=f"(default {value:,})")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in JOBS]
    if unknown:
        parser.error(f"there is no job {unknown[0]!r}; the jobs are {', '.join(JOBS)}")
    sizes = Sizes(**{size: getattr(options, size) for size in vars(Sizes())})
    if min(vars(sizes).values()) < 1:
        parser.error("each size is a number of 1 or more")

    try:
        with nullcontext() if ours.SERVER else Cluster(settings.LWG_HOME).running():
            names = options.names or list(JOBS)
            if names != [sweep.JOB.name]:
                practice.make(sizes.clients, options.fresh)
            results = []
            for name in names:
                print(f"Measuring {name} …", file=sys.stderr)
                results.append(measure(JOBS[name], sizes))
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({"clients": sizes.clients, "jobs": results}, indent=1) if options.json else _table(results))
    return 0


def _table(results: list[dict[str, Any]]) -> str:
    columns = (
        "name",
        "figure_ms",
        "floor_ms",
        "ratio",
        "ratio_p95",
        "aim",
        "figure_p50_ms",
        "figure_p95_ms",
        "floor_p50_ms",
        "floor_p95_ms",
    )
    rows = [columns, *(tuple(str(result[column]) for column in columns) for result in results)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(columns))]
    table = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    usual = {*columns, "figure", "floor", "met", "rounds", "items"}
    beside = [f"{r['name']}: {key} {value}" for r in results for key, value in r.items() if key not in usual]
    return "\n".join([*table, *beside])


if __name__ == "__main__":
    sys.exit(main())
