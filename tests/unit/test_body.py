"""Callback bodies: what a page sends passes, whatever else is refused and never fails."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from dash import ALL, Dash, Input, Output, State, html
from hypothesis import given
from hypothesis import strategies as st

from dashboard.body import MAX_BYTES, MAX_DEPTH, BodyFault, Shapes, depth, parsed
from dashboard.page import text, whole

ACCEPTS = {"in.value": text(20), "kept.data": text(20), '{"index":["ALL"],"kind":"row"}.n_clicks': whole(0, 1000)}


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    app = Dash("planted", assets_folder="", use_pages=False)
    app.layout = html.Div()
    app.callback(Output("out", "children"), Output("out", "title"), Input("in", "value"), State("kept", "data"))(lambda *_: None)
    app.callback(Output("single", "children"), Input({"kind": "row", "index": ALL}, "n_clicks"))(lambda *_: None)
    app.clientside_callback("function(x) { return x; }", Output("browser", "children"), Input("in", "value"))
    return Shapes(app.callback_map, ACCEPTS)


def good() -> dict[str, Any]:
    return {
        "output": "..out.children...out.title..",
        "outputs": [{"id": "out", "property": "children"}, {"id": "out", "property": "title"}],
        "inputs": [{"id": "in", "property": "value", "value": "x"}],
        "state": [{"id": "kept", "property": "data", "value": None}],
        "changedPropIds": ["in.value"],
        "parsedChangedPropsIds": ["in.value"],
    }


def many() -> dict[str, Any]:
    rows = [{"id": {"kind": "row", "index": n}, "property": "n_clicks", "value": n} for n in range(3)]
    return {
        "output": "single.children",
        "outputs": {"id": "single", "property": "children"},
        "inputs": [rows],
        "changedPropIds": ['{"index":1,"kind":"row"}.n_clicks'],
    }


def test_bodies_of_the_page_pass(shapes: Shapes) -> None:
    assert len(shapes) == 2
    for body in (good(), many()):
        assert shapes.check(json.dumps(body).encode()) == body


def without(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda body: body.pop(key)


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], Any]:
    def change(body: Any) -> None:
        for step in path[:-1]:
            body = body[step]
        body[path[-1]] = value

    return change


BAD: dict[str, Callable[[dict[str, Any]], Any]] = {
    "unknown output": put("output", value="out.style"),
    "clientside output": put("output", value="browser.children"),
    "output of another kind": put("output", value=["out.children"]),
    "no output": without("output"),
    "no inputs": without("inputs"),
    "no state": without("state"),
    "no outputs": without("outputs"),
    "other outputs": put("outputs", 0, "id", value="page"),
    "other property": put("outputs", 0, "property", value="style"),
    "outputs exchanged": lambda body: body["outputs"].reverse(),
    "too few outputs": lambda body: body["outputs"].pop(),
    "other input": put("inputs", 0, "id", value="kept"),
    "input twice": lambda body: body["inputs"].append(body["inputs"][0]),
    "input as a list": put("inputs", 0, value=[]),
    "input as a text": put("inputs", 0, value="in"),
    "pattern as id": put("inputs", 0, "id", value={"kind": "row"}),
    "id as a number": put("inputs", 0, "id", value=7),
    "property as a list": put("inputs", 0, "property", value=["value"]),
    "value too long": put("inputs", 0, "value", value="x" * 21),
    "value of another type": put("inputs", 0, "value", value={"x": 1}),
    "a key more": put("inputs", 0, "extra", value=1),
    "a top key more": put("job", value="1"),
    "changed something else": put("changedPropIds", value=["page.children"]),
    "changed no list": put("changedPropIds", value="in.value"),
    "changed a broken pattern": put("changedPropIds", value=["{in.value"]),
    "parsed no list": put("parsedChangedPropsIds", value={}),
}


@pytest.mark.parametrize("name", BAD)
def test_other_bodies_are_refused(shapes: Shapes, name: str) -> None:
    body = good()
    BAD[name](body)
    with pytest.raises(BodyFault):
        shapes.check(json.dumps(body).encode())


@pytest.mark.parametrize(
    "identity", [{"kind": "row"}, {"kind": "other", "index": 1}, {"kind": "row", "index": "x" * 81}, {"kind": "row", "index": [1]}]
)
def test_ids_that_do_not_fit_the_pattern_are_refused(shapes: Shapes, identity: Any) -> None:
    body = many()
    body["inputs"][0][0]["id"] = identity
    with pytest.raises(BodyFault):
        shapes.check(json.dumps(body).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b"{",
        b"\xff",
        b'{"output": NaN}',
        b'{"output": 1e999}',
        b'{"output": "\\ud800"}',
        b'{"output": ' + b"9" * 5000 + b"}",
        b"[" * 20000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b" " * (MAX_BYTES + 1),
        b'"' + b"\\" * 1001,
    ],
)
def test_bytes_that_are_no_body_are_refused(shapes: Shapes, raw: bytes) -> None:
    with pytest.raises(BodyFault):
        shapes.check(raw)


def nested(deep: int) -> bytes:
    return b"[" * deep + b"]" * deep


def test_depth_counts_brackets_outside_texts() -> None:
    assert depth(b'{"a": ["[[[[\\"[[", {}]}') == 3
    assert parsed(nested(MAX_DEPTH)) is not None
    with pytest.raises(BodyFault):
        parsed(nested(MAX_DEPTH + 1))


def test_an_input_that_no_page_accepts_is_found_at_the_start() -> None:
    app = Dash("planted", assets_folder="", use_pages=False)
    app.callback(Output("out", "children"), Input("in", "value"))(lambda *_: None)
    with pytest.raises(LookupError, match=r"in\.value"):
        Shapes(app.callback_map, {})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "property", "value", "x"]), inner, max_size=4),
    max_leaves=12,
)


@given(
    path=st.sampled_from(["output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"]),
    value=JSON,
    is_many=st.booleans(),
)
def test_any_value_anywhere_is_accepted_or_refused_but_never_fails(shapes: Shapes, path: str, value: Any, is_many: bool) -> None:
    body = copy.deepcopy(many() if is_many else good())
    body[path] = value
    try:
        shapes.check(json.dumps(body).encode("utf-8", "surrogatepass"))
    except BodyFault:
        return
    assert (
        path == "parsedChangedPropsIds"
        or value in ([], None)
        or (is_many and value == [[]])
        or value == (many() if is_many else good())[path]
    )
