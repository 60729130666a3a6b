"""The desk's codes: made and changed by forms, printed from the browser, and shown on a screen that turns by itself."""

import re
from datetime import timedelta

import pypdfium2
import zxingcpp

from app.settings import Settings
from tests.checkins.places import a_place
from tests.clock import move_clock
from tests.console.browsing import Browser, forms_of
from tests.demands.world import World, ok


async def test_a_code_is_made_renewed_and_revoked_by_forms(world: World, desk: Browser) -> None:
    form = forms_of((await desk.get("/codes")).text)["/desk/codes"]
    said = {**form.fields, "purpose": "attend", "name": "党群服务中心", "expires_at": "2099-01-01T08:00"}
    made = await desk.post(form.action, said)
    assert (made.status_code, made.headers["location"]) == (303, "/desk/codes?done=code_made")
    (place,) = (await ok(world.desk.get("/places")))["items"]
    assert (place["name"], place["purpose"], place["state"]) == ("党群服务中心", "attend", "live")
    assert place["expires_at"] == "2099-01-01T08:00:00.000+08:00"
    for action, state, version in (("renew", "live", 2), ("revoke", "revoked", 2)):
        page = await desk.get("/codes")
        answer = await desk.post(
            f"/codes/{place['id']}/{action}", forms_of(page.text)[f"/desk/codes/{place['id']}/{action}"].fields
        )
        assert answer.status_code == 303
        (place,) = (await ok(world.desk.get("/places")))["items"]
        assert (place["state"], place["version"]) == (state, version)
    shown = (await desk.get("/codes")).text
    assert "已停用" in shown
    assert f"/desk/codes/{place['id']}/screen" not in shown


async def test_what_is_wrong_is_told_and_what_was_typed_stays(world: World, desk: Browser) -> None:
    form = forms_of((await desk.get("/codes")).text)["/desk/codes"]
    answer = await desk.post(form.action, {**form.fields, "name": "服务点", "expires_at": "2020-01-01T08:00"})
    assert answer.status_code == 422
    assert "有效期须晚于现在" in answer.text
    assert "服务点" in answer.text


async def test_a_place_is_found_by_the_number_that_somebody_reads_out(world: World, desk: Browser) -> None:
    first, second = await a_place(world.desk, name="一号点"), await a_place(world.desk, name="二号点")
    page = (await desk.get(f"/codes?number={first['number'].lower()}")).text
    assert "一号点" in page
    assert "二号点" not in page
    assert second["number"] not in page


async def test_an_observer_reads_and_changes_nothing(world: World, observer: Browser) -> None:
    place = await a_place(world.desk)
    page = (await observer.get("/codes")).text
    assert place["number"] in page
    posted = [action for action, form in forms_of(page).items() if form.method == "post"]
    assert posted == ["/desk/sign-out"]


async def test_posters_are_printed_from_the_browser_and_as_a_file(world: World, desk: Browser) -> None:
    places = [await a_place(world.desk), await a_place(world.desk, purpose="file", name="<b>一号楼</b>")]
    chosen = "&".join(f"place_id={one['id']}" for one in places)
    page = (await desk.get(f"/codes/posters?{chosen}")).text
    assert page.count("<article>") == page.count("<svg") == 2
    assert "扫码报到" in page
    assert "&lt;b&gt;一号楼" in page
    assert all(one["number"] in page for one in places)
    answer = await desk.get(f"/codes/posters?{chosen}&as_pdf=true")
    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    read = [zxingcpp.read_barcodes(sheet.render(scale=1.4).to_pil())[0].text for sheet in document]
    document.close()
    assert read == [one["url"] for one in places]


async def test_a_screen_shows_the_present_code_and_asks_for_the_next_by_itself(
    world: World, desk: Browser, settings: Settings
) -> None:
    place = await a_place(world.desk)
    first = (await desk.get(f"/codes/{place['id']}/screen")).text
    (seconds,) = re.findall(r'http-equiv="refresh" content="(\d+)"', first)
    assert 1 <= int(seconds) <= 20
    move_clock(settings, timedelta(seconds=20))
    assert (await desk.get(f"/codes/{place['id']}/screen")).text.split("<svg")[1] != first.split("<svg")[1]
    await ok(world.desk.post(f"/places/{place['id']}/revoke"))
    assert "已失效" in (await desk.get(f"/codes/{place['id']}/screen")).text
