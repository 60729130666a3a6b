"""What the code of a place is for, in the words of posters and pages."""

from dataclasses import dataclass

from app.checkins.models import PlacePurpose


@dataclass(frozen=True, slots=True)
class Words:
    """A heading that is read from afar, and three steps, each a few words and two short lines."""

    heading: str
    steps: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]


SCAN = ("扫一扫", "打开微信扫一扫\n或用手机相机")
OF_PURPOSE: dict[PlacePurpose, Words] = {
    PlacePurpose.ENROLL: Words(
        "扫码报到",
        (SCAN, ("登录核对", "用手机号登录\n核对姓名和单位"), ("提交报到", "社区确认后\n收到电子回执")),
    ),
    PlacePurpose.ATTEND: Words(
        "扫码签到",
        (SCAN, ("确认签到", "选择今天的活动\n点“签到”"), ("离开签退", "走时再扫一次\n时长自动记下")),
    ),
    PlacePurpose.SERVE: Words(
        "服务打卡",
        (SCAN, ("到场打卡", "选择已接的单\n点“到场”"), ("完成打卡", "做完再扫一次\n请居民评议")),
    ),
    PlacePurpose.FILE: Words(
        "居民点单",
        (SCAN, ("说说需要", "打字、语音、拍照\n都可以"), ("等人上门", "党员接单服务\n办完请您评议")),
    ),
}
NO_PHONE = "不会扫、没有手机？请把编号告诉现场工作人员，一样办理。"
