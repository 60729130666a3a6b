"""`/meta`: every code with its zh-CN label, so that no client keeps a copy of the words."""

from enum import StrEnum

from fastapi import APIRouter
from pydantic import BaseModel

from app.access.models import ConsentChannel, Purpose, Role
from app.activities.lifecycle import ActivityState, Mark, ShiftState, SignUpState
from app.certificates.models import Revocation, ServedAs
from app.checkins.models import CodeState, PlacePurpose
from app.checkins.scan_models import ScanAction, ScanFlag, ScanOutcome, ScanReason
from app.cobuilding.lists.lifecycle import BookingState, SuggestionState, TakingState
from app.cobuilding.lists.models import ItemMode, ListKind, ResourceForm
from app.cobuilding.lists.sharing_models import ContributionKind
from app.cobuilding.lists.sharing_schemas import FitReason
from app.content.models import FileKind, MediaType
from app.demands.causes import Cause, ClaimCause
from app.demands.ladder import LadderStep, WhistleClock
from app.demands.lifecycle import Action, ClaimAction, ClaimState, Closing, Kind, Mode, Reason, State
from app.demands.matching_schemas import MatchReason
from app.demands.models import Audience, Channel, ClaimantKind, NoteKind, Outcome, Result, SeenAs
from app.demands.plan_models import Approval
from app.enrollments.lifecycle import EnrollmentAction, EnrollmentState
from app.enrollments.models import EnrollmentSubject, MemberKind
from app.enrollments.statistics_schemas import Grouping
from app.kit.errors import AppError
from app.kit.geo import CoordType
from app.kit.http import TransactionalRoute
from app.ledger.models import Board, HolderKind, Provenance, Unit
from app.notifications.models import NotificationGroup, NotificationKind, SubjectKind
from app.organizations.models import OrganizationKind
from app.oversight.appeals.models import AppealKind, AppealState, ComplaintKind, ComplaintState
from app.oversight.observations.lifecycle import (
    ObservationAction,
    ObservationState,
    UndertakingAction,
    UndertakingState,
)
from app.oversight.observations.models import Scheme, Seen, Undertaken
from app.policies.activity_rules import ActivityKind
from app.policies.defaults import CATEGORIES, RULES, Binding, Evidence, Reach
from app.policies.enrollment_rules import EnrollmentChoice, EnrollmentConfirmation
from app.policies.models import DayKind
from app.regions.models import Level
from app.rosters.models import ImportState, RosterKind, RowOutcome

public = APIRouter(tags=["public 公开"], route_class=TransactionalRoute)

