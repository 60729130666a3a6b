"""The words of every message, zh-CN. Nothing here is stored: names are looked up when a message is read."""

from app.activities.lifecycle import SignUpState
from app.demands.events import DemandEvent
from app.demands.ladder import WhistleClock
from app.demands.lifecycle import Reason
from app.demands.models import Result
from app.notifications.models import NotificationKind
from app.oversight.appeals.models import AppealKind, ComplaintKind
from app.oversight.observations.models import Undertaken

N, E = NotificationKind, DemandEvent
TEXTS: dict[NotificationKind, tuple[str, str]] = {
    N.FILED_FOR_YOU: ("有人为您点单", "已为您提交「{title}」，由{desk}受理。"),
    N.RETURNED: ("请补充信息", "「{title}」需要您补充信息后继续办理，逾期未补充将关闭。"),
    N.REJECTED: ("不予受理", "「{title}」未予受理，原因见办理记录。"),
    N.RATE: ("服务已完成，请评议", "「{title}」的服务已完成，请评议是否解决。"),
    N.RATED_FOR_YOU: ("已登记评议", "「{title}」已登记评议：{stars}星，{resolved}。如有出入，请联系{desk}。"),
    N.CLOSED: ("办理结果", "「{title}」{result}。"),
    N.CANCELLED: ("已撤销", "「{title}」已撤销。"),
    N.REOPENED: ("重新办理", "「{title}」重新办理，现为第{round}轮。"),
    N.MERGED: ("合并办理", "「{title}」已与同类需求合并办理，可随时查看进展。"),
    N.UNMERGED: ("恢复单独办理", "「{title}」恢复单独办理，由{desk}受理。"),
    N.SPLIT: ("拆分办理", "「{title}」已拆分办理，各项进展可在详情中查看。"),
    N.DISPATCHED: ("已下单", "「{title}」已由{desk}下单。"),
    N.MOVED: ("受理单位变更", "「{title}」现由{desk}办理。"),
    N.CLAIMED: ("有人接单", "{who}已接单「{title}」。"),
    N.ARRIVED: ("服务人员已到场", "{who}已到场，正在办理「{title}」。"),
    N.WITHDRAWN: ("服务人员退出", "{who}不能参加「{title}」，正在另行安排。"),
    N.NO_SHOW: ("服务人员未到场", "{who}未能到场，「{title}」正在另行安排。"),
    N.MESSAGE: ("新留言", "「{title}」有新留言。"),
    N.OFFERED: ("新的邀请", "{desk}邀请您参加「{title}」，请在{expires_at}前答复。"),
    N.WHISTLED: ("吹哨待签收", "{desk}就「{title}」吹哨，请在{acknowledge_by}前签收。"),
    N.OFFER_EXPIRED: ("邀请已过期", "「{title}」的邀请已过期，无需处理。"),
    N.RELEASED: ("无需前往", "「{title}」已不需要您前往。"),
    N.RESTORED: ("请继续参加", "「{title}」恢复单独办理，您的接单继续有效。"),
    N.STAFFED: ("单位安排您参加服务", "{who}安排您参加「{title}」。"),
    N.PLAN_CHANGED: ("安排有变", "「{title}」的安排有变，请查看时间和要求。"),
    N.NOTED: ("为您登记", "{desk}就「{title}」为您登记：{noted}。如有出入，请及时联系。"),
    N.MARKED_ABSENT: ("登记为未到场", "「{title}」登记您未到场。如有异议，请联系{desk}。"),
    N.DUTY_ENDED: ("岗位期满", "「{title}」的岗位服务已结束，感谢您的付出。"),
    N.CONFIRMED: ("服务已确认", "您在「{title}」的服务已确认，计{minutes}分钟。"),
    N.RATED: ("收到评议", "「{title}」收到评议：{stars}星，{resolved}。"),
    N.NEW: ("新的需求", "「{title}」待处理。"),
    N.SUPPLEMENTED: ("已补充信息", "「{title}」已补充信息，请继续办理。"),
    N.NEEDS_DESK: ("需要处理", "「{title}」{reason}。"),
    N.DECLINED: ("邀请被谢绝", "{who}谢绝了「{title}」的邀请。"),
    N.TAKEN_BACK: ("需求已撤销", "「{title}」已由提出人撤销。"),
    N.WITHDRAWN_LATE: ("临近服务退出", "{who}临近服务退出「{title}」，请立即另行安排。"),
    N.OVERDUE: ("办理超时", "「{title}」已超过办结时限，请督促办理。"),
    N.WHISTLE_DUE: ("吹哨即将超时", "「{title}」的吹哨{clock}时限将到。"),
    N.WHISTLE_MISSED: ("吹哨超时", "「{title}」的吹哨未在时限内{clock}。"),
    N.WHISTLE_SENT_BACK: ("吹哨被退回", "「{title}」的吹哨未获批准，原因见办理记录。"),
    N.HOURS_HELD: ("服务时长有异议", "「{title}」的服务时长有人提出申诉，裁决前暂不计入。"),
    N.HOURS_SETTLED: ("服务时长已裁定", "「{title}」的服务时长申诉已有结果，您的服务计{minutes}分钟。"),
    N.APPEAL_TO_DECIDE: ("申诉待裁决", "对「{title}」{about}的申诉待{desk}裁决。"),
    N.APPEAL_CLIMBED: ("申诉已转上级", "您对「{title}」{about}的申诉逾期未裁决，已转{desk}裁决。"),
    N.APPEAL_UPHELD: ("申诉成立", "您对「{title}」{about}的申诉成立，理由见申诉详情。"),
    N.APPEAL_REFUSED: ("维持原决定", "您对「{title}」{about}的申诉未获支持，维持原决定，理由见申诉详情。"),
    N.DECISION_REVERSED: ("决定被撤销", "您就「{title}」作出的决定（{about}）经申诉撤销，理由见申诉详情。"),
    N.COMPLAINT_TO_ANSWER: ("投诉建议待答复", "有一件{what}待{desk}答复。"),
    N.COMPLAINT_CLIMBED: ("投诉建议已转上级", "您的{what}逾期未答复，已转{desk}答复。"),
    N.COMPLAINT_ANSWERED: ("投诉建议已答复", "{desk}已答复您的{what}。"),
    N.BINDING_TO_DECIDE: ("身份待核对", "有一个账号的手机号对应多名党员，请{desk}核对。"),
    N.ENROLLMENT_TO_CONFIRM: ("报到待确认", "{who}申请到{desk}报到，请确认。"),
    N.EXIT_TO_DECIDE: ("退出待批准", "{who}申请退出{desk}，请批准或说明理由。"),
    N.ENROLLMENT_CONFIRMED: ("报到成功", "{who}在{desk}的报到已确认，可在报到详情中查看回执。"),
    N.ENROLLMENT_REFUSED: ("报到未通过", "{who}在{desk}的报到未通过，理由见报到详情。"),
    N.ENROLLMENT_KEPT: ("退出未获批准", "{who}退出{desk}的申请未获批准，理由见报到详情。"),
    N.ENROLLMENT_ENDED: ("报到已结束", "{who}在{desk}的报到已结束。"),
    N.MUSTERED: ("集结令", "{desk}发布集结令「{title}」，请在{ends_at}前组织报到。"),
    N.BINDING_DECIDED: ("身份核对完成", "{desk}已核对您的党员身份，请在“我的”中查看。"),
    N.SHIFT_REMINDED: ("活动提醒", "您报名的「{title}」将于{starts_at}开始。"),
    N.SHIFT_MOVED: ("活动改期", "您报名的「{title}」改为{starts_at}，名额保留；如不能参加，开始前可随时取消。"),
    N.SHIFT_CLASHES: ("改期待确认", "「{title}」改为{starts_at}，与您的其他安排冲突，请确认是否参加。"),
    N.SHIFT_CANCELLED: ("场次取消", "您报名的「{title}」（{starts_at}）已取消，无需前往。"),
    N.PLACE_FREE: ("候补转正", "「{title}」（{starts_at}）有空出的名额，请尽快确认参加。"),
    N.PLACE_LAPSED: ("候补失效", "您对「{title}」（{starts_at}）的候补已失效，无需前往。"),
    N.SIGN_UP_NOTED: ("活动登记", "已就「{title}」（{starts_at}）为您登记：{state}。如有出入，请联系活动负责人。"),
    N.LATE_ENTRY_TO_CONFIRM: ("补录待确认", "「{title}」有一条补录待{desk}另一人确认。"),
    N.LATE_ENTRY_ACCEPTED: ("补录已确认", "您为「{title}」录入的补录已由他人确认。"),
    N.LATE_ENTRY_REFUSED: ("补录未获确认", "您为「{title}」录入的补录未获确认，不予计入。"),
    N.OBSERVATION_OPENED: ("观摩开始", "{desk}的「{title}」已开始，请按安排打分或准备汇报。"),
    N.OBSERVATION_CHANGED: ("观摩有变", "{desk}的「{title}」有变化（更换细则或取消），请查看。"),
    N.OBSERVATION_DUE: ("观摩待收尾", "「{title}」的打分时间已到，请{desk}核对后公布名次。"),
    N.OBSERVATION_CLOSED: ("观摩名次公布", "{desk}的「{title}」已公布名次，请查看。"),
    N.UNDERTAKING_RAISED: ("观摩后待办", "「{title}」后有一项{what}待办，请查看内容和期限。"),
    N.UNDERTAKING_DUE: ("待办即将到期", "「{title}」后的一项{what}即将到期，请办理并上传佐证。"),
    N.UNDERTAKING_SHOWN: ("佐证待查看", "「{title}」后的一项{what}已上传佐证，待{desk}查看。"),
    N.UNDERTAKING_LOOKED_AT: ("佐证已查看", "「{title}」后的一项{what}已有人查看，结果见详情。"),
    N.SUGGESTION_TO_ANSWER: ("清单建议待答复", "有一条清单建议待{desk}答复。"),
    N.SUGGESTION_ANSWERED: ("清单建议已答复", "{desk}已答复您的建议，内容见建议详情。"),
    N.SUGGESTION_ACCEPTED: ("清单建议已采纳", "{desk}已采纳您的建议，下次发布清单后即可查看。"),
    N.SUGGESTION_REFUSED: ("清单建议未采纳", "{desk}未采纳您的建议，理由见建议详情。"),
    N.PROJECT_OFFERED: ("项目待认领", "{desk}请您的单位认领项目「{title}」，请接受或说明理由。"),
    N.PROJECT_TAKEN: ("项目已认领", "项目「{title}」有单位认领。"),
    N.PROJECT_DECLINED: ("项目认领被谢绝", "有单位谢绝认领项目「{title}」，理由见认领记录。"),
    N.PROJECT_WITHDRAWN: ("项目无需认领", "{desk}已撤回项目「{title}」的认领邀请。"),
    N.PROJECT_DONE: ("项目已完成", "{desk}已确认您的单位完成项目「{title}」。"),
    N.PROJECT_GIVEN_UP: ("项目认领已放弃", "项目「{title}」的一次认领已放弃，理由见认领记录。"),
    N.BOOKED: ("新的预订", "「{title}」有新的预订，时间和数量见预订详情。"),
    N.BOOKING_CANCELLED: ("预订已取消", "「{title}」的一次预订已取消，理由见预订详情。"),
    N.LOAN_OVERDUE: ("借用逾期", "借用的「{title}」已到期，请尽快归还。"),
}
"""A title and a body for each kind."""

