"""The desk's certificates: issued at the counter, printed, found by the number on a sheet, taken back."""

import pypdfium2
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock, db
from app.settings import Settings
from tests.activities.evenings import Evenings, evening
from tests.activities.test_roll_call import later
from tests.certificates.hours import SINCE, booked, certificate, until
from tests.console.browsing import Browser, at_desk, forms_of
from tests.demands.world import World, ok

FORM = "/desk/certificates"


async def test_a_member_is_looked_for_certified_printed_and_the_sheet_taken_back(
    world: World, session: AsyncSession, desk: Browser
) -> None:
    await booked(session, world.members[0], 80)
    await session.commit()
    page = (await desk.get("/certificates?who=党员1")).text
    assert str(world.members[0].id) in page
    said = {"member_id": str(world.members[0].id), "since": SINCE, "until": until(), "reason": "年度评优"}
    made = await desk.post(FORM, forms_of(page)[FORM].fields | said)
    (one,) = (await ok(world.desk.get("/certificates")))["items"]
    plain = one["number"].replace("-", "")
    assert (made.status_code, made.headers["location"]) == (
        303,
        f"/desk/certificates?number={plain}&done=certificate_issued",
    )
    assert (one["reason"], one["minutes"]) == ("年度评优", 80)
    sheet = await desk.get(f"/certificates/{one['id']}/pdf")
    document = pypdfium2.PdfDocument(sheet.content)
    assert "党员1号" in document[0].get_textpage().get_text_range()
    document.close()
    listed = (await desk.get(f"/certificates?number={one['number'].lower()}")).text
    action = f"{FORM}/{one['id']}/revoke"
    answer = await desk.post(action, forms_of(listed)[action].fields | {"reason": "开错了期间"})
    assert answer.headers["location"] == "/desk/certificates?done=certificate_revoked"
    shown = (await desk.get("/certificates")).text
    assert "已撤销" in shown
    assert action not in shown


async def test_what_is_wrong_is_told_and_what_was_typed_stays(
    world: World, session: AsyncSession, desk: Browser
) -> None:
    form = forms_of((await desk.get("/certificates")).text)[FORM]
    said = {"since": SINCE, "until": until(), "reason": "年度评优"}
    nobody = await desk.post(FORM, form.fields | said)
    assert nobody.status_code == 422
    assert "请先查找并选择党员" in nobody.text
    form = forms_of(nobody.text)[FORM]
    nothing = await desk.post(FORM, form.fields | said | {"member_id": str(world.members[0].id)})
    assert nothing.status_code == 409
    assert "没有可证明的服务时长" in nothing.text
    assert "年度评优" in nothing.text
    assert str(world.members[0].id) in nothing.text


async def test_a_resident_who_served_is_certified_from_the_roll_under_the_name_that_the_desk_has_seen(
    world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions
) -> None:
    evenings = Evenings(world, session, settings, sessions)
    activity = await evenings.published(audience="all")
    mine = await evenings.sign_up(world.filer, activity)
    await evenings.at(later(hours=3))
    await evenings.roll(world.desk, activity, {"sign_up_id": mine["id"], "mark": "attended"})
    desk = await at_desk(session, world.desk)
    resident = (await ok(world.filer.get("/me")))["id"]
    place = f"/desk/certificates?account={resident}"
    assert place in (await desk.get(f"/activities/{activity['id']}")).text
    page = await desk.get(place)
    said = {"since": SINCE, "until": evening(5).date().isoformat(), "reason": "评选优秀志愿者"}
    early = await desk.submit(page, FORM, **said, name="王秀兰")
    assert "不晚于今天" in early.text
    kept = forms_of(early.text)[FORM].fields
    assert (kept["name"], kept["account_id"]) == (["王秀兰"], [resident])
    assert (await desk.submit(early, FORM, until=clock.today().isoformat())).status_code == 303
    (one,) = (await ok(world.filer.get("/certificates")))["items"]
    assert (one["name"], one["named_by"], one["minutes"]) == ("王秀兰", "desk", 120)
    assert "王秀兰 <small>居民</small>" in (await desk.get("/certificates")).text


async def test_an_observer_reads_and_changes_nothing(world: World, session: AsyncSession, observer: Browser) -> None:
    await booked(session, world.members[0])
    made = await certificate(world.member)
    page = (await observer.get("/certificates")).text
    assert made["number"] in page
    assert [action for action, form in forms_of(page).items() if form.method == "post"] == ["/desk/sign-out"]
