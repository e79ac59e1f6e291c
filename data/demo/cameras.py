"""The made-up district's cameras and the recorders they hang on."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from data.demo.areas import District, to_degrees
from data.demo.names import DISTRICT_CODE

HEADINGS: Final = (
    "设备编号", "点位名称", "经度", "纬度", "网格编码", "设备类型", "点位类别", "建设单位", "在线状态", "最后心跳时间", "上级设备编号",
    "使用状态", "方位角", "IP地址", "端口", "用户名", "密码",
)  # fmt: skip
DEVICES_A_HUNDRED: Final = 8
"""Of a hundred points this many are recorders."""

_KINDS: Final = ("球机", "枪机", "半球", "卡口", "高点")
_KIND_SHARES: Final = (0.40, 0.37, 0.11, 0.09, 0.03)
_TYPES: Final = {"球机": "132", "枪机": "132", "半球": "131", "卡口": "121", "高点": "132", "硬盘录像机": "118"}
_OWNERS: Final = ("公安分局", "综治中心", "城市管理局", "交警大队", "教育局", "社区居委会", "物业公司")
_OWNER_SHARES: Final = (0.34, 0.27, 0.11, 0.10, 0.07, 0.06, 0.05)


def cameras(rng: np.random.Generator, district: District, count: int, now: np.datetime64) -> list[list[Any]]:
    """Rows of the video department's ledger, recorders first, as :data:`HEADINGS`.

    Parameters
    ----------
    count
        Cameras and recorders together; two faulty rows come on top.
    now
        The demo's now, local.
    """
    devices = max(4, count * DEVICES_A_HUNDRED // 100)
    crowd = district.people**0.75 * np.array([0.75, 1.0, 1.2])[district.zone]
    grid = rng.choice(len(crowd), count, p=crowd / crowd.sum())
    streets = district.street[grid]
    places = len(district.place_grid) // len(crowd)
    place = grid * places + np.minimum(rng.geometric(0.25, count) - 1, places - 1)
    lonlat = np.round(to_degrees(district.place_metres[place] + rng.normal(0, 4.5, (count, 2))), 6)

    kind = ["硬盘录像机"] * devices + [str(_KINDS[ix]) for ix in rng.choice(len(_KINDS), count - devices, p=_KIND_SHARES)]
    ids = [f"{DISTRICT_CODE}{streets[ix] + 1:02d}00{_TYPES[kind[ix]]}{rng.integers(0, 3)}{ix + 1:06d}" for ix in range(count)]
    parent: list[str | None] = [None] * count
    by_street = {street: np.flatnonzero(streets[:devices] == street) for street in np.unique(streets).tolist()}
    for ix in range(devices, count):
        near = by_street[int(streets[ix])]
        parent[ix] = ids[int(rng.choice(near) if len(near) else rng.integers(0, devices))]

    on = rng.random(count) < 0.972
    on[:devices] = True
    on[rng.choice(devices, max(1, round(devices * 0.042)), replace=False)] = False
    state = np.where(rng.random(count) < 0.021, "维修", np.where(rng.random(count) < 0.012, "拆除", "在用"))
    state[:devices] = "在用"
    on &= state == "在用"
    seconds = np.where(on, rng.integers(20, 900, count), rng.integers(7_200, 90 * 86_400, count))
    stale = on & (np.arange(count) >= devices) & (rng.random(count) < 0.024)  # says it is on, but nobody has heard from it
    seconds = np.where(stale, rng.integers(5_400, 20 * 86_400, count), seconds)
    seen = (now - seconds.astype("timedelta64[s]")).astype(object)
    rows: list[list[Any]] = []
    numbers: dict[int, int] = {}
    for ix in range(count):
        at, here = int(place[ix]), int(grid[ix])
        short = district.place_short[at].split("与")[0].removesuffix("附近")
        numbers[at] = numbers.get(at, 0) + 1
        name = f"{district.levels['street'][int(streets[ix])].name}{short}{kind[ix]}" + (str(numbers[at]) if numbers[at] > 1 else "")
        lost = ix >= devices and rng.random() < 0.004
        rows.append([
            ids[ix], name, None if lost else float(lonlat[ix, 0]), None if lost else float(lonlat[ix, 1]),
            district.levels["grid"][here].area_code, kind[ix], str(rng.choice(["一类", "二类", "三类"], p=[0.42, 0.4, 0.18])),
            str(rng.choice(_OWNERS, p=_OWNER_SHARES)), "ON" if on[ix] else "OFF", seen[ix], parent[ix], str(state[ix]),
            None if kind[ix] in {"硬盘录像机", "高点"} else int(rng.integers(0, 72) * 5),
            f"10.{rng.integers(0, 256)}.{rng.integers(0, 256)}.{rng.integers(1, 255)}", 37777, "admin", "demo-only",
        ])  # fmt: skip
    nameless = [*rows[-1]]
    nameless[0] = None
    return [*rows, nameless, list(rows[devices])]
