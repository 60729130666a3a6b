"""What the pages say of what happened: a sentence for each event of a demand, and one for each thing just done."""

import re
import uuid
from typing import Any

from app.demands.events import DemandEvent
from app.demands.lifecycle import Mode, Reason
from app.demands.models import Channel, Result
from app.meta import labels
from app.notifications.models import SubjectKind

E = DemandEvent
HAPPENED: dict[DemandEvent, str] = {
    E.FILED: "提交点单",
    E.SUPPLEMENTED: "补充说明",
    E.DISPATCHED: "下单",
    E.RETURNED: "退回补充",
    E.REJECTED: "不予受理",
    E.TRANSFERRED: "转派",
    E.ESCALATED: "上报",
    E.COMPLETED: "服务完成，等待评议",
    E.EVALUATED: "评议",
    E.CLOSED: "关闭",
    E.REOPENED: "重开",
    E.REFILED: "申诉成立，重新受理",
    E.EVALUATION_STRUCK: "申诉成立，评议作废",
    E.CANCELLED: "撤销",
    E.MERGED: "并入其他事项",
    E.TOOK_IN: "并入一件相同事项",
    E.UNMERGED: "撤销合并",
    E.LET_GO: "一件合并的事项重新单列",
    E.SPLIT: "拆分",
    E.CHILD_ENDED: "一件子单结束",
    E.JOINED: "居民“我也是”",
    E.LEFT: "居民退出“我也是”",
    E.MESSAGED: "留言",
    E.PROPOSED: "申请吹哨，待街道同意",
    E.APPROVED: "同意吹哨",
    E.SENT_BACK: "退回吹哨申请",
    E.OVERDUE: "超时提醒",
    E.RESCHEDULED: "时限调整",
    E.NEEDS_DESK: "转入待办",
    E.OFFERED: "发出邀请",
    E.CLAIMED: "接单",
    E.DECLINED: "谢绝邀请",
    E.EXPIRED: "邀请过期",
    E.WITHDRAWN: "退出",
    E.RELEASED: "释放名额",
    E.CONTACTED: "已联系居民",
    E.ARRIVED: "到场",
    E.SERVED: "完成服务",
    E.ENDED: "结束岗位服务",
    E.CONFIRMED: "确认服务",
    E.NO_SHOW: "记未到场",
    E.HOURS_HELD: "时长被申诉，裁决前暂不计入",
    E.HOURS_SETTLED: "时长申诉已裁决",
    E.EXCUSED: "申诉成立，未到场撤销",
    E.WARNED: "吹哨时限将到",
    E.MISSED: "吹哨时限已过",
    E.RESTORED: "恢复接单",
    E.FEEDBACK: "党员反馈",
    E.RATED: "评哨",
    E.STAFFED: "确定服务人员",
}

DONE: dict[str, str] = {
    "code_made": "已新建，请打印海报或投屏",
    "code_changed": "已办理",
    "filed": "已登记",
    "published": "已登记并下单",
    "dispatch": "已下单",
    "return": "已退回，等待补充",
    "reject": "已不予受理",
    "transfer": "已转派",
    "escalate": "已上报",
    "approve": "已同意吹哨",
    "send_back": "已退回吹哨申请",
    "merge": "已合并",
    "unmerge": "已撤销合并",
    "finish": "已结束服务，等待评议",
    "close": "已关闭",
    "reopen": "已重开",
    "evaluate": "已登记评议",
    "message": "已留言",
    "supplement": "已补充",
    "cancel": "已撤销",
    "claim": "已代为接单",
    "accept": "已代为接受",
    "decline": "已代为谢绝",
    "contact": "已登记联系",
    "arrive": "已登记到场",
    "complete": "已登记完成",
    "confirm": "已确认",
    "withdraw": "已登记退出",
    "no_show": "已记未到场",
    "split": "已拆分为子单",
    "rate": "已评哨",
    "appeal_decided": "已裁决，申诉人会收到结果",
    "complaint_answered": "已答复，提出人会收到答复",
    "binding_decided": "已确认，账号可正常使用",
    "certificate_issued": "已开具，可打印后交给本人",
    "certificate_revoked": "已撤销，扫码即显示撤销时间",
    "enrollment_confirm": "已确认报到",
    "enrollments_confirmed": "已确认，未能确认的仍在下方",
    "enrollment_refuse": "未予确认，报到人会收到理由",
    "enrollment_let-go": "已同意退出",
    "enrollment_keep": "未同意退出，报到人会收到理由",
    "activity_draft": "草稿已保存，发布后即可报名",
    "activity_publish": "已发布，可以报名",
    "activity_cancel": "活动已取消，报名的人会收到通知",
    "shift_roll_call": "已点名",
    "shift_enter": "已登记补录，待另一人确认后生效",
    "shift_move": "已改期，报名的人会收到通知",
    "shift_cancel": "本场已取消，报名的人会收到通知",
    "scan_decided": "已审核，本人会收到结果",
    "scans_decided": "已审核，未能办理的仍在下方",
    "late_entry_decided": "已确认补录",
}
"""What is said once it is done."""

