"""Markup as a list of what a browser reads of it, so that two ways of writing the same can be compared."""

from html.parser import HTMLParser


def tree(html: str) -> list[str]:
    """One line for each tag, its attributes by name, and for each piece of text; white space counts little."""
    reader = _Reader()
    reader.feed(html)
    return reader.lines


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = " ".join(f"{name}={' '.join((value or '').split())!r}" for name, value in sorted(attrs))
        self.lines.append(f"<{tag} {said}>")

    def handle_endtag(self, tag: str) -> None:
        self.lines.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.lines.append(" ".join(data.split()))
