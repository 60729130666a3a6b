"""A sheet is read back: its code by a reader of QR codes, its words as text."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.certificates import printing
from app.certificates.models import NamedBy, Revocation, ServedAs
from app.certificates.schemas import CertificateOut, Line
from app.ledger.models import Provenance
from app.ledger.schemas import ByProvenance
from tests.certificates.hours import booked, certificate
from tests.checkins.test_printing import opened, picture, read, words
from tests.demands.world import World

URL = "https://yihu.bajiao.example.gov.cn/q/C8F3K2Q7M5R1TABCDEFGHJKMNP"


def a_line(title: str = "社区吹哨我报到") -> Line:
    said: dict[str, Any] = {"minutes": 150, "provenance": Provenance.MEASURED, "place": "八角南路社区"}
    return Line(kind=ServedAs.ACTIVITY, title=title, on=date(2026, 11, 20), **said)


def a_sheet(*lines: Line, **said: Any) -> CertificateOut:
    usual: dict[str, Any] = {
        "id": uuid.UUID(int=1),
        "number": "8F3K-2Q7M-5R1T",
        "code": URL[-26:],
        "member_id": uuid.UUID(int=2),
        "account_id": None,
        "name": "王建国",
        "named_by": NamedBy.ROSTER,
        "organization_name": "八角南路社区第二党支部",
        "since": date(2026, 1, 1),
        "until": date(2026, 11, 27),
        "minutes": 200,
        "by_provenance": ByProvenance(measured=150, confirmed=50, entered=0),
        "activities": 1,
        "services": 1,
        "issued_at": datetime(2026, 11, 27, 18, tzinfo=UTC),
        "revoked_at": None,
        "revocation": None,
        "reason": None,
        "revoke_reason": None,
    }
    return CertificateOut(**usual | said, lines=list(lines or [a_line()]))


def test_a_readers_eye_finds_the_address_and_the_words_are_text() -> None:
    with opened(printing.pdf(a_sheet(), URL)) as document:
        whole, found = picture(document[0]), words(document[0])
    for seen in (whole, whole.convert("L").point(lambda grey: 255 if grey > 128 else 0)):
        assert read(seen) == [URL]
    for said in (
        "服务记录证明",
        "编号8F3K-2Q7M-5R1T",
        "兹证明王建国（八角南路社区第二党支部）在2026年1月1日至2026年11月27日期间",
        "参加活动1次，服务居民1次，服务时长合计3小时20分",
        "签到计时2小时30分，他人确认50分，本人填报0分",
        "2026-11-20",
        "社区吹哨我报到",
        "签发日期2026年11月28日",
    ):
        assert said in found
    assert "撤销：" not in found


def test_one_that_ended_says_so_on_the_sheet() -> None:
    ended = {"revoked_at": datetime(2026, 12, 1, tzinfo=UTC), "revocation": Revocation.HOURS}
    with opened(printing.pdf(a_sheet(**ended), URL)) as document:
        assert "已于2026年12月1日撤销：有时长被更正或冲销" in words(document[0])


@pytest.mark.parametrize(("named_by", "said"), [(NamedBy.HOLDER, "姓名由本人填写"), (NamedBy.DESK, "姓名经社区核对")])
def test_a_residents_sheet_says_who_vouches_for_the_name(named_by: NamedBy, said: str) -> None:
    with opened(printing.pdf(a_sheet(named_by=named_by, organization_name=None), URL)) as document:
        assert f"兹证明王建国（居民，{said}）在" in words(document[0])


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (printing.ON_FIRST, 1), (printing.ON_FIRST + 1, 2), (150, 5)])
def test_every_service_has_its_row_on_as_many_pages_as_that_takes(lines: int, pages: int) -> None:
    sheet = a_sheet(*(a_line(f"第{number}次活动") for number in range(lines)))
    with opened(printing.pdf(sheet, URL)) as document:
        found = [words(page) for page in document]
    assert len(found) == pages
    assert [number for number in range(lines) if f"第{number}次活动" not in "".join(found)] == []
    assert all(f"第{number}/{pages}页" in page for number, page in enumerate(found, start=1))


def test_a_long_title_is_cut_and_stays_in_its_column() -> None:
    with opened(printing.pdf(a_sheet(a_line("长" * 100)), URL)) as document:
        found = words(document[0])
    assert "长…八角南路社区" in found


async def test_a_member_prints_their_own(world: World, session: AsyncSession) -> None:
    await booked(session, world.members[0])
    made = await certificate(world.member)
    answer = await world.member.get(f"/certificates/{made['id']}/pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    with opened(answer.content) as document:
        (url,) = read(picture(document[0]))
    assert url == f"http://yihu.test/q/{made['code']}"
