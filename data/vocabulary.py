"""Chinese and English names of the closed vocabularies that a selection may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Language = Literal["zh", "en"]


class Words(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str

    def in_(self, lang: Language) -> str:
        """The text in ``lang``."""
        return self.zh if lang == "zh" else self.en


STAGE_NAMES: Final[Mapping[str, Words]] = {
    "accepted": Words("受理", "accepted"),
    "registered": Words("立案", "registered"),
    "dispatched": Words("派遣", "dispatched"),
    "disposing": Words("处置", "handling"),
    "verifying": Words("核查", "verifying"),
    "closed": Words("结案", "closed"),
    "parked": Words("挂账", "parked"),
    "void": Words("作废", "void"),
}
URGENCY_NAMES: Final[Mapping[str, Words]] = {
    "normal": Words("一般", "normal"),
    "urgent": Words("紧急", "urgent"),
    "critical": Words("特急", "critical"),
}
DEADLINE_NAMES: Final[Mapping[str, Words]] = {
    "on_time": Words("按期结案", "closed on time"),
    "late": Words("逾期结案", "closed late"),
    "overdue": Words("超期未结", "overdue and open"),
    "due_soon": Words("将到期", "due soon"),
    "not_due": Words("未到期", "not yet due"),
}
CALLBACK_NAMES: Final[Mapping[str, Words]] = {
    "effective": Words("有效回访", "effective call-back"),
    "none": Words("无有效回访", "no effective call-back"),
    "contacted": Words("已响应", "contacted"),
    "not_contacted": Words("未响应", "not contacted"),
    "resolved": Words("已解决", "resolved"),
    "unresolved": Words("未解决", "not resolved"),
    "satisfied": Words("满意", "satisfied"),
    "basically": Words("基本满意", "basically satisfied"),
    "unsatisfied": Words("不满意", "not satisfied"),
    "unrated": Words("未评价", "not rated"),
}
SOURCE_NAMES: Final[Mapping[str, Words]] = {
    "hotline": Words("12345热线", "12345 hotline"),
    "patrol": Words("网格员上报", "Grid patrol"),
    "video": Words("视频AI", "Video AI"),
    "sensor": Words("物联感知", "Sensors"),
    "drone": Words("无人机", "Drones"),
    "media": Words("媒体", "Media"),
    "inspection": Words("上级督查", "Inspection"),
}
WEEKDAY_NAMES: Final = tuple(
    Words(*pair)
    for pair in (
        ("周一", "Monday"),
        ("周二", "Tuesday"),
        ("周三", "Wednesday"),
        ("周四", "Thursday"),
        ("周五", "Friday"),
        ("周六", "Saturday"),
        ("周日", "Sunday"),
    )
)
LEVEL_NAMES: Final[Mapping[str, Words]] = {
    "city": Words("全市", "city"),
    "district": Words("区", "district"),
    "street": Words("街道", "street"),
    "community": Words("社区", "community"),
    "grid": Words("网格", "grid"),
    "borough": Words("区 (borough)", "borough"),
    "cdta": Words("社区区 (CDTA)", "CDTA"),
    "nta": Words("邻里 (NTA)", "NTA"),
    "community_district": Words("社区区", "community district"),
}
MIX_NAMES: Final[Mapping[str, Words]] = {
    "domain": Words("按领域结构调整", "adjusted for domain mix"),
    "category": Words("按类别结构调整", "adjusted for category mix"),
    "subcategory": Words("按小类结构调整", "adjusted for subcategory mix"),
}
"""Values of ``adjust=`` from the top of the tree of categories down: the label that stands wherever an adjusted number is shown."""
