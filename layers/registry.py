"""The registry of map layers, in the order in which the switch lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layers import areas, blind_spots, density, events, hotspots, overdue, video
from layers.layer import Layer

LAYERS: Final[Mapping[str, Layer]] = {
    layer.key: layer
    for layer in (
        areas.LAYER,
        overdue.LAYER,
        video.LAYER,
        blind_spots.LAYER,
        hotspots.LAYER,
        hotspots.CHANGE,
        events.LAYER,
        density.LAYER,
    )
}
"""Every layer by key."""


def chosen(layers: tuple[str, ...] | None) -> tuple[str, ...]:
    """Keys of the layers to draw: those of the address, else those that are on by default. Unknown keys are left out."""
    if layers is None:
        return tuple(key for key, layer in LAYERS.items() if layer.on_by_default)
    return tuple(key for key in LAYERS if key in layers)
