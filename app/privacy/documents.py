"""The texts that people consent to, each with its version: another wording is another version."""

from dataclasses import dataclass

from app.access.models import Purpose


@dataclass(frozen=True, slots=True)
class Document:
    """What one consent is about, as the person reads it before they give it."""

    version: str
    title: str
    text: str


DOCUMENTS: dict[Purpose, Document] = {
    Purpose.PRIVACY_POLICY: Document(
        version="2026-11-24",
        title="隐私说明",
        text=(
            "我们记录什么：微信登录标识、您验证的手机号、您填写的昵称和居住社区，以及您点单、接单、评议时写下的内容。"
            "姓名、电话、地址、定位和文字在数据库中加密保存。\n"
            "谁能看到：受理社区的工作人员，以及认领后需要上门的服务人员，仅在服务期间；每人每天的查看都有记录，"
            "您可以在“谁看过我的信息”中查到。微心愿由社区转交，服务人员看不到联系人和地址。\n"
            "您的权利：随时导出本人的全部数据；随时注销，冷静期内重新登录即取消，期满后个人信息被删除，"
            "服务时长和积分只以编号保留；随时撤回已给出的同意。"
        ),
    ),
    Purpose.SHOW_IDENTITY: Document(
        version="2026-11-24",
        title="亮身份",
        text=(
            "同意后，居民在您认领的点单中会看到您的姓氏（如“王**”）和党员标识；不同意时只显示“服务人员”。"
            "是否同意不影响接单、时长和积分，可随时撤回，撤回后立即不再显示。"
        ),
    ),
}
