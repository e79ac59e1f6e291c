"""Where a row belongs: by its position, exact, else by the codes and names it gives itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from data.ingest.areas import Division
from data.ingest.datum import to_wgs84
from data.ingest.features import transformer_to_wgs84
from data.ingest.locate import Locator
from data.ingest.rules import BIT, POSITION_CODES
from data.schema import DATUMS

Floats = npt.NDArray[np.float64]

PAD: Final = 0.1
"""How far outside its box, as a share of the longer side, a position still counts as belonging to the whole area."""
SWAPPED: Final = POSITION_CODES.index("E_COORD_SWAPPED")
OUT_OF_AREA: Final = POSITION_CODES.index("E_COORD_OUT_OF_AREA")
CRS: Final = POSITION_CODES.index("E_COORD_CRS")
UNKNOWN_DATUM: Final = 255


@dataclass(frozen=True)
class Positions:
    """Judged positions.

    Attributes
    ----------
    lon, lat
        WGS 84 degrees; NaN where ``code`` is not 0.
    code
        Index into :data:`data.ingest.rules.POSITION_CODES`.
    area_ix
        Deepest area that holds the position, -1 where none does.
    """

    lon: Floats
    lat: Floats
    code: npt.NDArray[np.uint8]
    area_ix: npt.NDArray[np.int32]


def to_degrees(lon: Floats, lat: Floats, code: npt.NDArray[np.uint8], datum_ix: npt.NDArray[np.uint8], epsg: str | None) -> None:
    """Bring usable positions to WGS 84 in place; ``datum_ix`` indexes ``DATUMS``, 255 is a datum that is not known."""
    code[(code == 0) & (datum_ix == UNKNOWN_DATUM)] = CRS
    for ix, datum in enumerate(DATUMS):
        chosen = (code == 0) & (datum_ix == ix)
        if datum != "WGS84" and chosen.any():
            lon[chosen], lat[chosen] = to_wgs84(lon[chosen], lat[chosen], "GCJ02" if datum == "GCJ02" else "BD09")
    transformer = transformer_to_wgs84(epsg) if epsg else None
    if transformer is not None:
        chosen = code == 0
        lon[chosen], lat[chosen] = transformer.transform(lon[chosen], lat[chosen])
        code[chosen & ~(np.isfinite(lon) & np.isfinite(lat))] = CRS


def judge(lon: Floats, lat: Floats, code: npt.NDArray[np.uint8], division: Division | None) -> Positions:
    """Set aside positions far outside the whole area, tell swapped pairs, and locate the rest to the deepest area.

    Without areas, or where the whole area has no boundary, only what is no position at all is set aside.
    """
    area_ix = np.full(len(lon), -1, dtype=np.int32)
    box = division.box if division else None
    if division is not None and box is not None:
        west, south, east, north = box
        pad = max(east - west, north - south) * PAD
        inside = (lon >= west - pad) & (lon <= east + pad) & (lat >= south - pad) & (lat <= north + pad)
        turned = (lat >= west - pad) & (lat <= east + pad) & (lon >= south - pad) & (lon <= north + pad)
        outside = (code == 0) & ~inside
        code[outside & turned] = SWAPPED
        code[outside & ~turned] = OUT_OF_AREA
        open_rows = np.flatnonzero(code == 0)
        for locator in division.locators(len(open_rows)):
            found = locator.locate(lon[open_rows], lat[open_rows])
            area_ix[open_rows] = found
            open_rows = open_rows[found < 0]
        whole = division.areas[0].boundary
        if whole is not None and len(open_rows):
            # The whole area may have a boundary of its own, not just the sum of those below.
            area_ix[open_rows] = Locator([whole], [0]).locate(lon[open_rows], lat[open_rows])
    lon, lat = np.where(code == 0, lon, np.nan), np.where(code == 0, lat, np.nan)
    return Positions(lon, lat, code, area_ix)


class OwnCodes:
    """Resolves the codes and names a row gives for its area, whatever level they stand at."""

    def __init__(self, division: Division, levels: Sequence[str]) -> None:
        self._areas, self._levels = division.areas, levels
        self._last = division.table["last_ix"].to_numpy()
        self._by_text: dict[str, list[int]] = {}
        for ix, area in enumerate(division.areas):
            for text in {area.code, area.name}:
                self._by_text.setdefault(text, []).append(ix)
        self._has_level = {area.depth for area in division.areas}

    def resolve(self, area_code: str | None, by_level: Sequence[str | None]) -> tuple[int, int]:
        """The deepest area the row names (-1: none), and the bits of what is wrong with its codes.

        Parameters
        ----------
        by_level
            A code or name per level below the whole area, in the order of the levels.
        """
        bits, at = 0, -1
        if len(self._areas) == 1:
            return at, bits
        for depth, text in enumerate(by_level, 1):
            if text is None or depth not in self._has_level:
                continue
            candidates = [ix for ix in self._by_text.get(text, []) if self._areas[ix].depth == depth]
            within = [ix for ix in candidates if at < 0 or at <= ix <= self._last[at]]
            if within and (len(within) == 1 or at >= 0):
                at = within[0]
            elif candidates and not within:
                bits |= BIT["E_GRID_MISMATCH"]
            elif not candidates:
                bits |= BIT["E_FK_GRID" if depth == len(self._levels) - 1 else "E_FK_STREET"]
        if area_code is not None:
            ix = self._by_code(area_code)
            if ix is None:
                bits |= BIT["E_FK_STREET" if len(area_code) in {6, 9} and area_code.isdigit() else "E_FK_GRID"]
            elif at < 0 or at <= ix <= self._last[at]:
                at = ix
            elif not ix <= at <= self._last[ix]:
                bits |= BIT["E_GRID_MISMATCH"]
        return at, bits

    def _by_code(self, code: str) -> int | None:
        exact = [ix for ix in self._by_text.get(code, []) if self._areas[ix].code == code] or self._by_text.get(code, [])
        if exact:
            return max(exact, key=lambda ix: self._areas[ix].depth)
        longest = max((len(area.code) for area in self._areas if area.code.isdigit()), default=0)
        if code.isdigit() and len(code) in {12, 15} and len(code) > longest:
            # A code deeper than the division goes: it belongs to the area whose code it begins with.
            for length in (12, 9, 6):
                if length < len(code) and code[:length] in self._by_text:
                    return self._by_text[code[:length]][0]
        return None
