"""Static files of the demo: compressed and hashed once collected, and as they lie before."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedOrNot(CompressedManifestStaticFilesStorage):
    """As in production; where nothing was collected yet, plain names, which the middleware finds in the sources."""

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name
