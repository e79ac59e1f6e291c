"""Archives: what is within, unpacked under names of our own, or refused. Runs in the reading process.

Nothing an archive says about itself is trusted: sizes are counted while unpacking, names are only compared.
"""

from __future__ import annotations

import gzip
import itertools
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from data.errors import FileRejected
from data.ingest import sniff
from data.ingest.limits import MB, limit

SMALL: Final = 64 * MB
"""Up to this size once unpacked, any ratio is harmless."""
_CHUNK: Final = 2**20
_PROLOG: Final = 4096
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|$)", re.DOTALL)
_ROOT: Final = re.compile(rb"<[a-z_:]")
_LONGEST_NAME: Final = 1024
_MOST_IN_WORKBOOK: Final = 20_000
_DIRECTORY: Final = 32 * MB
_END: Final = b"PK\x05\x06"
_SHAPEFILE: Final = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".fbn", ".fbx", ".cst", ".idx"}
_DOCUMENTS: Final = {
    ".pdf", ".doc", ".docx", ".md", ".rtf", ".png", ".jpg", ".jpeg", ".htm", ".html", ".xml", ".ini", ".log", ".lyr", ".qml",
}  # fmt: skip
_READ_ME: Final = ("readme", "说明", "read me", "license")
_WORKBOOKS: Final = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb", "content.xml": ".ods"}
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
_DAMAGE: Final = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    zlib.error,
    struct.error,
    OSError,
    ValueError,
    IndexError,
    RuntimeError,
)


@dataclass(frozen=True)
class Contents:
    """What is to be read: a path, and of a workbook, which is an archive itself, the ending its kind has."""

    path: Path
    workbook: str | None = None


def contents(path: Path, folder: Path) -> Contents:
    """Open a gzip file or zip archive, and archives within, down to the one data set.

    Raises
    ------
    FileRejected
        Any of the ``E_ZIP_*`` codes, ``E_TOO_MANY_FILES``, ``E_CORRUPT``, ``E_FILE_TYPE``, ``E_FILE_ENCRYPTED``,
        ``E_EMPTY_FILE``, ``E_XML``, ``E_SHP_PART_MISSING``.
    """
    given = path
    for depth in range(limit("max_nesting") + 2):
        inner = folder / str(depth)
        try:
            kind = sniff.format_of(path)
        except FileRejected as error:
            raise FileRejected(error.code, str(error).replace(path.name, given.name)) from error
        if kind == "gzip":
            inner.mkdir()
            path = _gunzipped(path, inner / "unpacked")
        elif kind == "zip":
            inner.mkdir()
            found = _unzipped(path, inner)
            if found is None:
                return Contents(path, _kind_of_workbook(path))
            path = found
        else:
            return Contents(path)
        if path.stat().st_size == 0:
            raise FileRejected("E_EMPTY_FILE", f"{given.name} holds an empty file; export it again.")
    raise FileRejected("E_ZIP_BOMB", f"{given.name} holds archives within archives; send the file itself.")


def _unzipped(path: Path, folder: Path) -> Path | None:
    """The data set's path, or None where the archive is a workbook."""
    try:
        _few(path)
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            is_workbook = bool(names & _WORKBOOKS.keys())
            _safe(members, path, _MOST_IN_WORKBOOK if is_workbook else limit("max_members"))
            if "content.xml" in names and "spreadsheet" not in _mime(archive):
                raise FileRejected("E_FILE_TYPE", f"{path.name} is a document, not a table; send a table.")
            if is_workbook:
                _harmless(archive, members, path)
                return None
            if "[Content_Types].xml" in names and any(name.startswith(("word/", "ppt/", "visio/")) for name in names):
                raise FileRejected("E_FILE_TYPE", f"{path.name} is a document, not a table; send a table.")
            if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
                raise FileRejected("E_CORRUPT", f"{path.name} is a workbook without its list of sheets; save it again.")
            if "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names:
                raise FileRejected("E_FILE_TYPE", f"{path.name} is a program; send a table.")
            return _data_set(
                archive, [member for member in members if not member.is_dir() and not _is_litter(member.filename)], path, folder
            )
    except _DAMAGE as error:
        raise FileRejected("E_CORRUPT", f"{path.name} is a damaged archive or workbook ({error}); send it again.") from error


