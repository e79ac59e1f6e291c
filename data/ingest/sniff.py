"""What a file is, by its content; never by its name alone."""

from __future__ import annotations

import codecs
import gzip
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from data.errors import FileRejected

Format = Literal["text", "json", "workbook", "parquet", "vector", "zip", "gzip"]

MAX_BYTES: Final = 8 * 2**30
MAX_UNPACKED: Final = 8 * 2**30
MAX_RATIO: Final = 300
MAX_MEMBERS: Final = 1000
_CHUNK: Final = 2**20
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MOJIBAKE: Final = ("\ufffd", "锟斤拷", "烫烫烫", "ï»¿", "Ã¤", "Ã¥", "Ã¦", "å\x8c", "ä¸")


def format_of(path: Path) -> Format:  # noqa: PLR0911, PLR0912 -- one signature, one return
    """The format by the first bytes.

    Raises
    ------
    FileRejected
        ``E_EMPTY_FILE``, ``E_FILE_TOO_BIG``, ``E_FILE_ENCRYPTED``, ``E_FILE_TYPE``.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileRejected("E_EMPTY_FILE", f"{path.name} is empty; export it again.")
    if size > MAX_BYTES:
        raise FileRejected("E_FILE_TOO_BIG", f"{path.name} has {size:,} bytes, allowed are {MAX_BYTES:,}; split it by time.")
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(max(0, size - 4096))
        tail = file.read()
    if head.startswith(b"PAR1"):
        if not tail.endswith((b"PAR1", b"PARE")):
            raise FileRejected("E_CORRUPT", f"{path.name} begins as Parquet but ends early; send it again.")
        return "parquet"
    if head.startswith(b"PK"):
        return "workbook" if _is_workbook(path) else "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _ole(path)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"\x00\x00\x27\x0a", b"SQLite format 3\x00")):
        return "vector"
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x7fELF")):
        raise FileRejected("E_FILE_TYPE", f"{path.name} is no table; expected CSV, Excel, GeoJSON, Shapefile or Parquet.")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith((b"{", b"[")):
        return "json"
    if start.startswith(b"<"):
        raise FileRejected(
            "E_XML" if start.startswith(b"<?xml") else "E_FILE_TYPE", f"{path.name} is XML or HTML; export it as CSV, Excel or GeoJSON."
        )
    if path.suffix.lower() in {".shx", ".dbf", ".prj", ".cpg"} and path.with_suffix(".shp").exists() is False:
        raise FileRejected("E_SHP_PART_MISSING", f"{path.name} is a part of a Shapefile without its .shp; send all parts.")
    if path.suffix.lower() in {".xlsx", ".xls", ".parquet", ".shp", ".gpkg"}:
        raise FileRejected("E_CORRUPT", f"{path.name} is not what its name says; export it again.")
    return "text"


@dataclass(frozen=True)
class Text:
    """How a text file is to be decoded. ``has_nul`` says whether NUL characters stand in the text."""

    encoding: str
    has_nul: bool


def text_of(path: Path, declared: str | None = None) -> Text:
    """The encoding of a text: declared, by byte order mark, or the first of UTF-8, UTF-16, GB18030 that reads all of it.

    Raises
    ------
    FileRejected
        ``E_ENCODING`` when nothing fits, or the declared one does not.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    if declared is not None:
        try:
            codecs.lookup(declared)
        except LookupError:
            raise FileRejected("E_ENCODING", f"The encoding '{declared}' is not known; name UTF-8, GB18030 or UTF-16.") from None
        candidates = [declared]
    elif bom := next((name for mark, name in _BOMS if head.startswith(mark)), None):
        candidates = [bom]
    else:
        candidates = ["utf-8", "gb18030"]
        if len(head) > 1 and head.count(0) > len(head) // 5:
            candidates = ["utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"]
    for encoding in candidates:
        has_nul = _decodes(path, encoding)
        if has_nul is not None:
            return Text(encoding, has_nul)
    raise FileRejected("E_ENCODING", f"{path.name} cannot be read as {' or '.join(candidates)}; save it as UTF-8.")


def looks_garbled(text: str) -> bool:
    """Whether a text shows signs of having been decoded wrongly before it was sent."""
    return any(sign in text for sign in _MOJIBAKE)