PART = re.compile(r"children\.[0-9]+\.(.+)")
ROW = re.compile(r"(shifts|roles|spots|items)\.([0-9]+)\.?")
ROWS = {"shifts": "场次", "roles": "岗位", "spots": "点位", "items": "任务"}
"""What the rows of an activity's lists are called."""
DETAILS = {"mode": Mode, "channel": Channel, "result": Result, "reason": Reason}


FIELDS = {
    "title": "标题",
    "description": "详情",
    "region_code": "社区",
    "address": "地址",
    "contact": "联系人",
    "contact.name": "联系人姓名",
    "contact.phone": "联系电话",
    "on_behalf_of": "来电人",
    "on_behalf_of.name": "来电人姓名",
    "on_behalf_of.phone": "来电人手机",
    "category": "类别",
    "name": "地点名称",
    "purpose": "用途",
    "expires_at": "有效期至",
    "answers": "问题",
    "wanted_by": "希望完成时间",
    "reason": "原因",
    "cause": "原因类别",
    "result": "结果",
    "text": "留言",
    "slots": "名额",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "due_at": "办理时限",
    "member_ids": "党员",
    "since": "从",
    "until": "到",
    "member_id": "党员",
    "organization_ids": "单位",
    "skills": "技能",
    "note": "说明",
    "children": "子单",
    "kind": "类型",
    "audience": "面向",
    "brand": "品牌",
    "organization_id": "主办单位",
    "leader_ids": "负责人",
    "demand_id": "服务的点单",
    "capacity": "人数",
    "people": "人数",
    "repeat.times": "共几场",
    "repeat.every_days": "隔几天一场",
    "into_id": "合并到",
    "left": "未完成的部分",
    "minutes": "服务分钟数",
    "complete.minutes": "服务分钟数",
    "summary": "完成情况",
    "stars": "星级",
    "resolved": "是否解决",
    "comment": "评价",
    "closes": "何时办结",
    "upheld": "裁决",
    "amount": "应得数额",
    "accepted": "是否采纳",
    "ids": "扫码记录",
    "sign_up_ids": "人员",
    "sign_up_id": "人员",
    "mark": "点名结果",
    "at": "时间",
    "arrived_at": "到场时间",
    "left_at": "离场时间",
    "username": "用户名",
    "password": "密码",
}
"""What the fields of the forms are called."""


def field(name: str) -> str | None:
    """What a field is called, also one of a list, of a part or of what is dispatched at once."""
    if part := PART.fullmatch(name):
        return f"子单的{field(part[1]) or part[1]}"
    if row := ROW.match(name):
        rest = name[row.end() :]
        return f"{ROWS[row[1]]} {int(row[2]) + 1} {'名称' if rest == 'name' else field(rest) or ''}".rstrip()
    plain = name.removeprefix("dispatch.")
    return FIELDS.get(plain) or FIELDS.get(plain.split(".")[0])


def happened(kind: str) -> str:
    """What an event is called."""
    return HAPPENED.get(DemandEvent(kind), kind)


def details(detail: dict[str, Any]) -> list[str]:
    """The codes of an event in words."""
    said = []
    for name, value in detail.items():
        if name in DETAILS and value:
            said.append({one.code: one.name for one in labels(DETAILS[name])}.get(value, str(value)))
        elif name == "stars":
            said.append(f"{value} 星")
        elif name == "resolved":
            said.append("已解决" if value else "未解决")
    return said


def done(code: str | None) -> str | None:
    """What to say of what was just done; nothing of what nobody does."""
    return DONE.get(code or "")


PLACES = {
    SubjectKind.DEMAND: "demands/{}",
    SubjectKind.APPEAL: "appeals/{}",
    SubjectKind.COMPLAINT: "complaints/{}",
    SubjectKind.BINDING: "bindings",
    SubjectKind.ENROLLMENT: "enrollments",
    SubjectKind.LATE_ENTRY: "activities",
    SubjectKind.SCAN: "scans",
    SubjectKind.CERTIFICATE: "certificates",
}
"""The page of what a message is about; a claim has none of its own."""


def place(kind: SubjectKind, subject_id: uuid.UUID) -> str | None:
    """Where a message leads to, under the pages."""
    return f"/desk/{PLACES[kind].format(subject_id)}" if kind in PLACES else None
