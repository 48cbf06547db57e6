"""Files as the browser sends them: held in memory, rid of diagnoses, packed. Nothing of them lands on the disk."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from lwg_intake.access.roles import Can
from lwg_intake.errors import Refusal
from lwg_intake.imports.format import FILES
from lwg_intake.imports.opening import UNUSABLE, Content, CsvTable, Unreadable, head_of_csv, whole
from lwg_intake.imports.private import Rows, is_diagnosis, may_tell_codes, without_diagnoses
from lwg_intake.imports.reading import dropped
from lwg_intake.imports.xlsx import XlsxTable, is_xlsx

# A filled roster is far smaller.
SHEET_MB = 3


class TooMuch(Refusal):
    """More was sent than is read."""

    status = 413


class InMemory(FileUploadHandler):
    """The only upload handler of the program: reads files of people who may import, a small sheet of those who work on
    a roster, and of nobody else."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        """Who sends more than is taken is told so by the page (`too_much`), and what comes is not kept."""
        user = getattr(self.request, "user", None)
        known = user if user and user.is_authenticated else None
        imports = bool(known and known.can(Can.IMPORT))
        self.wanted = bool(known and (imports or known.can(Can.VERIFY_ROSTER) or known.can(Can.WORK_CALLS)))
        if content_length > (settings.IMPORT_UPLOAD_MB if imports else SHEET_MB) * 1_000_000:
            self.wanted = False
            self.request.too_much = True  # type: ignore[union-attr]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if not self.wanted:
            raise SkipFile
        self.file = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.file.seek(0)
        return InMemoryUploadedFile(
            self.file, self.field_name, self.file_name, self.content_type, file_size, self.charset,
            self.content_type_extra,
        )  # fmt: skip


@dataclass(frozen=True)
class Upload:
    """One uploaded file, ready to be kept: its name, its header, and its rows as a CSV, packed.

    `told` are sentences about what of it is not there.
    """

    name: str
    header: tuple[str, ...]
    size: int
    packed: bytes
    told: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, content: bytes) -> Upload:
        """Raises Unreadable when it can be read as neither a CSV nor an XLSX."""
        name = name.replace("\0", "")[:200]
        if is_xlsx(content):
            sheet = XlsxTable(content)
            return cls._written(name, sheet.rows(), "utf-8", sheet.told)
        encoding, header = head_of_csv(Content.of_bytes(content))
        if any(map(is_diagnosis, header)) or may_tell_codes(content):
            table = CsvTable(Content.of_bytes(content), encoding=encoding)
            return cls._written(name, table.rows(), "latin-1" if encoding == "latin-1" else "utf-8")
        return cls(name, tuple(header), len(content), zlib.compress(content))

    @classmethod
    def _written(cls, name: str, rows: Rows, encoding: str, told: Sequence[str] = ()) -> Upload:
        packer, packed, size = zlib.compressobj(), [], 0
        first, columns = next(rows, (1, []))
        columns = whole(first, columns)
        header: list[str] | None = None
        out = io.StringIO()
        writer = csv.writer(out)
        at = 1
        for line, cells in without_diagnoses(chain([(first, columns)], rows)):
            # Lines that are not kept, such as a title, are left empty: the others keep their numbers.
            out.write("\r\n" * (line - at))
            cells = cells if isinstance(cells, list) else [UNUSABLE + cells.reason, cells.text]
            header = cells if header is None else header
            writer.writerow(cells)
            at += out.getvalue().count("\n")
            content = out.getvalue().encode(encoding, "replace")
            size += len(content)
            packed.append(packer.compress(content))
            out.seek(0)
            out.truncate()
        packed.append(packer.flush())
        header = header or []
        return cls(name, tuple(header), size, b"".join(packed), (*told, *dropped(len(columns) - len(header))))


def received(name: str, content: bytes) -> Upload:
    """An uploaded file. Raises Refusal with the file's name when it cannot be read at all."""
    try:
        return Upload.of(name, content)
    except Unreadable as error:
        raise Refusal(f"{name}: {error}") from None


def told_apart(uploads: list[Upload]) -> list[tuple[str, Upload]]:
    """Which of the practice's files each is, in the order in which they go in; "" for one that is none of them.

    Raises Refusal when there is no file, one is empty, or two are the same.
    """
    if not uploads:
        raise Refusal("Choose one or more files first.")
    order = [file.name for file in FILES]
    named = [(_name(upload), upload) for upload in uploads]
    known = [name for name, _ in named if name]
    twice = next((name for name in known if known.count(name) > 1), "")
    if twice:
        raise Refusal(f"Two of these files are {twice}.csv: leave one of the two out.")
    return sorted(named, key=lambda pair: order.index(pair[0]) if pair[0] else len(order))


def _name(upload: Upload) -> str:
    """By its header. By its name, where its key or half of its columns are there: else it is some other report.

    Raises Refusal when it is empty.
    """
    header = {cell.strip().casefold() for cell in upload.header if cell.strip()}
    if not header:
        raise Refusal(f"{upload.name}: The file is empty. Its first line must name the columns.")
    stem = upload.name.casefold().rpartition("/")[2].removesuffix(".csv").removesuffix(".xlsx")
    for file in FILES:
        needed = {column.name for column in file.columns if not column.may_be_absent}
        named = stem == file.name and (set(file.key) <= header or 2 * len(needed & header) >= len(needed))
        if named or needed <= header:
            return file.name
    return ""
