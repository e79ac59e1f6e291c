"""A large text is looked at in parts side by side; what is said of it is what reading it through says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.ingest import encodings

TEXTS = st.lists(st.sampled_from(["a", "é", "你", "𠮷", "\0", "锟斤拷", "\ufffd", "烫烫烫", "ï»¿", "\n"]), max_size=40).map("".join)


@given(text=TEXTS, at=st.integers(0, 80), byte=st.none() | st.binary(max_size=2))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_say_what_the_whole_says(tmp_path: Path, text: str, at: int, byte: bytes | None) -> None:
    whole = text.encode()
    path = tmp_path / "text.csv"
    path.write_bytes(whole if byte is None else whole[:at] + byte + whole[at + 1 :])
    said = encodings._decodes(path, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "_SPLIT", 0)
        patch.setattr(encodings, "_CHUNK", 5)
        parts = encodings._looked_at(path)
    assert parts == (said if isinstance(said, encodings.Text) else None)
