"""What a file is, by its content; never by its name alone."""

from __future__ import annotations

import codecs
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from xml.parsers import expat

from data.errors import FileRejected
from data.ingest import encodings
from data.ingest.limits import MB, limit

Format = Literal["text", "json", "workbook", "parquet", "vector", "zip", "gzip"]

_HEAD: Final = 65_536
_XML_LOOKED_AT: Final = 16 * MB
_CONTROLS: Final = bytes(set(range(9)) - {1} | set(range(14, 27)) | {28, 29, 127})
"""Characters that do not stand in text; \\x01, \\x1b, \\x1e and \\x1f do in some exports."""
_BINARY_SHARE: Final = 0.05
_WORKBOOK_BEGINS: Final = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILE_PASS: Final = 0x2F
_FIRST_RECORDS: Final = 8
_OTHER: Final = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x7fELF", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd",
    b"\xca\xfe\xba\xbe", b"II*\x00", b"MM\x00*", b"RIFF", b"{\\rtf", b"ARROW1", b"ORC", b"Obj\x01", b"\x89HDF", b"\x00\x01\x00\x00Standard",
    b"OggS", b"ID3", b"fLaC", b"\x1aE\xdf\xa3", b"\x04\x22\x4d\x18", b"wOFF", b"#!/", b"-----BEGIN",
)  # fmt: skip
_BY_NAME: Final = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".parquet", ".geoparquet", ".shp", ".gpkg", ".zip", ".gz"}
"""Endings of formats that are no text: where such a file is unreadable it is damaged, not of a wrong type."""


@dataclass(frozen=True)
class Stamp:
    """What a file was like when reading began."""

    path: Path
    size: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The stamp of a regular file. Never opens it, so that a pipe cannot block.

        Raises
        ------
        FileRejected
            ``E_FILE_TYPE`` for links, folders, pipes, sockets and devices; ``E_CORRUPT`` where there is no file;
            ``E_EMPTY_FILE``; ``E_FILE_TOO_BIG``.
        """
        try:
            found = path.lstat()
            if stat.S_ISLNK(found.st_mode):
                if not limit("follow_links"):
                    raise FileRejected("E_FILE_TYPE", f"{path.name} is a symbolic link; send the file itself.")
                found = path.stat()
        except OSError as error:
            raise FileRejected("E_CORRUPT", f"{path.name} cannot be opened ({error.strerror}); send it again.") from error
        if not stat.S_ISREG(found.st_mode):
            raise FileRejected("E_FILE_TYPE", f"{path.name} is a folder, pipe, socket or device; expected a plain file.")
        if found.st_size == 0:
            raise FileRejected("E_EMPTY_FILE", f"{path.name} is empty; export it again.")
        most = limit("max_file_mb") * MB
        if found.st_size > most:
            raise FileRejected("E_FILE_TOO_BIG", f"{path.name} has {found.st_size:,} bytes, allowed are {most:,}; split it by time.")
        return cls(path, found.st_size, found.st_mtime_ns, found.st_ino)

    def confirm(self) -> None:
        """Refuse a file that was written to, replaced or removed since.

        Raises
        ------
        FileRejected
            ``E_CORRUPT``.
        """
        try:
            now = Stamp.of(self.path)
        except FileRejected:
            now = None
        if now != self:
            raise FileRejected("E_CORRUPT", f"{self.path.name} changed while it was read; send it again when it is complete.")


def format_of(path: Path) -> Format:  # noqa: PLR0911, PLR0912 -- one signature, one return
    """The format by the first bytes. What is within an archive is :mod:`data.ingest.archives`' work.

    Raises
    ------
    FileRejected
        ``E_FILE_ENCRYPTED``, ``E_FILE_TYPE``, ``E_CORRUPT``, ``E_XML``, ``E_SHP_PART_MISSING``.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, size - 16))
        tail = file.read(16)
    if head.startswith((b"PAR1", b"PARE")):
        if head.startswith(b"PARE") or tail.endswith(b"PARE"):
            raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is encrypted; send it without encryption.")
        if not tail.endswith(b"PAR1") or size < 12:
            raise FileRejected("E_CORRUPT", f"{path.name} begins as Parquet but ends early; send it again.")
        return "parquet"
    if head.startswith(b"PK") and head[2:4] in {b"\x03\x04", b"\x05\x06", b"\x07\x08"}:
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _ole(path)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"\x00\x00\x27\x0a", b"SQLite format 3\x00")):
        return "vector"
    if head.startswith(_OTHER) or head[257:262] == b"ustar" or head[4:8] == b"ftyp" or head[8:12] == b"DUCK":
        raise FileRejected("E_FILE_TYPE", f"{path.name} is no table; expected CSV, Excel, GeoJSON, Shapefile or Parquet.")
    if _is_dbf(head, size) or path.suffix.lower() in {".shx", ".prj", ".cpg", ".sbn", ".qix"}:
        raise FileRejected("E_SHP_PART_MISSING", f"{path.name} is a part of a Shapefile; send all its parts together in one archive.")
    if encodings.is_utf32(head):
        raise FileRejected("E_ENCODING", f"{path.name} is in UTF-32; save it as UTF-8.")
    wide = encodings.wide_encoding(head)
    if wide is None and sum(head.count(byte) for byte in _CONTROLS) > _BINARY_SHARE * len(head):
        if path.suffix.lower() in _BY_NAME:
            raise FileRejected("E_CORRUPT", f"{path.name} is not what its name says; export it again.")
        raise FileRejected("E_FILE_TYPE", f"{path.name} is no table; expected CSV, Excel, GeoJSON, Shapefile or Parquet.")
    start = (head.decode(wide, "ignore") if wide else head.removeprefix(codecs.BOM_UTF8).decode("latin-1")).lstrip("\ufeff \t\r\n\x1e")
    if start.startswith(("{", "[")):
        return "json"
    if start.startswith("<") and not start.startswith(("<<", "<,", "<\t")):
        raise _markup(path, start)
    return "text"


