"""What a code says to whoever reads it with any camera."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app.checkins import queries
from app.checkins.models import CodeState, Place
from app.enrollments import presenting as enrollments
from app.enrollments.schemas import VerifiedOut
from app.kit import clock, codes
from app.kit.codes import Code, Purpose, Unaccepted
from app.kit.crypto import Keyring
from app.kit.errors import NotFound
from app.regions import queries as regions

OF_PLACES = (Purpose.PLACE, Purpose.SCREEN)


class Verdict(StrEnum):
    """Whether a code counts, and why not."""

    LIVE = "live"
    NOT_OURS = "not_ours"
    FORGED = "forged"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REVOKED = "revoked"


SAYINGS: dict[Verdict, tuple[str, str]] = {
    Verdict.LIVE: ("", ""),
    Verdict.NOT_OURS: (
        "这不是本系统的码",
        "请核对是否扫错、抄错。如果是在社区张贴处扫到的，请告诉社区工作人员，谨防假冒。",
    ),
    Verdict.FORGED: (
        "验证未通过",
        "这个码可能是伪造的，也可能抄错了字。请不要在由它打开的其他页面填写个人信息，并告诉社区工作人员。",
    ),
    Verdict.NOT_YET: ("这个码还没有开始生效", "请稍等几秒再扫一次。"),
    Verdict.EXPIRED: ("这个码已过期", "请扫现场最新的码，或请工作人员办理。"),
    Verdict.REPLACED: ("这张海报已更换", "请扫新张贴的海报；找不到新海报，请问社区工作人员。"),
    Verdict.REVOKED: ("这个码已停用", "请向社区工作人员索取新的码。"),
}
"""What is said of a code, and what to do next; of one that counts its purpose says it."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A code that was read: whether it counts, and the place or the receipt that it names."""

    verdict: Verdict
    code: Code | None = None
    place: Place | None = None
    region_name: str = ""
    receipt: VerifiedOut | None = None


async def read(session: AsyncSession, keyring: Keyring, text: str) -> Landing:
    """What a code says now. Only what is signed is looked up, so that noise costs no statement."""
    now = clock.now()
    try:
        code, verdict = codes.read(keyring, text, now), Verdict.LIVE
    except Unaccepted as refusal:
        if refusal.code is None:
            return Landing(Verdict(refusal.reason))
        code, verdict = refusal.code, Verdict(refusal.reason)
    if code.purpose is Purpose.RECEIPT:
        return await _receipt(session, keyring, code)
    if code.purpose not in OF_PLACES:
        return Landing(verdict, code)
    placed = await queries.numbered(session, code.number)
    if placed is None:
        return Landing(Verdict.REVOKED, code)
    place, hung = placed
    state = hung.state(place, now)
    names = await regions.full_names(session, [place.region_code])
    told = verdict if state is CodeState.LIVE else Verdict(state)
    return Landing(told, code, place, names.get(place.region_code, ""))


async def _receipt(session: AsyncSession, keyring: Keyring, code: Code) -> Landing:
    try:
        return Landing(Verdict.LIVE, code, receipt=await enrollments.verified(session, keyring, code.text))
    except NotFound:
        return Landing(Verdict.REVOKED, code)
