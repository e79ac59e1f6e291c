"""Known errors as a viewer reads them: what is wrong and what to do, without folders, files or commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from data.errors import DefinitionError, NoSnapshot, QuanyuError, QueryTimeout, SnapshotRefused, SnapshotRetired, StoreError
from data.vocabulary import Language

WORDS: Final[Mapping[type[QuanyuError], tuple[str, str]]] = {
    NoSnapshot: (
        "没有这份数据快照：尚未发布，或地址里的快照已不再保存。去掉地址中的 snapshot= 可看最新数据。",
        "There is no such snapshot: nothing was published yet, or the one in the address is no longer kept. "
        "Without snapshot= in the address the newest is shown.",
    ),
    SnapshotRetired: (
        "这份快照已按保存期限清理，不再保存；不会用别的快照代替。",
        "This snapshot was removed when its time was over. It is not replaced by another.",
    ),
    SnapshotRefused: (
        "这份数据快照未通过校验，不予显示；请管理员重新发布。",
        "This snapshot failed verification and is not shown; ask the operator to publish again.",
    ),
    DefinitionError: (
        "这份快照没有地址里的口径。去掉地址中的 definition= 按默认口径显示。",
        "This snapshot was published without the definition in the address. Without definition= the default one is used.",
    ),
    StoreError: ("数据暂时无法读取，请稍后再试。", "The data cannot be read just now; try again later."),
    QueryTimeout: ("算得太久，已停下；请缩小范围。", "This took too long and was stopped; choose a smaller selection."),
}


def apology(error: QuanyuError, lang: Language) -> str:
    """The sentence for an error; those about the selection itself say their own."""
    for kind in type(error).__mro__:
        if kind in WORDS:
            return WORDS[kind][lang == "en"]
    return str(error)