def transcoded(path: Path, encoding: str, target: Path) -> Path:
    """A copy in UTF-8 without byte order mark."""
    with (
        path.open("r", encoding=encoding, newline="") as given,
        target.open("w", encoding="utf-8", newline="") as copy,
    ):
        while part := given.read(_CHUNK):
            copy.write(part)
    return target


def unpacked(path: Path, folder: Path) -> Path:
    """Unpack a gzip file, or a zip archive with one data set, and give the path of what is to be read.

    Raises
    ------
    FileRejected
        Any of the ``E_ZIP_*`` codes, ``E_TOO_MANY_FILES``, ``E_CORRUPT``, ``E_FILE_TYPE``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    if is_gzip:
        return _gunzipped(path, folder / path.name.removesuffix(".gz"))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in _safe(archive, path) if not _is_litter(member.filename)]
            for member in members:
                (folder / PurePosixPath(member.filename).name).write_bytes(archive.read(member))
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise FileRejected("E_CORRUPT", f"{path.name} is a damaged archive ({error}); pack it again.") from error
    names = [folder / PurePosixPath(member.filename).name for member in members]
    wanted = [name for name in names if name.suffix.lower() == ".shp"] or [
        name for name in names if name.suffix.lower() in {".csv", ".txt", ".tsv", ".xlsx", ".xls", ".geojson", ".json", ".parquet", ".gpkg"}
    ]
    if len(wanted) != 1:
        found = ", ".join(name.name for name in names[:6]) or "nothing"
        raise FileRejected("E_FILE_TYPE", f"{path.name} must hold one data set; found {found}.")
    return wanted[0]


def _is_litter(name: str) -> bool:
    """Whether a member is what desktops add to archives by themselves."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith("._") or path.name in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _safe(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise FileRejected("E_TOO_MANY_FILES", f"{path.name} holds {len(members):,} files, allowed are {MAX_MEMBERS:,}.")
    names = [PurePosixPath(member.filename.replace("\\", "/")) for member in members]
    for member, name in zip(members, names, strict=True):
        if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
            raise FileRejected("E_ZIP_PATH", f"{path.name} has a path that leads outside the archive; pack plain files.")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise FileRejected("E_ZIP_LINK", f"{path.name} contains a link; pack the real files.")
        if member.flag_bits & 1:
            raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is protected by a password; remove it.")
    lowered = [str(name).lower() for name in names]
    if len(set(lowered)) != len(lowered):
        raise FileRejected("E_ZIP_DUP", f"{path.name} holds two files of one name.")
    total = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if total > MAX_UNPACKED or (total > 64 * 2**20 and total / packed > MAX_RATIO):
        raise FileRejected("E_ZIP_BOMB", f"{path.name} would unpack to {total:,} bytes; send the files themselves.")
    return members


def _gunzipped(path: Path, target: Path) -> Path:
    written = 0
    packed = path.stat().st_size
    try:
        with gzip.open(path, "rb") as given, target.open("wb") as copy:
            while part := given.read(_CHUNK):
                written += len(part)
                if written > MAX_UNPACKED or (written > 256 * 2**20 and written / packed > MAX_RATIO):
                    raise FileRejected("E_ZIP_BOMB", f"{path.name} unpacks to more than allowed; send the file itself.")
                copy.write(part)
    except (OSError, EOFError) as error:
        raise FileRejected("E_CORRUPT", f"{path.name} is damaged or ends early; send it again.") from error
    return target


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
                return False
            _safe(archive, path)
            return True
    except zipfile.BadZipFile as error:
        raise FileRejected("E_CORRUPT", f"{path.name} is a damaged archive or workbook; send it again.") from error


def _ole(path: Path) -> Format:
    with path.open("rb") as file:
        content = file.read(16 * 2**20)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is protected by a password; remove it and send the file again.")
    return "workbook"


def _decodes(path: Path, encoding: str) -> bool | None:
    """Whether NULs occur, or None when the file does not decode."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    has_nul = False
    with path.open("rb") as file:
        try:
            while part := file.read(_CHUNK):
                has_nul |= "\0" in decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return None
    return has_nul
