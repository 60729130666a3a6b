"""Every rule number with its default, in one readable table. A district changes them with `PUT /policies/{key}`."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from app.kit.errors import Text
from app.policies.activity_rules import ActivityKey
from app.policies.enrollment_rules import EnrollmentKey
from app.policies.list_rules import ListKey
from app.policies.observation_rules import ObservationKey
from app.policies.rules import ANY, Count, Duration, Rule
from app.policies.scan_rules import ScanKey
from app.policies.spans import Span, Wait, Window, WorkingDays

Skills = Annotated[list[Annotated[str, Field(min_length=1, max_length=30)]], Field(max_length=20)]
QuestionCode = Annotated[str, Field(pattern="^[a-z0-9_]{1,30}$")]
Percent = Annotated[StrictInt, Field(ge=0, le=100)]
Files = Annotated[StrictInt, Field(ge=0, le=50)]
Edge = Annotated[StrictInt, Field(ge=640, le=4096)]


class Reach(StrEnum):
    """How far from home a member may claim."""

    COMMUNITY = "community"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"
    CITY = "city"


class Binding(StrEnum):
    """What turns an account into a roster member."""

    PHONE = "phone"
    PHONE_AND_NAME = "phone_and_name"


class Evidence(StrEnum):
    """What a category asks to be shown of the work; never a reason to refuse it."""

    NONE = "none"
    BEFORE_AFTER = "before_after"
    PHOTO = "photo"
    NOTE = "note"


class Question(BaseModel):
    """Something that is asked when a demand of a category is filed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: QuestionCode
    text: Annotated[str, Field(min_length=1, max_length=100)]
    required: StrictBool = False


class Weights(BaseModel):
    """How much each share counts when somebody and a demand are matched; 0 leaves it out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    skill: Percent = 30
    distance: Percent = 25
    availability: Percent = 15
    load: Percent = 10
    fairness: Percent = 5
    wish: Percent = 10
    urgency: Percent = 10

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any(dict(self).values()):
            raise ValueError("a weight above 0 is needed")
        return self


CATEGORIES: dict[str, Text] = {
    "repair": Text("维修", "repairs"),
    "environment": Text("环境整治", "environment"),
    "relief": Text("帮扶救助", "relief"),
    "health": Text("健康义诊", "health"),
    "safety": Text("安全隐患", "safety"),
    "emergency": Text("应急抢险", "emergency"),
    "governance": Text("社区治理", "community governance"),
    "guidance": Text("文明引导", "guidance"),
    "companion": Text("陪伴关爱", "companionship"),
    "policy": Text("政策法律", "policy and law"),
    "training": Text("技能培训", "training"),
    "renovation": Text("老旧小区改造", "renovation"),
    "mediation": Text("纠纷调解", "mediation"),
    "epidemic": Text("疫情防控", "epidemic control"),
    "grid": Text("网格服务", "grid service"),
    "culture": Text("文化活动", "culture"),
    "other": Text("其他", "other"),
}
"""The service categories, from the demands that the districts' reports name."""
BY_CATEGORY = frozenset({ANY, *CATEGORIES})


def _days(days: float) -> timedelta:
    return timedelta(days=days)


def _hours(hours: float) -> timedelta:
    return timedelta(hours=hours)


