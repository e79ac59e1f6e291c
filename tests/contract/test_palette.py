"""The palette's own promises: contrast, one hue that only gets lighter, domains apart for colour-blind eyes."""

from __future__ import annotations

import colorsys
import itertools

import numpy as np
import pytest

from layers.palette import DOMAINS, PALETTES, UNCLASSIFIED, Palette

# Machado, Oliveira and Fernandes (2009), severity 1, on linear light
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
THEMES = pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())


def light(colour: str) -> np.ndarray:
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(light(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(linear: np.ndarray) -> np.ndarray:
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = matrix @ np.clip(linear, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@THEMES
def test_text_and_marks_have_contrast(palette: Palette) -> None:
    for ground in (palette.ground, palette.surface):
        assert contrast(palette.text, ground) >= 4.5
        assert contrast(palette.quiet, ground) >= 4.5
    for mark in (palette.accent, palette.overdue, palette.due_soon, palette.event, palette.video, *palette.categorical):
        assert contrast(mark, palette.ground) >= 3


@THEMES
def test_the_scale_is_one_hue_and_goes_one_way(palette: Palette) -> None:
    steps = [luminance(colour) for colour in palette.sequential]
    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert all(contrast(one, other) >= 1.3 for one, other in itertools.pairwise(palette.sequential))
    hues = [colorsys.rgb_to_hls(*(int(c[at : at + 2], 16) / 255 for at in (1, 3, 5)))[0] * 360 for c in palette.sequential]
    assert max(hues) - min(hues) < 25
    assert palette.no_data[0] not in palette.sequential


@THEMES
@pytest.mark.parametrize("eye", DEFICIENCIES)
def test_domains_stay_apart(palette: Palette, eye: str) -> None:
    seen = [lab(np.array(DEFICIENCIES[eye]) @ light(colour)) for colour in palette.categorical[: len(DOMAINS)]]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2)) > 15


@THEMES
@pytest.mark.parametrize("eye", DEFICIENCIES)
def test_less_and_more_stay_apart(palette: Palette, eye: str) -> None:
    less, little_less, neither, little_more, more = (lab(np.array(DEFICIENCIES[eye]) @ light(colour)) for colour in palette.diverging)
    pairs = (
        (less, more),
        (little_less, little_more),
        (little_less, neither),
        (little_more, neither),
        (less, little_less),
        (more, little_more),
    )
    assert min(np.linalg.norm(one - other) for one, other in pairs) > 18


@THEMES
def test_red_and_orange_mean_one_thing(palette: Palette) -> None:
    others = [value for name, value in vars(palette).items() if isinstance(value, str) and name not in ("overdue", "due_soon")]
    for colour in (*others, *palette.sequential, *palette.diverging, *palette.categorical):
        hue, _, saturation = colorsys.rgb_to_hls(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))
        assert not (saturation > 0.45 and (hue * 360 < 40 or hue * 360 > 345)), colour


def test_a_domain_keeps_its_colour_and_others_take_free_ones() -> None:
    palette = PALETTES["dark"]
    assert palette.domains(DOMAINS) == dict(zip(DOMAINS, palette.categorical, strict=False))
    mixed = palette.domains(["NYPD", "大平安", UNCLASSIFIED, *(f"A{n}" for n in range(20))])
    assert mixed["大平安"] == palette.categorical[2]
    assert mixed[UNCLASSIFIED] == palette.rest
    named = [colour for colour in mixed.values() if colour != palette.rest]
    assert len(named) == len(set(named)) == len(palette.categorical)
    assert len(palette.css()) == len(set(palette.css())) >= 30
