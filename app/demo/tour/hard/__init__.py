"""The hard cases, each a story of its own, by the names under which the tour shows them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.demo.tour.hard import asking, clocks, gathering, reporting, scanning, serving, showing, together
from app.demo.tour.walk import Walk


@dataclass(frozen=True, slots=True)
class HardCase:
    """A case that no article tells but every system must bear."""

    key: str
    title: str
    walk: Callable[[Walk], Awaitable[None]]
    people: int = 1
    """How many take part, where that is what takes long."""


HARD: Sequence[HardCase] = (
    HardCase("half-filled", "三十人的呼叫只来了一半 half-filled call of thirty", serving.half_filled),
    HardCase("first-finisher", "先做完的人不结束别人的服务 first finisher", serving.first_finisher),
    HardCase("offers-end", "邀请都落空，社区再次下单 offers decline or expire", clocks.offers_end),
    HardCase("no-answer", "退回后无人补充 returned, never answered", clocks.never_answered),
    HardCase("cancelled", "途中撤销 cancelled on the way", asking.cancelled),
    HardCase("six-people", "单位派出六人 an organization sends six", serving.organization_sends_six),
    HardCase("two-units", "吹哨两家，一家迟到 whistle to two, one slow", asking.whistle_to_two),
    HardCase("callback", "老人电话回访评议 elder evaluated by callback", asking.elder_by_callback),
    HardCase("weekly-post", "每周一次的岗位 a weekly post", serving.weekly_post),
    HardCase("resident", "居民响应呼叫 a resident answers a call", serving.resident_answers),
    HardCase("anonymous", "全程匿名 anonymous from end to end", asking.anonymous),
    HardCase("transferred", "转派到对的社区 transferred to the right community", asking.transferred),
    HardCase("dissatisfied", "不满意、重开、解决 dissatisfied, reopened, resolved", asking.dissatisfied),
    HardCase("overdue", "超时逐级提醒 overdue climbs the ladder", clocks.overdue),
    HardCase("next-in-line", "先公开后指派 open first, then assigned", clocks.next_in_line),
    HardCase("twins", "两家报同一处，合并办理 twins merged, both filers informed", together.merged_twins),
    HardCase("split", "一件拆成两件办 one demand split in two", together.split_in_two),
    HardCase("photo", "居民拍照点单，照片只给该看的人 a photo, for who may see it", showing.photo),
    HardCase("voice", "不打字，说一段语音 a voice note for who does not type", showing.voice),
    HardCase("before-after", "要求前后对比照片的类别 pictures before and after", showing.before_and_after),
    HardCase("nine-points", "一百二十人九个点位防控登革热 120 people at nine points", gathering.nine_points, 120),
    HardCase("five-evenings", "幸福公园连续五晚文明劝导 five evenings in the park", gathering.five_evenings, 1_025),
    HardCase("scans", "幸福公园一晚两百次扫码 two hundred scans in one evening", scanning.scans, 210),
    HardCase("garrison", "驻区部队按人数报到 a garrison reports in by head-count", reporting.garrison),
    HardCase("two-weeks", "石景山两周报到 two weeks of a whole district", reporting.two_weeks, 230),
    HardCase("unrated", "始终未评议 never evaluated", clocks.never_evaluated),
)
