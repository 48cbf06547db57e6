from bench.job import Job
from bench.jobs import imports, lookup, sweep, tick

JOBS: dict[str, Job] = {job.name: job for job in (lookup.JOB, tick.JOB, sweep.JOB, imports.JOB)}
