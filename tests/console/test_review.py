"""One demand on one screen: what it shows, and everything that can be done from it."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.wording import HAPPENED
from app.demands.events import DemandEvent
from app.demands.models import Claim, Demand, Note, Reveal
from tests.console.browsing import Browser, at_desk, forms_of
from tests.demands.world import NEIGHBOUR, World, claimed, filed, ids, ok, opened, seen

CONTACT = {"contact": {"name": "王女士", "phone": "13812345678"}, "address": "育才街12号楼3单元"}


async def screen(desk: Browser, demand: dict[str, Any], more: str = "") -> Any:
    answer = await desk.get(f"/demands/{demand['id']}{more}")
    assert answer.status_code == 200, answer.text
    return answer


async def act(desk: Browser, demand: dict[str, Any], action: str, **values: Any) -> Any:
    """Fill in a form of the screen; it must lead on."""
    answer = await desk.submit(await screen(desk, demand), f"/desk/demands/{demand['id']}/{action}", **values)
    assert answer.status_code == 303, answer.text
    return answer


async def test_contact_and_address_are_shown_on_request_and_kept_as_seen(
    session: AsyncSession, world: World, desk: Browser
) -> None:
    demand = await filed(world.filer, **CONTACT)
    hidden = (await screen(desk, demand)).text
    assert "13812345678" not in hidden
    assert "3单元" not in hidden
    shown = (await screen(desk, demand, "?contact=true")).text
    assert "13812345678" in shown
    assert "3单元" in shown
    assert await session.scalar(select(func.count()).select_from(Reveal)) == 1


async def test_an_observer_reads_and_has_nothing_to_press(world: World, observer: Browser) -> None:
    demand = await filed(world.filer, **CONTACT)
    page = (await screen(observer, demand)).text
    assert [action for action in forms_of(page) if action != "/desk/sign-out"] == []
    assert "显示联系方式" not in page
    assert "13812345678" not in (await screen(observer, demand, "?contact=true")).text


async def test_the_forms_are_those_of_the_actions(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    forms = forms_of((await screen(desk, demand)).text)
    actions = {action.rsplit("/", 1)[1] for action, form in forms.items() if form.method == "post"}
    allowed = set((await seen(world.desk, demand))["actions"]) - {"merge"}
    assert actions == allowed | {"message", "sign-out"}


async def test_a_demand_is_opened(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    await act(desk, demand, "dispatch", slots="2", note="带工具", skills="水电、木工", ends_at="2199-01-01T18:00")
    now = await seen(world.desk, demand)
    assert (now["state"], now["mode"], now["slots"]) == ("dispatched", "open", 2)
    assert (now["skills"], now["ends_at"]) == (["水电", "木工"], "2199-01-01T18:00:00.000+08:00")


async def test_a_demand_is_assigned_and_whistled_for(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    await act(desk, demand, "dispatch", mode="assigned", slots="2", member_ids=ids(world.members[:2]))
    assert len((await ok(world.desk.get(f"/demands/{demand['id']}/claims")))["items"]) == 2
    demand = await filed(world.filer)
    await act(desk, demand, "dispatch", mode="whistle", organization_ids=ids([world.other_unit]))
    assert (await seen(world.desk, demand))["proposal"]["organizations"][0]["display_name"] == "住建局"


async def test_a_proposed_whistle_is_approved_by_the_desk_above(
    session: AsyncSession, world: World, desk: Browser
) -> None:
    demand = await filed(world.filer)
    await act(desk, demand, "dispatch", mode="whistle", organization_ids=ids([world.other_unit]))
    district = await at_desk(session, world.district_desk)
    await act(district, demand, "approve")
    assert (await seen(world.desk, demand))["mode"] == "whistle"


async def test_two_of_the_same_are_merged(world: World, desk: Browser) -> None:
    first = await filed(world.filer)
    second = await filed(world.stranger)
    await act(desk, second, "merge", into_id=first["id"])
    assert (await seen(world.desk, second))["state"] == "merged"
    assert first["number"] in (await screen(desk, second)).text
    await act(desk, second, "unmerge", reason="不是一回事")
    assert (await seen(world.desk, second))["state"] == "filed"


async def test_a_demand_is_split_into_parts(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    parts = {
        "children.0.description": "疏通主管道",
        "children.0.dispatch.mode": "open",
        "children.2.description": "清扫楼前污水",
        "children.2.category": "environment",
        "children.2.region_code": NEIGHBOUR,
    }
    await act(desk, demand, "split", **parts, closes="any", note="两件事")
    whole = await seen(world.desk, demand)
    assert (whole["state"], whole["closes"]) == ("serving", "any")
    first, second = whole["children"]
    assert (first["title"], first["category"], first["state"]) == ("疏通主管道", "repair", "dispatched")
    assert (second["title"], second["category"], second["state"]) == ("清扫楼前污水", "environment", "filed")
    assert (await seen(world.neighbour_desk, second))["handler"]["region_code"] == NEIGHBOUR
    assert "清扫楼前污水" in (await screen(desk, demand)).text


async def test_a_splitting_that_is_refused_keeps_every_part(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    place = f"/desk/demands/{demand['id']}/split"
    page = await screen(desk, demand)
    empty = await desk.submit(page, place)
    assert empty.status_code == 422
    assert "子单：必填" in empty.text
    parts = {"children.0.description": "疏通", "children.1.category": "repair", "children.1.dispatch.mode": "open"}
    answer = await desk.submit(page, place, **parts)
    assert answer.status_code == 422
    assert "子单的详情：必填" in answer.text
    kept = forms_of(answer.text)[place].fields
    assert kept["children.0.description"] == ["疏通"]
    assert (kept["children.1.category"], kept["children.1.dispatch.mode"]) == (["repair"], ["open"])
    assert (await seen(world.desk, demand))["children"] == []
    assert (await desk.submit(answer, place, **{"children.1.description": "清扫"})).status_code == 303
    claim = await claimed(world.member, (await seen(world.desk, demand))["children"][1])
    stale = await desk.submit(page, f"/desk/demands/{demand['id']}/reject", reason="此时已拆")
    assert (stale.status_code, "此时已拆" in stale.text, claim["state"]) == (409, True, "accepted")


async def test_splitting_twice_by_a_double_click_makes_the_parts_once(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    form = forms_of((await screen(desk, demand)).text)[f"/desk/demands/{demand['id']}/split"]
    sent = {**form.fields, "children.0.description": "疏通"}
    for _ in range(2):
        assert (await desk.post(form.action, sent)).status_code == 303
    assert len((await seen(world.desk, demand))["children"]) == 1


async def whistled(world: World) -> dict[str, Any]:
    """A whistle that the unit has answered, and its claim."""
    demand = await filed(world.filer)
    plan = {"mode": "whistle", "slots": 1, "organization_ids": ids([world.unit])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    claim = (await ok(world.desk.get(f"/demands/{demand['id']}/claims")))["items"][0]
    await ok(world.liaison.post(f"/claims/{claim['id']}/accept"))
    return {**demand, "claim": claim}


async def test_the_whistler_rates_a_response_that_is_over(
    session: AsyncSession, world: World, desk: Browser, observer: Browser
) -> None:
    demand = await whistled(world)
    place = f"/desk/claims/{demand['claim']['id']}/rate"
    assert place not in forms_of((await screen(desk, demand)).text), "it is not over"
    await ok(world.liaison.post(f"/claims/{demand['claim']['id']}/complete", {"minutes": 60}))
    page = await screen(desk, demand)
    assert place not in forms_of((await screen(observer, demand)).text)
    refused = await desk.submit(page, place, comment="来得太晚")
    assert refused.status_code == 422
    assert "星级：必填" in refused.text
    assert forms_of(refused.text)[place].fields["comment"] == ["来得太晚"]
    assert (await desk.submit(refused, place, stars="2", resolved="false")).status_code == 303
    shown = (await screen(desk, demand)).text
    assert "评哨 2 星 · 未解决：来得太晚" in shown
    assert place not in forms_of(shown)
    assert "来得太晚" in (await screen(observer, demand)).text
    late = await desk.submit(page, place, stars="5", comment="第二次")
    assert (late.status_code, "第二次" in late.text) == (409, True)
    said = await ok(world.desk.get(f"/claims/{demand['claim']['id']}/evaluation"))
    assert [one["stars"] for one in said["items"]] == [2]


async def test_candidates_are_shown_where_they_are_asked_for(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    names = [f"{who}{number}号" for who in ("党员", "职工") for number in range(1, 7)]
    shown = [(await screen(desk, demand, query)).text for query in ("", "?candidates=true")]
    assert [any(name in text for name in names) for text in shown] == [False, True]


@pytest.mark.parametrize(
    ("action", "values", "state"),
    [
        ("return", {"reason": "几号楼？"}, "returned"),
        ("reject", {"reason": "不归我们管", "cause": "not_our_duty"}, "rejected"),
        ("close", {"reason": "已当面解决", "result": "handled"}, "closed"),
        ("transfer", {"reason": "是隔壁社区的", "region_code": NEIGHBOUR}, "filed"),
        ("escalate", {"reason": "需街道协调"}, "filed"),
    ],
)
async def test_a_desk_moves_a_demand(
    world: World, desk: Browser, action: str, values: dict[str, str], state: str
) -> None:
    demand = await filed(world.filer)
    leads = (await act(desk, demand, action, **values)).headers["location"]
    assert (await seen(world.district_desk, demand))["state"] == state
    page = await desk.get(leads)
    assert page.status_code == 200
    assert 'class="done"' in page.text


async def test_what_was_typed_is_shown_again_with_what_is_wrong(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    page = await screen(desk, demand)
    place = f"/desk/demands/{demand['id']}"
    answer = await desk.submit(page, f"{place}/dispatch", mode="assigned", slots="三", note="请带梯子<b>")
    assert answer.status_code == 422
    kept = forms_of(answer.text)[f"{place}/dispatch"].fields
    assert (kept["slots"], kept["note"], kept["mode"]) == (["三"], ["请带梯子<b>"], ["assigned"])
    assert "名额：应为整数" in answer.text
    assert "<b>" not in answer.text.split("请带梯子")[1][:10]
    assert (await seen(world.desk, demand))["state"] == "filed"
    again = await desk.submit(answer, f"{place}/dispatch", mode="open", slots="3")
    assert again.status_code == 303, "the form that is shown again can be sent"


async def test_the_form_that_was_refused_stands_open(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    answer = await desk.submit(await screen(desk, demand), f"/desk/demands/{demand['id']}/reject", reason=" ")
    assert answer.status_code == 422
    opened_ones = re.findall(r'<details name="\w+" open>\s*<summary>(.*?)</summary>', answer.text)
    assert opened_ones == ["不予受理"]
    assert "原因：必填" in answer.text


async def test_a_refusal_leaves_nothing_behind(session: AsyncSession, world: World, desk: Browser) -> None:
    """Claiming for a member works, completing is refused: neither happened."""
    demand = await opened(world)
    page = await screen(desk, demand)
    values = {"member_id": ids(world.members[:1])[0], "complete__minutes": "5", "complete__file_ids": demand["id"]}
    answer = await desk.submit(page, f"/desk/demands/{demand['id']}/claim", **values)
    assert answer.status_code == 422
    assert await session.scalar(select(func.count()).select_from(Claim)) == 0


async def test_a_member_who_is_offline_is_claimed_and_completed_for(world: World, desk: Browser) -> None:
    demand = await opened(world)
    found = await desk.get("/members?kind=one&who=党员1")
    member_id = re.findall(r'name="member_id" value="([^"]+)"', found.text)
    assert member_id == ids(world.members[:1])
    await act(desk, demand, "claim", member_id=member_id[0], complete__minutes="45")
    (claim,) = (await ok(world.desk.get(f"/demands/{demand['id']}/claims")))["items"]
    assert (claim["state"], claim["minutes"], claim["provenance"]) == ("completed", 45, "confirmed")


async def test_partial_work_is_called_so_and_says_what_is_left(world: World, desk: Browser) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    partial = {"minutes": 40, "outcome": "partial", "left": "支管待换"}
    await ok(world.member.post(f"/claims/{claim['id']}/complete", partial))
    page = (await desk.get(f"/demands/{demand['id']}")).text
    (shown,) = re.findall(r'<article class="claim">.*?</article>', page, re.DOTALL)
    assert '<span class="needs">部分完成</span>' in shown
    assert '<span class="state completed">' not in shown
    assert "尚未完成：支管待换" in page


async def test_a_member_is_found_without_javascript_too(world: World, desk: Browser) -> None:
    demand = await opened(world)
    page = await screen(desk, demand, "?who=党员1")
    (member_id,) = ids(world.members[:1])
    assert f'name="member_id" value="{member_id}"' in page.text
    answer = await desk.submit(page, f"/desk/demands/{demand['id']}/claim", member_id=member_id)
    assert answer.status_code == 303


async def test_a_unit_and_a_place_are_found_without_javascript_too(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    page = await screen(desk, demand, "?unit=物业&place=北里&who=")
    (unit_id,) = ids([world.unit])
    place = f"/desk/demands/{demand['id']}"
    assert f'name="organization_ids" value="{unit_id}"' in page.text
    assert f'name="region_code" value="{NEIGHBOUR}"' in page.text
    answer = await desk.submit(page, f"{place}/dispatch", mode="whistle", organization_ids=unit_id)
    assert answer.status_code == 303, answer.text
    answer = await desk.submit(page, f"{place}/transfer", region_code=NEIGHBOUR, reason="是隔壁的")
    assert answer.status_code == 303, answer.text
    assert (await seen(world.neighbour_desk, demand))["handler"]["region_code"] == NEIGHBOUR


async def test_no_star_is_given_for_the_resident(world: World, desk: Browser) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    answer = await desk.submit(await screen(desk, demand), f"/desk/demands/{demand['id']}/evaluate", resolved="true")
    assert answer.status_code == 422
    assert "星级：必填" in answer.text


def test_every_event_has_words() -> None:
    assert set(HAPPENED) == set(DemandEvent)


async def test_a_claim_for_nobody_is_not_the_clerks_own(world: World, desk: Browser) -> None:
    demand = await opened(world, audience="all")
    answer = await desk.submit(await screen(desk, demand), f"/desk/demands/{demand['id']}/claim")
    assert answer.status_code == 422
    assert (await seen(world.desk, demand))["claimed"] == 0


async def test_a_claim_is_served_step_by_step(world: World, desk: Browser) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    for action, values in (("contact", {}), ("arrive", {}), ("complete", {"minutes": "30", "summary": "修好了"})):
        page = await screen(desk, demand)
        answer = await desk.submit(page, f"/desk/claims/{claim['id']}/{action}", **values)
        assert answer.status_code == 303, answer.text
    assert (await seen(world.desk, demand))["state"] == "completed"
    page = await screen(desk, demand)
    assert (await desk.submit(page, f"/desk/claims/{claim['id']}/confirm", minutes="25")).status_code == 303
    assert (await ok(world.desk.get(f"/claims/{claim['id']}")))["minutes"] == 25


async def test_a_claimant_withdraws_or_does_not_come(world: World, desk: Browser) -> None:
    for action, state in (("withdraw", "withdrawn"), ("no_show", "no_show")):
        demand = await opened(world)
        claim = await claimed(world.member, demand)
        page = await screen(desk, demand)
        answer = await desk.submit(page, f"/desk/claims/{claim['id']}/{action}", reason="电话说来不了", cause="busy")
        assert answer.status_code == 303, answer.text
        assert (await ok(world.desk.get(f"/claims/{claim['id']}")))["state"] == state


async def test_a_callback_is_noted_and_a_dissatisfied_filer_heard(world: World, desk: Browser) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    await act(desk, demand, "evaluate", resolved="false", stars="2", comment="还在漏")
    assert (await seen(world.desk, demand))["needs_desk"] == "dissatisfied"
    await act(desk, demand, "reopen", reason="还在漏")
    assert (await seen(world.desk, demand))["round"] == 2


async def test_a_message_is_said(world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    await act(desk, demand, "message", text="明天上午来看")
    assert "明天上午来看" in (await screen(desk, demand)).text


async def test_a_double_click_does_it_once(session: AsyncSession, world: World, desk: Browser) -> None:
    demand = await filed(world.filer)
    form = forms_of((await screen(desk, demand)).text)[f"/desk/demands/{demand['id']}/message"]
    sent = {**form.fields, "text": "只说一遍"}
    first, second = [await desk.post(form.action, sent) for _ in range(2)]
    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])
    said = [note.text for note in await session.scalars(select(Note))]
    assert said == ["只说一遍"]
    other = await desk.post(form.action, {**sent, "text": "改一个字"})
    assert other.status_code == 303, "another text in the same form is another message"
    assert len((await session.scalars(select(Note))).all()) == 2


async def test_what_the_desk_may_not_see_is_not_there(world: World, desk: Browser) -> None:
    demand = await filed(world.stranger, region_code=NEIGHBOUR)
    assert (await desk.get(f"/demands/{demand['id']}")).status_code == 404
    home = await filed(world.filer)
    form = forms_of((await screen(desk, home)).text)[f"/desk/demands/{home['id']}/return"]
    answer = await desk.post(f"/demands/{demand['id']}/return", {**form.fields, "reason": "？"})
    assert answer.status_code == 404
    assert (await desk.post(f"/demands/{home['id']}/explode", form.fields)).status_code == 404
    assert (await desk.get("/demands/no-uuid")).status_code == 404


async def test_an_observers_hand_made_form_is_refused(world: World, session: AsyncSession, observer: Browser) -> None:
    demand = await filed(world.filer)
    token = forms_of((await screen(observer, demand)).text)["/desk/sign-out"].fields["_token"]
    answer = await observer.post(f"/demands/{demand['id']}/reject", {"_token": token, "reason": "不"})
    assert answer.status_code == 403
    assert (await session.get_one(Demand, demand["id"])).state == "filed"
