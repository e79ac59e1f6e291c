"""Kept answers: asked once, per viewer, errors never kept."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.answers import Answers


def view(snapshot: str = "s1", definition: str = "d1", scope: tuple[str, ...] | None = None) -> Any:
    return SimpleNamespace(snapshot=SimpleNamespace(id=snapshot), definition=SimpleNamespace(sha256=definition), scope=scope)


def test_the_same_question_is_computed_once() -> None:
    answers, computed = Answers(), []
    for _ in range(3):
        assert answers.get(view(), "q", lambda: computed.append(1) or "a") == "a"
    assert (len(computed), answers.hits, answers.misses) == (1, 2, 1)


@pytest.mark.parametrize("other", [view("s2"), view(definition="d2"), view(scope=("x",)), view(scope=())])
def test_another_snapshot_definition_or_scope_is_another_answer(other: Any) -> None:
    answers = Answers()
    assert answers.get(view(), "q", lambda: "mine") == "mine"
    assert answers.get(other, "q", lambda: "theirs") == "theirs"


def test_the_least_recently_used_goes_first() -> None:
    answers = Answers(2)
    for question in ("a", "b", "a", "c"):
        answers.get(view(), question, lambda: 0)
    computed: list[str] = []
    for question in ("a", "c", "b"):
        answers.get(view(), question, lambda q=question: computed.append(q))  # type: ignore[misc]
    assert computed == ["b"]


def test_waiting_requests_share_one_computation() -> None:
    answers, started, go, computed, got = Answers(), threading.Event(), threading.Event(), [], []

    def slow() -> str:
        computed.append(1)
        started.set()
        assert go.wait(5)
        return "a"

    threads = [threading.Thread(target=lambda: got.append(answers.get(view(), "q", slow))) for _ in range(8)]
    threads[0].start()
    assert started.wait(5)
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(5)
    assert (len(computed), got) == (1, ["a"] * 8)


def test_an_error_reaches_the_caller_and_is_not_kept() -> None:
    answers = Answers()

    def fails() -> str:
        raise ValueError("once")

    with pytest.raises(ValueError, match="once"):
        answers.get(view(), "q", fails)
    assert answers.get(view(), "q", lambda: "a") == "a"


def test_without_room_nothing_is_kept() -> None:
    answers = Answers(0)
    assert [answers.get(view(), "q", lambda n=n: n) for n in range(3)] == [0, 1, 2]  # type: ignore[misc]


def test_an_answer_that_is_not_worth_it_is_not_kept() -> None:
    answers = Answers()
    got = [answers.get(view(), "q", lambda n=n: n, is_worth_keeping=lambda answer: answer == 1) for n in range(4)]  # type: ignore[misc]
    assert got == [0, 1, 1, 1]