def _kind_of_workbook(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    return next(ending for member, ending in _WORKBOOKS.items() if member in names)


def _data_set(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], path: Path, folder: Path) -> Path:
    """Unpack the one data set: a file, or a Shapefile with its parts."""
    if not members:
        raise FileRejected("E_EMPTY_FILE", f"{path.name} is an archive without files; pack the data.")
    parts = [member for member in members if _suffix(member) in _SHAPEFILE]
    shapes = [member for member in parts if _suffix(member) == ".shp"]
    others = [member for member in members if member not in parts]
    wanted = shapes or others
    if len(wanted) > 1:
        wanted = [m for m in wanted if _suffix(m) not in _DOCUMENTS and not _stem(m).lower().rpartition("/")[2].startswith(_READ_ME)]
    if not shapes and parts and not others:
        raise FileRejected("E_SHP_PART_MISSING", f"{path.name} has parts of a Shapefile but no .shp; send all parts together.")
    if len(wanted) > 1:
        for member in wanted:
            _not_nested(archive, member, path)
        found = ", ".join(PurePosixPath(member.filename).name for member in wanted[:6])
        raise FileRejected("E_TOO_MANY_FILES", f"{path.name} must hold one data set; found {found[:200]}. Pack each on its own.")
    if not wanted:
        raise FileRejected("E_FILE_TYPE", f"{path.name} holds documents but no table; pack the data.")
    left = limit("max_unpacked_mb") * MB
    if not shapes:
        # The ending is only kept where it may say that a file is damaged.
        return _copied(archive, wanted[0], folder / f"unpacked{_known(_suffix(wanted[0]))}", left, path)[0]
    stem = _stem(wanted[0]).lower()
    for part in parts:
        if _stem(part).lower() == stem:
            _, left = _copied(archive, part, folder / f"unpacked{_suffix(part)}", left, path)
    return folder / "unpacked.shp"


def _copied(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, path: Path) -> tuple[Path, int]:
    if member.compress_type not in _METHODS:
        raise FileRejected("E_FILE_TYPE", f"{path.name} is packed by a method that is not read; pack it as a plain ZIP.")
    stated = member.file_size
    # The stated size would end the reading; what is really there is counted instead.
    member.file_size = 2 * left + stated
    with archive.open(member) as given:
        written = _copy(given, target, left, max(1, member.compress_size), path)
    if written != stated:
        raise FileRejected("E_CORRUPT", f"{path.name} states other sizes than it holds; pack it again.")
    return target, left - written


def _copy(given: IO[bytes], target: Path, most: int, packed: int, path: Path) -> int:
    """Copy and count; refuse what grows beyond ``most`` bytes or, when it is large, beyond the ratio to ``packed``."""
    written, ratio = 0, limit("max_ratio")
    with target.open("wb") as copy:
        while part := given.read(_CHUNK):
            written += len(part)
            if written > most or (written > SMALL and written > ratio * packed):
                raise FileRejected("E_ZIP_BOMB", f"{path.name} unpacks to more than is allowed; send the file itself.")
            copy.write(part)
    return written


def _gunzipped(path: Path, target: Path) -> Path:
    try:
        with gzip.open(path, "rb") as given:
            _copy(given, target, limit("max_unpacked_mb") * MB, path.stat().st_size, path)  # type: ignore[arg-type]
    except _DAMAGE as error:
        raise FileRejected("E_CORRUPT", f"{path.name} is damaged or ends early; send it again.") from error
    return target