LABELS: dict[type[StrEnum], str] = {
    Kind: "诉求 微心愿 服务项目 岗位 党有所呼",
    State: "待处理 已下单 退回补充 已接单 服务中 待评议 已关闭 不予受理 已合并 已撤销",
    Action: (
        "下单 退回 不予受理 合并 撤回合并 拆分 转派 上报 完成 关闭 重开 补充 撤销 评议 申诉 批准吹哨 退回吹哨 "
        "报请吹哨 "
        "接单 到场 完成服务 无人接单 到期"
    ),
    Mode: "公开认领 指派 吹哨",
    Reason: "新点单 无人认领 邀请均未接受 时间已过 部分完成 居民不满意 待办结 子单均已结束 吹哨待批",
    ClaimState: "待接受 已接单 已到场 已完成 已确认 已谢绝 已过期 已退出 已释放 未到场",
    ClaimAction: "接受 谢绝 联系 到场 服务一次 完成 确认 退出 记未到场 免除未到场 过期 释放 恢复",
    Audience: "党员 居民 所有人",
    Result: "已解决 已办结 未解决 已转办 逾期未补充 未评议",
    Cause: (
        "不属职责范围 无政策依据 力量资源不足 需第三方配合 民事纠纷 已列入计划 客观条件所限 情况不实 "
        "联系不上 不再需要 其他"
    ),
    ClaimCause: "时间冲突 个人原因 距离太远 不具备技能 不属职责范围 联系不上居民 客观条件所限 失去联系 其他",
    Closing: "全部完成即办结 任一完成即办结 人工办结",
    CoordType: "火星坐标 WGS84坐标",
    ClaimantKind: "党员 居民 单位",
    MatchReason: "技能 距离 时间 负担 公平 意愿 紧急",
    Outcome: "全部完成 部分完成",
    Channel: "本人评议 电话回访",
    SeenAs: "受理社区 服务人员",
    NoteKind: (
        "留言 补充 下单说明 退回 不予受理 转派 上报 关闭 重开 撤销 谢绝 退出 未到场 完成说明 "
        "遗留事项 合并 撤回合并 拆分 退回吹哨"
    ),
    FileKind: "照片 语音",
    MediaType: "JPEG照片 MP3语音 M4A语音",
    Unit: "分钟 积分",
    HolderKind: "党员 居民",
    Provenance: "签到计时 他人确认 本人填报",
    Revocation: "签发方撤销 时长有更正或冲销",
    ServedAs: "活动 服务居民",
    Board: "单位 社区 党员",
    Purpose: "隐私说明 亮身份",
    ConsentChannel: "本人 注销",
    Role: "管理员 调度员 观察员 联络员",
    OrganizationKind: (
        "党工委 党委 党总支 党支部 功能型党支部 党小组 党建联盟 职能部门 驻区单位 企业 社会组织 "
        "事业单位 国有企业 高校 驻区部队 社区居委会 村委会"
    ),
    Level: "省 市 区县 街道 镇 社区 村 网格 楼栋",
    DayKind: "放假 调休上班",
    Evidence: "不要求 前后对比照片 照片 文字说明",
    LadderStep: "党员 支部 社区 街道 区县",
    WhistleClock: "签收 联系 到场",
    Approval: "待批 已批准 已退回",
    Reach: "本社区 本街道 本区县 本市",
    Binding: "手机号 手机号和姓名",
    EnrollmentSubject: "单位 党员",
    Grouping: "社区 单位类型 报到日期",
    EnrollmentState: "待确认 已报到 申请退出 未通过 已撤回 已退出",
    EnrollmentAction: "确认 不予确认 撤回 申请退出 同意退出 挽留 转移 转入新社区",
    MemberKind: "在职党员 离退休党员 流动党员 入党积极分子",
    EnrollmentChoice: "只限指定社区 自行选择 两者均可",
    EnrollmentConfirmation: "全部须确认 自选的须确认 无须确认",
    NotificationGroup: "办理结果 办理进展 留言 邀请 我的服务 工作台 紧急提醒",
    NotificationKind: (
        "代为点单 请补充信息 不予受理 请评议 已登记评议 办理结果 已撤销 重新办理 合并办理 恢复单独办理 "
        "拆分办理 已下单 受理单位变更 有人接单 已到场 服务人员退出 服务人员未到场 新留言 新的邀请 吹哨待签收 "
        "邀请过期 无需前往 请继续参加 单位安排 安排有变 为您登记 登记未到场 岗位期满 服务已确认 收到评议 "
        "新的需求 已补充信息 需要处理 邀请被谢绝 需求已撤销 临近服务退出 "
        "办理超时 吹哨即将超时 吹哨超时 吹哨被退回 服务时长有异议 服务时长已裁定 "
        "申诉待裁决 申诉已转上级 申诉成立 维持原决定 决定被撤销 投诉建议待答复 投诉建议已转上级 投诉建议已答复 "
        "身份待核对 身份核对完成 报到待确认 退出待批准 报到成功 报到未通过 退出未获批准 报到已结束 集结令 "
        "活动提醒 活动改期 改期待确认 场次取消 候补转正 候补失效 活动登记 补录待确认 补录已确认 补录未获确认 "
        "观摩开始 观摩有变 观摩待收尾 观摩名次公布 观摩后待办 待办即将到期 佐证待查看 佐证已查看 "
        "清单建议待答复 清单建议已答复 清单建议已采纳 清单建议未采纳 项目待认领 项目已认领 项目认领被谢绝 "
        "项目无需认领 项目已完成 项目认领已放弃 新的预订 预订已取消 借用逾期"
    ),
    SubjectKind: "需求 接单 申诉 投诉建议 身份核对 报到 集结令 活动报名 补录 观摩 观摩后待办 清单建议 项目认领 预订",
    AppealKind: "不予受理 合并 撤销 未到场 评议 时长 积分",
    AppealState: "待裁决 申诉成立 维持原决定 已撤回",
    ComplaintKind: "投诉 建议",
    ComplaintState: "待答复 已答复",
    Scheme: "观摩考评 星级楼组 夺旗争星",
    Seen: "现场汇报 实地查看 查阅档案 现场提问",
    ObservationState: "草稿 打分中 已公布 已取消",
    ObservationAction: (
        "修改 开始 取消 增补观摩团 不参加排名 采用新版细则 打分 回避 提出问题 讲评 推荐亮点 汇报 表态 公布名次"
    ),
    Undertaken: "整改 下步工作 表态承诺",
    UndertakingState: "待办 已佐证 已办结",
    UndertakingAction: "上传佐证 查看",
    PlacePurpose: "报到 签到 服务打卡 点单",
    CodeState: "有效 已更换 已停用 已过期",
    ScanAction: "报到 签到 签退 到场 完成",
    ScanOutcome: "有效 已记录过 待审核 无效",
    ScanReason: (
        "时间不符 不在范围内 位置可疑 离线后补传 未见到场 不是本系统的码 验证未通过 码已过期 码尚未生效 码已更换 "
        "码已停用 个人码已用过 不能扫本人的码 查无此人 码的用途不符 此处没有可办事项 请选择事项 没有此事项 "
        "不在参加范围 时间冲突 当前不可办理 编号已被占用"
    ),
    ScanFlag: "短时间内移动过远 一台设备多人使用",
    ActivityKind: "志愿服务 主题党日 党课 议事厅 联席会议 环境整治 值守巡逻 走访慰问 义诊咨询 培训讲座 文体活动 其他",
    ActivityState: "草稿 已发布 已结束 已取消",
    ShiftState: "未开始 进行中 已结束 已取消",
    Mark: "到场 离场 全程参加 未到场 免记未到场",
    SignUpState: "候补中 待确认 已报名 已签到 已完成 已取消 已失效 已释放 未点名 未到场",
    RosterKind: "党员 组织 工作人员 报到",
    ImportState: "核对中 待确认 导入中 已导入 出错",
    ListKind: "服务清单 需求清单 资源清单 项目清单",
    ItemMode: "公开认领 指定单位",
    ResourceForm: "场地 物资 人员 资金",
    TakingState: "待接受 已认领 已完成 已谢绝 已撤回 已放弃",
    BookingState: "已预订 已借出 已归还 已取消",
    ContributionKind: "资金 物资 人员",
    FitReason: "类别 技能 内容 距离",
    SuggestionState: "待答复 已答复 已纳入清单 不予采纳",
    RowOutcome: "新增 更新 不变 有误",
}
"""The labels of each enum in the order of its members."""


