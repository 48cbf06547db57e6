from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from lwg_intake.messages.carrying import Away


class Backend:
    """Writes each text into a file of its own under settings.TEXT_FILE_PATH, as the demo does."""

    def send(self, to: str, body: str, message: int) -> str:
        folder = Path(settings.TEXT_FILE_PATH)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            name = f"{timezone.now():%Y%m%d-%H%M%S}-{message}.txt"
            (folder / name).write_text(f"To: {to}\n\n{body}\n", "utf-8")
        except OSError as error:
            raise Away(type(error).__name__) from error
        return ""

    def find(self, to: str, body: str, since: datetime) -> str:
        return ""