UNSEEN = "此消息所涉的内容已不对您开放。"
"""All that is said of what the reader may no longer see."""
ALIKE = "（共{times}次）"

REASONS: dict[Reason, str] = {
    Reason.NEW: "待处理",
    Reason.NOBODY_CLAIMED: "公开后无人认领，请另行安排",
    Reason.OFFERS_ENDED: "的邀请均未被接受，请另行安排",
    Reason.WINDOW_PASSED: "已过约定时间，请跟进",
    Reason.PARTIAL: "只完成了一部分，请安排后续",
    Reason.DISSATISFIED: "未获居民认可，请重开或说明后关闭",
    Reason.TO_CLOSE: "已完成，请办结",
    Reason.CHILDREN_ENDED: "拆分的各项均已结束，请处理",
    Reason.WHISTLE_TO_APPROVE: "的吹哨待街道批准",
}
RESULTS: dict[Result, str] = {
    Result.RESOLVED: "已确认解决",
    Result.HANDLED: "已办结",
    Result.UNRESOLVED: "未能解决，原因见办理记录",
    Result.REFERRED: "已转其他部门办理",
    Result.NO_ANSWER: "因逾期未补充信息而关闭",
    Result.UNRATED: "已完成，逾期未评议",
}
NOTED: dict[DemandEvent, str] = {
    E.CLAIMED: "已接单",
    E.DECLINED: "谢绝邀请",
    E.WITHDRAWN: "退出服务",
    E.ARRIVED: "已到场",
    E.SERVED: "已完成服务",
    E.EXCUSED: "未到场记录经申诉撤销",
    E.EVALUATION_STRUCK: "本轮评议经申诉不再计入",
}
"""What a desk may say for somebody who is offline, and what an upheld appeal changes."""
CLOCKS: dict[WhistleClock, str] = {
    WhistleClock.ACKNOWLEDGE: "签收",
    WhistleClock.CONTACT: "联系居民",
    WhistleClock.ARRIVE: "到场",
}
APPEALED: dict[AppealKind, str] = {
    AppealKind.REJECTION: "不予受理",
    AppealKind.MERGE: "合并办理",
    AppealKind.CANCELLATION: "撤销",
    AppealKind.NO_SHOW: "登记未到场",
    AppealKind.EVALUATION: "评议",
    AppealKind.HOURS: "服务时长",
    AppealKind.POINTS: "积分",
}
SIGNED_UP: dict[SignUpState, str] = {
    SignUpState.WAITING: "候补",
    SignUpState.PROMOTED: "候补待确认",
    SignUpState.BOOKED: "已报名",
    SignUpState.PRESENT: "已签到",
    SignUpState.DONE: "已参加",
    SignUpState.CANCELLED: "已取消报名",
    SignUpState.LAPSED: "候补已失效",
    SignUpState.RELEASED: "场次已取消",
    SignUpState.UNMARKED: "未点名",
    SignUpState.NO_SHOW: "未到场",
}
COMPLAINED: dict[ComplaintKind, str] = {ComplaintKind.COMPLAINT: "投诉", ComplaintKind.SUGGESTION: "建议"}
UNDERTAKEN: dict[Undertaken, str] = {
    Undertaken.FINDING: "整改",
    Undertaken.STEP: "下步工作",
    Undertaken.COMMITMENT: "表态承诺",
}
ADMINISTRATORS = "管理员"
"""Who stands above every district's desk."""
RESOLVED = {True: "已解决", False: "未解决"}
