from bench.job import Job
from bench.jobs import audit, case, departure, imports, lookup, match, sweep, tick, tracker

JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        lookup.JOB,
        case.JOB,
        tick.JOB,
        tracker.JOB,
        match.JOB,
        sweep.JOB,
        imports.JOB,
        audit.JOB,
        departure.JOB,
    )
}
