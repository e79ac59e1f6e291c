"""What a callback's request may look like. Anything else ends in 4xx before Dash reads it.

Plain Dash trusts the body: unknown outputs, missing keys or wrong types end in a traceback. Here every body is compared with
what the application itself registered: the output, the ids and properties of all inputs and states in their order, and for
each of them the values its page accepts (:attr:`dashboard.page.Page.accepts`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboard.page import Accept

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16
MAX_KEYS: Final = 64
KEYS: Final = frozenset({"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"})
WILDCARDS: Final = ("ALL", "MATCH", "ALLSMALLER")


class BodyFault(Exception):
    """A body that no page of this application sends. The text is a word for the metrics, never shown."""


def depth(text: bytes) -> int:
    """Deepest nesting of brackets outside strings, without recursion."""
    deepest = now = 0
    in_string = escaped = False
    for byte in text:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in (0x5B, 0x7B):
            now += 1
            deepest = max(deepest, now)
        elif byte in (0x5D, 0x7D):
            now -= 1
    return deepest


def parsed(text: bytes) -> Any:
    """The JSON value of ``text``.

    Raises
    ------
    BodyFault
        Too large, too deep, not UTF-8, not JSON, or with numbers or characters that JSON cannot carry back.
    """
    if len(text) > MAX_BYTES:
        raise BodyFault("large")
    if depth(text) > MAX_DEPTH:
        raise BodyFault("deep")
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # lone surrogates fail here, not in an answer
    except (ValueError, RecursionError) as error:
        raise BodyFault("json") from error
    return value


def _refuse(name: str) -> float:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


@dataclass(frozen=True)
class Property:
    """One registered input, state or output: an id (a text, or a mapping where it is a pattern) and a property."""

    component: str | Mapping[str, Any]
    name: str

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Property:
        """From Dash's ``{"id", "property"}``, where a pattern's id is JSON text."""
        component = raw["id"]
        if isinstance(component, str) and component.startswith("{"):
            component = json.loads(component)
        return cls(component, raw["property"].split("@")[0])

    @property
    def key(self) -> str:
        """``id.property``; a pattern is written with its wildcards."""
        component = self.component if isinstance(self.component, str) else json.dumps(self.component, sort_keys=True, separators=(",", ":"))
        return f"{component}.{self.name}"

    @property
    def is_many(self) -> bool:
        """Whether a browser sends a list of components."""
        return not isinstance(self.component, str) and any(v in (["ALL"], ["ALLSMALLER"]) for v in self.component.values())

    def matches(self, component: Any, name: Any) -> bool:
        """Whether what a browser sent names this property."""
        if not isinstance(name, str) or name.split("@")[0] != self.name:
            return False
        if isinstance(self.component, str):
            return bool(component == self.component)
        return (
            isinstance(component, dict)
            and component.keys() == self.component.keys()
            and all(_fits(component[key], wanted) for key, wanted in self.component.items())
        )


def _fits(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, list):
        return bool(value == wanted)
    if isinstance(value, str):
        return len(value) <= 80
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31


@dataclass(frozen=True)
class Shape:
    """One registered server callback as its requests must look."""

    outputs: tuple[Property, ...]
    is_multiple: bool
    inputs: tuple[Property, ...]
    state: tuple[Property, ...]
    accepts: Mapping[str, Accept]

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise BodyFault where the body differs."""
        outputs = body.get("outputs")
        sent = outputs if self.is_multiple else [outputs]
        if not self.outputs:
            sent = [] if outputs in (None, [], {}) else [outputs]
        self._compare(self.outputs, sent, with_values=False)
        self._compare(self.inputs, body.get("inputs"), with_values=True)
        self._compare(self.state, body.get("state", []), with_values=True)
        self._changed(body.get("changedPropIds"))
        if not isinstance(body.get("parsedChangedPropsIds", []), list):
            raise BodyFault("changed")

    def _compare(self, wanted: Sequence[Property], sent: Any, *, with_values: bool) -> None:
        if not isinstance(sent, list) or len(sent) != len(wanted):
            raise BodyFault("shape")
        for row, item in zip(wanted, sent, strict=True):
            if isinstance(item, list) != row.is_many:
                raise BodyFault("shape")
            for one in item if isinstance(item, list) else [item]:
                if not isinstance(one, dict) or not one.keys() <= {"id", "property", "value"} or not {"id", "property"} <= one.keys():
                    raise BodyFault("shape")
                if not row.matches(one["id"], one["property"]):
                    raise BodyFault("id")
                if with_values and not self.accepts[row.key](one.get("value")):
                    raise BodyFault("value")

    def _changed(self, sent: Any) -> None:
        if not isinstance(sent, list) or len(sent) > MAX_KEYS or not all(isinstance(name, str) for name in sent):
            raise BodyFault("changed")
        for name in sent:
            component, _, prop = name.rpartition(".")
            if not any(row.matches(_identity(component), prop) for row in (*self.inputs, *self.state)):
                raise BodyFault("changed")


def _identity(component: str) -> Any:
    if not component.startswith("{"):
        return component
    try:
        return json.loads(component)
    except ValueError as error:
        raise BodyFault("changed") from error


class Shapes:
    """All server callbacks of an application.

    Parameters
    ----------
    callbacks
        Dash's ``callback_map``; entries without a Python function run in the browser and are left out.
    accepts
        ``id.property`` → accepted values.

    Raises
    ------
    LookupError
        An input or state of a server callback has no entry in ``accepts``.
    """

    def __init__(self, callbacks: Mapping[str, Any], accepts: Mapping[str, Accept]) -> None:
        self._shapes: dict[str, Shape] = {}
        for name, callback in callbacks.items():
            if "callback" not in callback:
                continue
            raw = callback["output"]
            outputs = [] if callback.get("no_output") else raw if isinstance(raw, (list, tuple)) else [raw]
            shape = Shape(
                tuple(Property.of(output.to_dict()) for output in outputs),
                isinstance(raw, (list, tuple)),
                tuple(Property.of(row) for row in callback["inputs"]),
                tuple(Property.of(row) for row in callback["state"]),
                accepts,
            )
            missing = [row.key for row in (*shape.inputs, *shape.state) if row.key not in accepts]
            if missing:
                raise LookupError(f"The page must say what {', '.join(missing)} may hold: add it to its accepts.")
            self._shapes[name] = shape

    def __len__(self) -> int:
        return len(self._shapes)

    def check(self, text: bytes) -> dict[str, Any]:
        """The body of a request that a page of this application could have sent.

        Raises
        ------
        BodyFault
            It could not.
        """
        body = parsed(text)
        if not isinstance(body, dict) or not body.keys() <= KEYS:
            raise BodyFault("keys")
        name = body.get("output")
        shape = self._shapes.get(name) if isinstance(name, str) else None
        if shape is None:
            raise BodyFault("output")
        shape.check(body)
        return body