class Key:
    """The rules, by name."""

    CLAIM_REACH = Rule[Reach](
        "claim_reach", Reach, Reach.DISTRICT, Text("认领范围：离家多远以内", "how far from home one may claim")
    )
    MEMBER_BINDING = Rule[Binding](
        "member_binding",
        Binding,
        Binding.PHONE,
        Text("绑定党员身份所需信息", "what turns an account into a roster member"),
    )
    MEMBER_RANKING = Rule[bool](
        "member_ranking",
        StrictBool,
        False,
        Text("是否公开党员个人排名（减负要求，默认关闭）", "whether members are ranked against each other"),
    )
    HOURS_PER_QUARTER = Rule[int](
        "hours_per_quarter", Count, 10, Text("每季度志愿服务小时数目标", "target hours of a member a quarter")
    )
    OFFER_WINDOW = Rule[timedelta](
        "offer_window", Duration, _days(1), Text("指派待接受时限", "how long an offer waits for an answer")
    )
    CLAIM_WINDOW = Rule[timedelta](
        "claim_window", Duration, _days(2), Text("公开待认领时限", "how long an open demand waits for a claim")
    )
    AUTO_ASSIGN = Rule[int](
        "auto_assign",
        Annotated[StrictInt, Field(ge=0, le=20)],
        0,
        Text("无人认领时自动邀请的党员人数", "how many who fit best are asked when nobody takes an open demand"),
    )
    SERVICE_WINDOW = Rule[timedelta](
        "service_window",
        Duration,
        _days(7),
        Text("认领后无进展时限", "how long a claimed demand may rest before the desk looks"),
    )
    ANSWER_WINDOW = Rule[timedelta](
        "answer_window", Duration, _days(7), Text("退回补充时限", "how long a returned demand waits for its filer")
    )
    RATING_WINDOW = Rule[timedelta](
        "rating_window", Duration, _days(7), Text("待评议时限", "how long a completed demand waits for a rating")
    )
    LATE_RATING_WINDOW = Rule[timedelta](
        "late_rating_window",
        Duration,
        _days(30),
        Text("关闭后仍可评议的时限", "how long a closed demand can still be rated"),
    )
    REOPEN_LIMIT = Rule[int](
        "reopen_limit",
        Count,
        2,
        Text("本级可重开次数，超过后交上一级", "how often a desk may reopen; after that it goes to the level above"),
    )
    CLAIM_AGAIN = Rule[bool](
        "claim_again_after_reopening",
        StrictBool,
        False,
        Text("重开后原服务人员可否再次自行认领", "whether who served before may claim a reopened demand by themselves"),
    )
    WHISTLE_ACKNOWLEDGE = Rule[timedelta](
        "whistle_acknowledge", Duration, _hours(1), Text("吹哨签收时限", "whistle: time to acknowledge")
    )
    WHISTLE_CONTACT = Rule[timedelta](
        "whistle_contact", Duration, _hours(24), Text("吹哨联系时限", "whistle: time to contact")
    )
    WHISTLE_ARRIVE = Rule[timedelta](
        "whistle_arrive", Duration, _days(3), Text("吹哨到场时限", "whistle: time to arrive")
    )
    APPEAL_WINDOW = Rule[timedelta](
        "appeal_window", Duration, _days(30), Text("可申诉的期限", "how long after a decision it can be appealed")
    )
    APPEAL_DUE = Rule[Span](
        "appeal_due", Window, WorkingDays(5), Text("申诉裁决时限", "time to decide an appeal before it climbs")
    )
    COMPLAINT_DUE = Rule[Span](
        "complaint_due", Window, WorkingDays(5), Text("投诉建议答复时限", "time to answer a complaint before it climbs")
    )
    WHISTLE_WARNING = Rule[int](
        "whistle_warning",
        Annotated[StrictInt, Field(ge=1, le=99)],
        80,
        Text("吹哨时限过去百分之几时预警", "percent of a whistle's time after which it warns"),
    )
    WHISTLE_VIA_SUBDISTRICT = Rule[bool](
        "whistle_via_subdistrict",
        StrictBool,
        True,
        Text("社区吹哨职能部门是否须经街道", "whether a community's whistle for a department passes the subdistrict"),
    )
    CLOCK_TOLERANCE = Rule[timedelta](
        "clock_tolerance",
        Duration,
        timedelta(minutes=30),
        Text("自报时长与计时允许的差距", "how far entered minutes may exceed the clock before they are flagged"),
    )
    SIMILAR_FOR = Rule[timedelta](
        "similar_for",
        Duration,
        _days(30),
        Text("关闭后仍提示为相似诉求的时限", "how long a closed request is still shown as similar"),
    )
    SIMILAR_AT_LEAST = Rule[int](
        "similar_at_least",
        Percent,
        25,
        Text("标题相似多少百分比才提示", "percent of a title that must be alike to be shown as similar"),
    )
    ERASURE_WINDOW = Rule[timedelta](
        "erasure_window",
        Duration,
        _days(15),
        Text("注销冷静期", "how long a deleted account can still be kept by signing in"),
    )
    MATCH_WEIGHTS = Rule[Weights](
        "match_weights", Weights, Weights(), Text("匹配各因素的权重", "how much each reason counts in matching")
    )
    CATEGORY_SKILLS = Rule[dict[str, list[str]]](
        "category_skills",
        dict[str, Skills],
        {
            ANY: [],
            "repair": ["repair"],
            "health": ["medical", "first_aid"],
            "emergency": ["first_aid"],
            "companion": ["elder_care", "counselling"],
            "policy": ["legal"],
            "mediation": ["mediation"],
            "training": ["teaching"],
        },
        Text("各类别建议的技能", "skills that a category suggests where its dispatch names none"),
        BY_CATEGORY,
    )
    CATEGORY_QUESTIONS = Rule[dict[str, list[Question]]](
        "category_questions",
        dict[str, Annotated[list[Question], Field(max_length=20)]],
        {
            ANY: [],
            "repair": [
                Question(code="since", text="什么时候开始的？"),
                Question(code="visit", text="什么时间方便上门？"),
            ],
            "emergency": [Question(code="injured", text="有没有人受伤？")],
            "companion": [Question(code="mobility", text="老人行动是否方便？")],
        },
        Text("各类别点单时的提问", "questions that a category asks when it is filed"),
        BY_CATEGORY,
    )
    EVIDENCE = Rule[dict[str, Evidence]](
        "evidence",
        dict[str, Evidence],
        {ANY: Evidence.NONE},
        Text("各类别的完成凭据（减负要求，默认不要求）", "what a category asks to be shown of the work"),
        BY_CATEGORY,
    )
    EVIDENCE_LIMIT = Rule[dict[str, int]](
        "evidence_limit",
        dict[str, Annotated[StrictInt, Field(ge=0, le=9)]],
        {ANY: 3},
        Text("各类别完成凭据的照片张数上限", "photos of the work at most, by category"),
        BY_CATEGORY,
    )
    DUE_WINDOWS = Rule[dict[str, Span]](
        "due_windows",
        dict[str, Window],
        {ANY: WorkingDays(5), "emergency": _hours(4), "safety": WorkingDays(2), "repair": WorkingDays(3)},
        Text("各类别办结时限", "time to finish, by category: `3 working days` or `PT4H`"),
        BY_CATEGORY,
    )
    OVERDUE_LADDER = Rule[dict[str, Span]](
        "overdue_ladder",
        dict[str, Wait],
        {
            "member": timedelta(),
            "branch": WorkingDays(1),
            "community": WorkingDays(1),
            "subdistrict": WorkingDays(1),
            "district": WorkingDays(2),
        },
        Text("超时逐级提醒间隔", "how long after the step before each step of the overdue ladder is taken"),
        frozenset({"member", "branch", "community", "subdistrict", "district"}),
    )
    PAUSE_CAP = Rule[timedelta](
        "pause_cap",
        Duration,
        _days(10),
        Text("退回补充最多暂停时限", "how long returning a demand may stop its due time, all in all"),
    )
    POINTS_PER_SERVICE = Rule[dict[str, int]](
        "points_per_service",
        dict[str, Count],
        {ANY: 10, "emergency": 20, "epidemic": 20, "companion": 15, "mediation": 15},
        Text("每次服务积分", "points for one service, by category"),
        BY_CATEGORY,
    )
    LATE_WITHDRAWAL = Rule[timedelta](
        "late_withdrawal",
        Duration,
        _hours(24),
        Text("开始前多久内退出须立即提醒", "how long before its start a withdrawal alarms the desk"),
    )
    NOTIFICATION_KEEP_READ = Rule[timedelta](
        "notification_keep_read",
        Duration,
        _days(30),
        Text("已读消息保留时间", "how long messages that were read are kept"),
    )
    NOTIFICATION_KEEP = Rule[timedelta](
        "notification_keep",
        Duration,
        _days(180),
        Text("消息保留时间", "how long messages are kept, read or not"),
    )
    UPLOADS_PER_DAY = Rule[int](
        "uploads_per_day", Count, 60, Text("每人每天可上传的文件数", "files that one person may upload a day")
    )
    FILES_PER_DEMAND = Rule[int](
        "files_per_demand", Files, 9, Text("每件点单的照片和语音数上限", "photos and voice notes of one demand")
    )
    KEEP_PHOTO_EVIDENCE = Rule[bool](
        "keep_photo_evidence",
        StrictBool,
        False,
        Text(
            "是否为调度台保留照片的拍摄时间和地点（默认不保留）",
            "whether a desk may see when and where a photo was taken",
        ),
    )
    PHOTO_EDGE = Rule[int]("photo_edge", Edge, 2560, Text("照片长边像素上限", "pixels of a photo's longer edge"))
    VOICE_LENGTH = Rule[timedelta](
        "voice_length",
        Annotated[timedelta, Field(gt=timedelta(), le=timedelta(minutes=5))],
        timedelta(seconds=60),
        Text("语音时长上限", "how long a voice note may be"),
    )
    FILE_LINK_WINDOW = Rule[timedelta](
        "file_link_window",
        Annotated[timedelta, Field(ge=timedelta(seconds=30), le=timedelta(hours=1))],
        timedelta(minutes=10),
        Text("照片链接有效期", "how long a link to a file opens it"),
    )
    UNUSED_FILE_WINDOW = Rule[timedelta](
        "unused_file_window",
        Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=7))],
        _days(1),
        Text("上传后未使用的文件保留时间", "how long an uploaded file waits to be used"),
    )


RULES: dict[str, Rule[Any]] = {
    rule.key: rule
    for keys in (Key, ActivityKey, EnrollmentKey, ListKey, ScanKey, ObservationKey)
    for rule in vars(keys).values()
    if isinstance(rule, Rule)
}
