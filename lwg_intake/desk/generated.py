"""The parts of the docs that come from the code: written by `manage.py docs`, compared by `docs --check`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import models

from caseload.figures import declared
from caseload.models import Suggestion
from caseload.printed import rules_as_markdown
from lwg_intake.access import roles
from lwg_intake.checklists.models import Case
from lwg_intake.checklists.printed import printed
from lwg_intake.checklists.registry import wing_of
from lwg_intake.imports import format
from lwg_intake.imports.models import Run
from lwg_intake.messages import catalogue
from lwg_intake.messages.models import Message
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.records.models import Removal
from lwg_intake.transitions import diagram
from reassignment.models import Departure, Offer, RosterRow

FOLDER = Path(settings.BASE_DIR) / "docs"


@dataclass(frozen=True)
class Part:
    """A generated part of a page, between its marks."""

    page: str
    mark: str
    text: Callable[[], str]

    @property
    def opening(self) -> str:
        return f"<!-- generated: {self.mark} -->"

    @property
    def closing(self) -> str:
        return "<!-- end -->"

    def put_into(self, page: str) -> str:
        """The page with this part as the code now has it. Raises ValueError where the page lacks the marks."""
        before, opening, rest = page.partition(self.opening)
        _, closing, after = rest.partition(self.closing)
        if not (opening and closing):
            raise ValueError(f"docs/{self.page} has no “{self.opening}” … “{self.closing}”.")
        return f"{before}{opening}\n\n{self.text().strip()}\n\n{closing}{after}"


def _states(model: type[models.Model]) -> Callable[[], str]:
    return lambda: f"```mermaid\n{diagram(model)}\n```"


def _procedure(key: str) -> Callable[[], str]:
    defaults = {key: number.default for key, number in NUMBERS.items()}
    return lambda: f"```text\n{printed(wing_of(key), defaults)}\n```"


def _sweep() -> str:
    return rules_as_markdown({key: number.default for key, number in NUMBERS.items()})


def _figures() -> str:
    return declared.as_markdown({key: number.default for key, number in NUMBERS.items()})


PARTS = (
    Part("roles.md", "roles", roles.table),
    Part("states.md", "case", _states(Case)),
    Part("states.md", "removal", _states(Removal)),
    Part("states.md", "offer", _states(Offer)),
    Part("states.md", "message", _states(Message)),
    Part("states.md", "departure", _states(Departure)),
    Part("states.md", "roster", _states(RosterRow)),
    Part("states.md", "import", _states(Run)),
    Part("states.md", "suggestion", _states(Suggestion)),
    Part("import-format.md", "import-format", format.as_markdown),
    Part("returning.md", "returning", _procedure("returning")),
    Part("reassignment.md", "reassignment", _procedure("reassignment")),
    Part("caseload.md", "closing", _procedure("closing")),
    Part("messages.md", "texts", catalogue.as_markdown),
    Part("sweep.md", "sweep", _sweep),
    Part("figures.md", "figures", _figures),
)


def outdated(write: bool) -> list[str]:
    """The pages whose generated parts differ from the code; with `write`, they are brought up to date."""
    found = []
    for page in dict.fromkeys(part.page for part in PARTS):
        path = FOLDER / page
        text = before = path.read_text("utf-8")
        for part in PARTS:
            if part.page == page:
                text = part.put_into(text)
        if text != before:
            found.append(page)
            if write:
                path.write_text(text, "utf-8")
    return found