def _few(path: Path) -> None:
    """Refuse an archive whose directory alone would fill the memory, before it is read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_557))
        end = file.read()
    at = end.rfind(_END)
    if at < 0 or len(end) < at + 22:
        raise FileRejected("E_CORRUPT", f"{path.name} is an archive or workbook that ends early; send it again.")
    entries, directory = struct.unpack("<H", end[at + 10 : at + 12])[0], struct.unpack("<I", end[at + 12 : at + 16])[0]
    if (directory != 0xFFFFFFFF and directory > _DIRECTORY) or (
        entries != 0xFFFF and entries > max(_MOST_IN_WORKBOOK, limit("max_members"))
    ):
        raise FileRejected("E_TOO_MANY_FILES", f"{path.name} holds more files than allowed; pack each data set on its own.")


def _safe(members: list[zipfile.ZipInfo], path: Path, most: int) -> None:
    """Refuse what leads outside, hides, repeats or explodes."""
    files = [member for member in members if not member.is_dir()]
    for member in members:
        given = member.orig_filename
        name = PurePosixPath(member.filename.replace("\\", "/"))
        first = name.parts[0] if name.parts else ""
        if "\0" in given or len(given) > _LONGEST_NAME or name.is_absolute() or ".." in name.parts or ":" in first or not first:
            raise FileRejected("E_ZIP_PATH", f"{path.name} has a path that leads outside the archive; pack plain files.")
        mode = stat.S_IFMT(member.external_attr >> 16) if member.create_system == 3 else 0
        if mode not in {0, stat.S_IFREG, stat.S_IFDIR} or stat.S_ISLNK(member.external_attr >> 16):
            raise FileRejected("E_ZIP_LINK", f"{path.name} contains a link or a device; pack the real files.")
    if len(files) > most:
        raise FileRejected("E_TOO_MANY_FILES", f"{path.name} holds {len(files):,} files, allowed are {most:,}.")
    if any(member.flag_bits & 1 for member in files):
        raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is protected by a password; remove it.")
    lowered = [str(PurePosixPath(member.filename.replace("\\", "/"))).lower() for member in files]
    if len(set(lowered)) != len(lowered):
        raise FileRejected("E_ZIP_DUP", f"{path.name} holds two files of one name.")
    total, packed = sum(member.file_size for member in files), sum(member.compress_size for member in files)
    spans = sorted((member.header_offset, member.header_offset + member.compress_size) for member in files)
    overlap = any(end > start for (_, end), (start, _) in itertools.pairwise(spans)) or packed > path.stat().st_size
    if overlap or total > limit("max_unpacked_mb") * MB or (total > SMALL and total > limit("max_ratio") * max(1, packed)):
        raise FileRejected("E_ZIP_BOMB", f"{path.name} would unpack to {total:,} bytes; send the files themselves.")


def _harmless(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], path: Path) -> None:
    """Refuse a workbook whose XML declares entities, whose parts are not what they say, or that is encrypted."""
    for member in members:
        if member.is_dir() or not member.filename.endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(member) as part:
            text = _before_root(part)
        if b"<!doctype" in text or b"<!entity" in text:
            raise FileRejected("E_XML", f"{path.name} declares entities in its XML; save it again with a spreadsheet program.")
    if "META-INF/manifest.xml" in archive.namelist():
        with archive.open("META-INF/manifest.xml") as part:
            if b"encryption-data" in part.read(MB):
                raise FileRejected("E_FILE_ENCRYPTED", f"{path.name} is protected by a password; remove it.")


def _before_root(part: IO[bytes]) -> bytes:
    """An XML text up to some way behind where its first element begins, in small letters."""
    text = b""
    while len(text) < MB and (more := part.read(_PROLOG)):
        text += more.replace(b"\0", b"").lower()
        if _ROOT.search(_COMMENT.sub(b"", text)):
            break
    return text


def _not_nested(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    """Refuse several archives within an archive."""
    if member.compress_type in _METHODS:
        with archive.open(member) as part:
            start = part.read(4)
        if start.startswith((b"PK\x03\x04", b"\x1f\x8b")) and _suffix(member) not in {".xlsx", ".xlsm", ".xlsb", ".ods"}:
            raise FileRejected("E_ZIP_BOMB", f"{path.name} holds several archives; send the files themselves.")


def _mime(archive: zipfile.ZipFile) -> str:
    if "mimetype" not in archive.namelist():
        return "spreadsheet"
    with archive.open("mimetype") as part:
        return part.read(200).decode("ascii", "ignore")


def _is_litter(name: str) -> bool:
    """Whether a member is what desktops add to archives by themselves."""
    path = PurePosixPath(name.replace("\\", "/"))
    return "__MACOSX" in path.parts or path.name.startswith((".", "~$")) or path.name.lower() in {"thumbs.db", "desktop.ini"}


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename.replace("\\", "/")).suffix.lower()


def _stem(member: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(member.filename.replace("\\", "/")).with_suffix(""))


def _known(suffix: str) -> str:
    return suffix if sniff.names_no_text(Path(f"x{suffix}")) else ""
