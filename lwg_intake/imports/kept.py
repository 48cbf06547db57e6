"""What came of a file, written on its row (RunFile): for the page, the history and who corrects what was left out."""

from lwg_intake.imports.format import BY_NAME, FILES
from lwg_intake.imports.models import Run, RunFile
from lwg_intake.imports.report import Counts, Report

LISTED = 50


def keep(file: RunFile, counts: Counts) -> None:
    """The figures, the first changes, and the rows that were left out with the reasons."""
    file.unread, file.ask = counts.unread, counts.ask
    file.figures = {**counts.figures(), "rejected": counts.rejects.count, "in_part": counts.rejects.in_part}
    # The database keeps no NUL, and nobody would see one.
    file.listed = [{**vars(row), "value": row.value.replace("\0", "␀")} for row in counts.rejected[:LISTED]]
    file.reasons = counts.rejects.reasons()
    file.rejects, file.first = counts.rejects.packed(), counts.first
    file.save(update_fields=["unread", "ask", "figures", "listed", "reasons", "rejects", "first"])


def keep_all(run: Run, report: Report) -> None:
    """Of a folder, whose files are known by what they are; one that could not be read has no row yet."""
    there = {file.file: file for file in run.files.all()}
    for name, counts in report.files.items():
        place = FILES.index(BY_NAME[name])
        file = there.get(name) or RunFile.objects.create(run=run, file=name, name=f"{name}.csv", place=place)
        keep(file, counts)