class Label(BaseModel):
    """One code and what it is called."""

    code: str
    name: str


class Meta(BaseModel):
    """Every enum of the API by its name, the service categories, the policies, and every refusal."""

    enums: dict[str, list[Label]]
    categories: list[Label]
    policies: list[Label]
    errors: list[Label]


def labels(codes: type[StrEnum]) -> list[Label]:
    """The codes of an enum with their labels."""
    return [Label(code=code, name=name) for code, name in zip(codes, LABELS[codes].split(), strict=True)]


def _refusals(kind: type[AppError]) -> list[type[AppError]]:
    return [one for sub in kind.__subclasses__() for one in (sub, *_refusals(sub))]


@public.get("/meta")
async def meta() -> Meta:
    """Every code with its zh-CN label."""
    refusals = {one.code: one.title.zh for one in _refusals(AppError)}
    return Meta(
        enums={_name(codes): labels(codes) for codes in LABELS},
        categories=[Label(code=code, name=name.zh) for code, name in CATEGORIES.items()],
        policies=[Label(code=key, name=rule.means.zh) for key, rule in RULES.items()],
        errors=[Label(code=code, name=title) for code, title in sorted(refusals.items())],
    )


def _name(codes: type[StrEnum]) -> str:
    """`ClaimState` as `claim_state`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in codes.__name__)[1:]
