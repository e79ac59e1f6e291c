"""The head of the page and the controls."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.charts import controls, masthead
from dashboard.charts.controls import Chip, Definitions
from dashboard.charts.masthead import Tab
from dashboard.links import attributes, merge
from dashboard.look import Look
from dashboard.saved.opener import opener
from dashboard.scenes.applied import lacks
from dashboard.scenes.walk import Step, step
from dashboard.words import say
from data.window import say_comparison


def build(look: Look) -> tuple[Any, ...]:
    """Title, scenes, sentence, clock, menus of the screen; and what stands in the scene."""
    shows = say("map_shows", look.lang, indicator=look.indicator.names.in_(look.lang))
    versus = f"{shows} · {say_comparison(look.view, look.window).in_(look.lang)}"
    following = _following(look)
    code = masthead.view_code(look.written, look.lang)
    head = _head(look, "screen", versus, _scenes(look), touring=_touring(look, following), code=code)
    return head, _arranged(look, following)


def study(look: Look) -> tuple[Any, ...]:
    """The same of the analysis page, which compares nothing and has domains instead of scenes."""
    tabs = masthead.domains(_domains(look), look.selection.domain, look.address, look.lang)
    return (_head(look, "study", "", tabs),)


def _head(look: Look, here: str, versus: str, tabs: Any, *, touring: Any = None, code: Any = None) -> html.Div:
    snapshot, selection, lang = look.view.snapshot, look.selection, look.lang
    title, says, clock = masthead.draw(
        snapshot.areas.names[look.area_ix], sentence=look.sentence, versus=versus, snapshot=snapshot, notes=look.notes, lang=lang
    )
    chips = [Chip(text, changes) for text, changes in look.other_filters] if here == "screen" else []  # the workbench has its own
    menus = controls.draw(
        selection,
        look.window,
        categories=snapshot.categories,
        sources=snapshot.sources,
        definitions=Definitions(look.view.definition, tuple(snapshot.definitions.values())),
        chips=chips,
        address=look.address,
        lang=lang,
        here=here,
        spare=[] if selection.kiosk else [opener(lang), *([masthead.code_menu(look.address, lang)] if here == "study" else [])],
    )
    side = html.Div([menus] if touring is None else [menus, touring], className="head-side")
    rows = [html.Div([title, tabs, clock], className="head-line is-first"), html.Div([says, side], className="head-line")]
    return html.Div(rows if code is None else [*rows, code], className="masthead")


def _domains(look: Look) -> list[str]:
    tree = look.view.snapshot.categories
    return [tree.names[ix] for ix in tree.tops()]


def _scenes(look: Look) -> html.Nav:
    """A tab for each scene that the data have something of, and one for each domain that no such scene is about."""
    scenes, scene, lang = look.scenes, look.scene, look.lang
    assert scenes is not None  # noqa: S101 — the screen has scenes
    offered = [one for one in scenes if one is scene or not lacks(one, look.view)]
    told = {name for one in offered for name in one.sets.get("domain", ())}
    others = [name for name in _domains(look) if name not in told]
    is_domain = scene is scenes.first and bool(look.selection.domain)
    listed = [
        Tab(one.name(lang), {"scene": None if one is scenes.first else one.key, **one.says}, one is scene and not is_domain)
        for one in offered
    ]
    spare = [
        Tab(tab.name, {"scene": None, "domain": tab.changes["domain"]}, tab.is_chosen)
        for tab in masthead.domain_tabs(others, look.selection.domain if is_domain else (), lang)
    ]
    return masthead.tabs(listed, spare, merge(look.written, dict.fromkeys(("scene", *scenes.keys))), lang, say("scenes", lang))


def _following(look: Look) -> Step | None:
    if not look.selection.tour or look.scenes is None or look.scene is None:
        return None
    return step(look.scenes, look.view, look.selection, look.scene)


def _touring(look: Look, following: Step | None) -> html.P | None:
    """Where the tour goes next, or that it waits; ``tour.js`` puts the seconds in."""
    if following is None:
        return None
    areas, lang = look.view.snapshot.areas, look.lang
    name = following.stop.scene.name(lang)
    to = name if following.stop.area_ix == look.area_ix else f"{name} {areas.names[following.stop.area_ix]}"
    words = attributes(data_running=say("tour_next", lang, to=to), data_paused=say("tour_paused", lang, to=to, n="{n}"))
    return html.P(say("tour_next", lang, to=to), className="touring", role="status", **words)


def _arranged(look: Look, following: Step | None) -> dict[str, Any]:
    """For the scripts: which panels stand, which keys the scene answers for, how the tour goes on, which snapshot is shown."""
    scenes, scene = look.scenes, look.scene
    assert scenes is not None and scene is not None  # noqa: S101, PT018 — the screen has scenes
    told = {
        "scene": scene.key,
        "panels": [key for keys in scene.columns.values() for key in keys],
        "snapshot": look.view.snapshot.id,
        "keys": list(scene.keys),
        "kiosk": look.selection.kiosk,
        "tour": following and {"changes": following.changes, "seconds": following.seconds, "resume": scenes.resume_seconds},
    }
    return {key: value for key, value in told.items() if value}
