"""Invented names: streets, communities, roads, estates, people. None is meant to be a real place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

DISTRICT: Final = "澜溪区"
DISTRICT_CODE: Final = "990108"
RIVER: Final = "澜溪"

STREETS: Final = (
    "望澜街道", "溪桥街道", "柏荫街道", "钟泉街道", "云栈街道", "桐坞街道", "新澜街道", "青屏街道", "白鹭湾街道",
    "枫泊街道", "梅坡街道", "雁渡街道", "锦汀街道", "长亭门街道", "松岚街道", "月浦街道", "霞川街道", "芦岸街道",
)  # fmt: skip
TOWNS: Final = ("石笋镇", "竹隐镇", "盐泉镇", "龙须坝镇", "茶岭镇", "鹤鸣滩镇")

_FIRST: Final = (
    "景瑞永和春锦文翠明安福新玉金银清秀兰桂荷柳桃梧榆樟映听沐晴霁朝晚星月云岚烟雨雪霜松竹梅菊丰裕泰宁康乐嘉庆善仁义礼智信德广宏远高平正中"
)
_COMMUNITY: Final = "桥园坊渡塘泉岭里湾洲沙坪冈垄埠巷井阁楼亭台堤浦汀畈墩"
_ROAD: Final = "澜溪云松鹤霞芳华兴盛源康达通顺昌荣茂林森峰岩谷川泽湖汀渚屿岚霖泓沁涵"
_ESTATE: Final = "苑庭居府邸城郡湾园里"
_SURNAMES: Final = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玲红波辉健宁慧莉斌鹏凯雪梅兰峰倩婷琳浩宇晨阳欣怡佳俊"


class Names:
    """Streams of names that do not repeat.

    Parameters
    ----------
    rng
        Source of randomness; the same generator state gives the same names.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._communities = self._pairs(_FIRST, _COMMUNITY)
        self._roads = self._pairs(_FIRST, _ROAD)
        self._estates = self._pairs(_FIRST, _ESTATE)

    def _pairs(self, first: str, second: str) -> Iterator[str]:
        pairs = [a + b for a in dict.fromkeys(first) for b in dict.fromkeys(second) if a != b]
        order = self._rng.permutation(len(pairs))
        return iter([pairs[ix] for ix in order])

    def streets(self, count: int) -> list[str]:
        """``count`` streets and towns, the towns last (they lie farthest out)."""
        towns = min(max(1, count // 4), len(TOWNS))
        return [*STREETS[: count - towns], *TOWNS[:towns]]

    def community(self, in_town: bool) -> str:
        """A community, or in a town more often a village."""
        rural = in_town and self._rng.random() < 0.65
        return next(self._communities) + ("村" if rural else "社区")

    def road(self, level: int) -> str:
        """A road's name by the level of the areas it separates: 1 avenues, 2 roads, 3 small ones."""
        kind = {0: "滨河路", 1: "大道", 2: "路"}.get(level) or str(self._rng.choice(["路", "街", "巷", "路", "支路"]))
        name = RIVER if level == 0 else next(self._roads, None)
        if name is None:  # all used: beyond a thousand small roads, numbers follow
            self._roads = (f"{pair}{ordinal}" for ordinal in "一二三四五六七八九" for pair in self._pairs(_FIRST, _ROAD))
            name = next(self._roads)
        return f"{name}{kind}"

    def estate(self) -> str:
        """A housing estate."""
        name = next(self._estates, None)
        if name is None:
            self._estates = (f"{pair}{ordinal}期" for ordinal in "二三四五六七" for pair in self._pairs(_FIRST, _ESTATE))
            name = next(self._estates)
        return name

    def person(self) -> str:
        """A person."""
        given = self._rng.choice(list(_GIVEN), int(self._rng.integers(1, 3)))
        return str(self._rng.choice(list(_SURNAMES))) + "".join(given)