def names_no_text(path: Path) -> bool:
    """Whether the name is that of a format that is no text."""
    return path.suffix.lower() in _BY_NAME


def _markup(path: Path, start: str) -> FileRejected:
    """XML that is well formed is a type that is not read; what is broken or declares entities is ``E_XML``."""
    wrong_type = FileRejected("E_FILE_TYPE", f"{path.name} is a web page or XML, whatever its name says; save it as Excel or CSV.")
    if not start.startswith("<?xml") and "<!ENTITY" not in start:
        return wrong_type
    parser = expat.ParserCreate()
    is_bad = False

    def entity(*_: object) -> None:
        raise ValueError

    parser.EntityDeclHandler = entity
    try:
        with path.open("rb") as file:
            left = _XML_LOOKED_AT
            while left > 0 and (part := file.read(MB)):
                left -= len(part)
                parser.Parse(part, False)
            if left > 0:
                parser.Parse(b"", True)
    except (expat.ExpatError, ValueError):
        is_bad = True
    if not is_bad or "<html" in start[:2000].lower():
        return wrong_type
    return FileRejected("E_XML", f"{path.name} is XML that is broken or declares entities; export it as CSV, Excel or GeoJSON.")


def _is_dbf(head: bytes, size: int) -> bool:
    """Whether this is the table of a Shapefile: its version, a date that exists, and lengths that fit."""
    if len(head) < 33 or head[0] not in {0x03, 0x30, 0x83, 0x8B, 0xF5} or not (1 <= head[2] <= 12 and 1 <= head[3] <= 31):
        return False
    header, record = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    return 33 <= header <= size and (header - 33) % 32 in {0, 1, 8, 7} and record > 0


def _ole(path: Path) -> Format:
    """Old Office files: a workbook, an encrypted new one, or another document."""
    with path.open("rb") as file:
        content = file.read(32 * MB)
    named = {name for name in ("EncryptedPackage", "Workbook", "Book", "WordDocument", "PowerPoint Document", "__properties_version1.0")
             if name.encode("utf-16-le") in content}  # fmt: skip
    if "EncryptedPackage" in named or _asks_for_password(content):
        raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is protected by a password; remove it and send the file again.")
    if not named & {"Workbook", "Book"} and named:
        raise FileRejected("E_FILE_TYPE", f"{path.name} is a document, not a table; expected CSV, Excel, GeoJSON, Shapefile or Parquet.")
    return "workbook"


def _asks_for_password(content: bytes) -> bool:
    """Whether an old workbook says, among its first records, that what follows is not plain."""
    at = content.find(_WORKBOOK_BEGINS)
    for _ in range(_FIRST_RECORDS if at >= 0 else 0):
        kind, size = int.from_bytes(content[at : at + 2], "little"), int.from_bytes(content[at + 2 : at + 4], "little")
        if kind == _FILE_PASS:
            return True
        at += 4 + size
    return False


def with_ending(path: Path, ending: str, folder: Path) -> Path:
    """``path``, or another name for it in ``folder`` where its own does not end as its content wants."""
    if path.suffix.lower() == ending:
        return path
    other = folder / f"named{ending}"
    if os.name == "nt":
        shutil.copyfile(path, other)
    else:
        other.symlink_to(path.resolve())
    return other


def _is_broken(name: str) -> bool:
    """Whether a name holds bytes that are no UTF-8; Python shows them as halves of surrogate pairs."""
    return any("\ud800" <= character <= "\udfff" for character in name)


def plainly_named(path: Path, folder: Path, name: str) -> Path:
    """``path``, or another name for it in ``folder`` where its own would be taken as a pattern or an address."""
    if os.name == "nt" or not (set(str(path)) & set("*?[]{}:") or _is_broken(str(path))):
        return path
    other = folder / name
    other.symlink_to(path.resolve())
    return other
