"""The one palette: every colour of map, charts and pages, for walls (dark) and for desks (light).

Rules that the contract tests hold:

* Red and orange mean *overdue* and *due soon* and nothing else.
* ``sequential`` is one hue in five steps whose luminance is monotone; "no data" is hatched, never the lowest step.
* Domain colours stay apart under the three common colour-vision deficiencies.
* ``text`` and ``quiet`` reach WCAG AA (4.5 : 1) on ``ground`` and ``surface``; marks reach 3 : 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Theme = Literal["dark", "light"]

DOMAINS: Final = ("大民生", "大建管", "大平安", "大市场", "大城运")
"""The five domains in the order of ``Palette.categorical``; a domain of another name takes the next free colour."""

UNCLASSIFIED: Final = "未分类"


@dataclass(frozen=True)
class Palette:
    """Colours as ``#rrggbb``.

    Attributes
    ----------
    ground, surface, line
        The page, what lies on it (menus, tooltips), hairlines.
    text, quiet, faint
        Values and headings; labels and explanations; what need not be read (grid lines' labels, inactive marks).
    accent
        What is selected, and the one line of a sparkline.
    sequential
        Five steps of one hue, from little to much.
    diverging
        Two hues around what cannot be told apart: less, a little less, neither, a little more, more.
    no_data
        The two colours of the hatching: stripe and gap.
    categorical
        Calm colours for domains and other names, in order.
    rest
        What has no colour of its own: the remaining names, 未分类.
    overdue, due_soon
        Past its deadline; will soon be. Used for nothing else.
    event, video
        Marks of other events and of video points on the map.
    border, border_strong, halo
        Outlines of areas, of the level above them, and the edge drawn around labels and marks.
    """

    ground: str
    surface: str
    line: str
    text: str
    quiet: str
    faint: str
    accent: str
    sequential: tuple[str, str, str, str, str]
    diverging: tuple[str, str, str, str, str]
    no_data: tuple[str, str]
    categorical: tuple[str, ...]
    rest: str
    overdue: str
    due_soon: str
    event: str
    video: str
    border: str
    border_strong: str
    halo: str

    def domains(self, names: Iterable[str]) -> dict[str, str]:
        """A colour for each domain, the same wherever the same names are shown.

        The five known domains keep theirs; others take the free colours in the order given, then ``rest``.
        Give the whole snapshot's domains, not the selected ones, or colours would change with a filter.
        """
        known = dict(zip(DOMAINS, self.categorical, strict=False))
        wanted = list(dict.fromkeys(names))
        taken = {known[name] for name in wanted if name in known}
        free = iter([colour for colour in self.categorical if colour not in taken])
        return {name: self.rest if name == UNCLASSIFIED else known.get(name) or next(free, self.rest) for name in wanted}

    def css(self) -> Mapping[str, str]:
        """Names and values of the CSS variables, ``--quanyu-ground`` to ``--quanyu-categorical-8``."""
        variables: dict[str, str] = {}
        for name, value in vars(self).items():
            key = f"--quanyu-{name.replace('_', '-')}"
            if isinstance(value, str):
                variables[key] = value
            else:
                variables.update({f"{key}-{position}": colour for position, colour in enumerate(value, start=1)})
        return variables


DARK: Final = Palette(
    ground="#0a111c",
    surface="#131d2b",
    line="#1f2b3b",
    text="#f2f6fa",
    quiet="#a3b2c4",
    faint="#75869b",
    accent="#7fd0ff",
    sequential=("#16283f", "#1c4468", "#25649a", "#3c8ac4", "#73b6e4"),
    diverging=("#6ecb9a", "#2c6a4a", "#1b2534", "#5d4a86", "#c9b0f2"),
    no_data=("#2c3746", "#111a27"),
    categorical=("#2c8ed2", "#6ecbaa", "#c9b0f2", "#cfbd6c", "#717a87", "#56b3ba", "#e8bce5", "#95ac68"),
    rest="#5d6a7c",
    overdue="#ff6a5a",
    due_soon="#ffab40",
    event="#c3cfdd",
    video="#e8f1fa",
    border="#0a1320",
    border_strong="#93a7bd",
    halo="#070c14",
)
"""For walls."""

LIGHT: Final = Palette(
    ground="#ffffff",
    surface="#f5f7fa",
    line="#dde3ea",
    text="#16202c",
    quiet="#4d5b6b",
    faint="#778493",
    accent="#0b6fb3",
    sequential=("#dceaf6", "#aecfe9", "#74add8", "#3c85bd", "#175c92"),
    diverging=("#00775a", "#82cdac", "#e9edf1", "#c3addd", "#5b4184"),
    no_data=("#c9d1da", "#f1f3f6"),
    categorical=("#1e8fd2", "#00664a", "#5b4184", "#9a8a3a", "#838fa3", "#047e83", "#6b3459", "#516e29"),
    rest="#8f99a6",
    overdue="#c92a1a",
    due_soon="#b06000",
    event="#4d5b6b",
    video="#16202c",
    border="#ffffff",
    border_strong="#5a6b7d",
    halo="#ffffff",
)
"""For desks."""

PALETTES: Final[Mapping[Theme, Palette]] = {"dark": DARK, "light": LIGHT}
