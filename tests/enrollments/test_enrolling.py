"""Reporting in, confirming, leaving, moving: what each does, and what each refuses."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments.models import Enrollment
from app.kit.events import Event
from app.organizations.models import OrganizationKind
from tests.client import refusal
from tests.demands.world import COMMUNITY, ELSEWHERE, NEIGHBOUR, SUBDISTRICT, World, ok
from tests.enrollments.reporting import Body, enrolled, moved, refused, reported, seen
from tests.factories import a_member, an_organization

WORDS: Body = {"reason": "请到居住地社区报到"}


async def test_a_member_reports_in_and_the_desk_confirms(world: World, session: AsyncSession) -> None:
    made = await reported(world.member)
    assert (made["state"], made["subject"], made["kind"], made["is_primary"]) == (
        "requested",
        "member",
        "in_service",
        True,
    )
    assert (made["unit_kind"], made["organization_name"], made["actions"]) == (
        "branch",
        "八角南路社区党支部",
        ["withdraw"],
    )
    waiting = (await ok(world.desk.get("/enrollments", scope="desk")))["items"]
    assert [(one["id"], one["name"], one["actions"]) for one in waiting] == [
        (made["id"], "党员1号", ["confirm", "refuse", "withdraw"])
    ]
    assert await ok(world.desk.get("/enrollments/counts")) == {"requested": 1, "leaving": 0}
    done = await moved(world.desk, made, "confirm")
    assert (done["state"], done["confirmed_at"] is not None) == ("confirmed", True)
    assert await ok(world.desk.get("/enrollments/counts")) == {"requested": 0, "leaving": 0}
    kinds = (
        await session.scalars(select(Event.kind).where(Event.kind.startswith("enrollment.")).order_by(Event.n))
    ).all()
    assert kinds == ["enrollment.requested", "enrollment.confirmed"]


async def test_the_desk_refuses_with_words_that_the_member_reads(world: World) -> None:
    made = await reported(world.member)
    await moved(world.desk, made, "refuse", **WORDS)
    found = await seen(world.member, made)
    assert (found["state"], found["reason"], found["actions"]) == ("refused", WORDS["reason"], [])
    await reported(world.member)  # and may ask again


async def test_whoever_stands_at_the_counter_is_enrolled_at_once(world: World) -> None:
    made = await reported(world.desk, member_id=str(world.members[3].id), kind="retired")
    assert (made["state"], made["kind"], made["name"]) == ("confirmed", "retired", "党员4号")
    unit = await reported(world.desk, organization_id=str(world.unit.id))
    assert (unit["state"], unit["subject"], unit["kind"]) == ("confirmed", "organization", None)


async def test_nobody_reports_in_twice_to_one_place(world: World) -> None:
    await reported(world.member)
    assert refusal(await world.member.post("/enrollments", {"region_code": COMMUNITY})) == (409, "already_enrolled")


async def test_the_first_that_stands_is_the_primary_one(world: World) -> None:
    first = await reported(world.member)
    second = await reported(world.member, NEIGHBOUR)
    assert (first["is_primary"], second["is_primary"]) == (True, False)
    body = {"region_code": ELSEWHERE, "is_primary": True}
    assert refusal(await world.member.post("/enrollments", body)) == (409, "primary_taken")
    await moved(world.member, first, "withdraw")
    assert (await reported(world.member, ELSEWHERE))["is_primary"] is True


async def test_it_is_decided_once_and_by_the_desk_that_has_it(world: World) -> None:
    made = await reported(world.member)
    assert await refused(world.neighbour_desk, made, "confirm") == "not_found"
    assert await refused(world.observer, made, "confirm") == "forbidden"
    assert await refused(world.member, made, "confirm") == "forbidden"
    await moved(world.desk, made, "confirm")
    assert await refused(world.desk, made, "confirm") == "action_not_allowed"
    assert await refused(world.desk, made, "refuse", **WORDS) == "action_not_allowed"


async def test_an_exit_is_approved_or_refused_and_stands_until_then(world: World) -> None:
    made = await enrolled(world.member, world.desk)
    asked = await moved(world.member, made, "leave")
    assert (asked["state"], asked["ended_at"], asked["actions"]) == ("leaving", None, ["withdraw", "transfer"])
    assert await ok(world.desk.get("/enrollments/counts")) == {"requested": 0, "leaving": 1}
    kept = await moved(world.desk, made, "keep", reason="本周有任务")
    assert (kept["state"], kept["reason"]) == ("confirmed", "本周有任务")
    await moved(world.member, made, "leave")
    ended = await moved(world.desk, made, "let-go")
    assert (ended["state"], ended["ended_at"] is not None) == ("ended", True)
    assert await refused(world.member, made, "leave") == "action_not_allowed"


async def test_a_wish_to_leave_is_taken_back(world: World) -> None:
    made = await enrolled(world.member, world.desk)
    await moved(world.member, made, "leave")
    assert (await moved(world.member, made, "withdraw"))["state"] == "confirmed"


async def test_a_transfer_ends_the_one_when_the_next_is_confirmed_and_rewrites_nothing(world: World) -> None:
    first = await enrolled(world.member, world.desk, kind="mobile")
    second = await moved(world.member, first, "transfer", 201, region_code=NEIGHBOUR)
    assert (second["state"], second["succeeds_id"], second["kind"]) == ("requested", first["id"], "mobile")
    assert (await seen(world.member, first))["state"] == "confirmed"  # nobody is nowhere meanwhile
    assert await refused(world.member, first, "transfer", region_code=ELSEWHERE) == "already_transferring"
    done = await moved(world.neighbour_desk, second, "confirm")
    assert (done["state"], done["is_primary"]) == ("confirmed", True)
    before = await seen(world.member, first)
    assert (before["state"], before["region_code"], before["confirmed_at"]) == (
        "ended",
        COMMUNITY,
        first["confirmed_at"],
    )
    mine = (await ok(world.member.get("/enrollments")))["items"]
    assert [one["id"] for one in mine] == [second["id"], first["id"]]


async def test_a_transfer_that_is_refused_leaves_the_first_one(world: World) -> None:
    first = await enrolled(world.member, world.desk)
    second = await moved(world.member, first, "transfer", 201, region_code=NEIGHBOUR)
    await moved(world.neighbour_desk, second, "refuse", **WORDS)
    assert (await seen(world.member, first))["state"] == "confirmed"
    await moved(world.member, first, "transfer", 201, region_code=NEIGHBOUR)


async def test_what_was_left_meanwhile_is_followed_all_the_same(world: World) -> None:
    first = await enrolled(world.member, world.desk)
    second = await moved(world.member, first, "transfer", 201, region_code=NEIGHBOUR)
    await moved(world.desk, first, "let-go", reason="已搬走")
    assert (await moved(world.neighbour_desk, second, "confirm"))["is_primary"] is True


async def test_an_organization_reports_in_through_its_liaison(world: World) -> None:
    made = await reported(world.liaison, SUBDISTRICT, organization_id=str(world.unit.id))
    assert (made["state"], made["name"], made["unit_kind"]) == ("requested", "嘉恒物业公司", "enterprise")
    assert (await moved(world.district_desk, made, "confirm"))["state"] == "confirmed"
    other = {"region_code": SUBDISTRICT, "organization_id": str(world.other_unit.id)}
    assert refusal(await world.liaison.post("/enrollments", other)) == (403, "forbidden")


async def test_a_liaison_reports_for_the_members_of_their_roster_only(world: World) -> None:
    own, other = str(world.members[6].id), str(world.members[3].id)
    assert (await reported(world.liaison, member_id=own))["state"] == "requested"
    body = {"region_code": COMMUNITY, "member_id": other}
    assert refusal(await world.liaison.post("/enrollments", body)) == (403, "forbidden")


async def test_who_is_no_member_does_not_report_in(world: World) -> None:
    assert refusal(await world.filer.post("/enrollments", {"region_code": COMMUNITY})) == (403, "forbidden")


async def test_a_member_reports_in_to_a_community_and_not_above(world: World) -> None:
    answer = await world.member.post("/enrollments", {"region_code": SUBDISTRICT})
    assert answer.json()["errors"][0]["code"] == "enrollment_level"
    answer = await world.member.post("/enrollments", {"region_code": "999999999999"})
    assert answer.json()["errors"][0]["code"] == "unknown_region"


async def test_a_garrison_says_how_many_and_no_names_are_taken(world: World, session: AsyncSession) -> None:
    garrison = await an_organization(session, name="某部", kind=OrganizationKind.GARRISON)
    soldier = await a_member(session, garrison, name="战士")
    await session.commit()
    made = await reported(world.desk, organization_id=str(garrison.id), head_count=30)
    assert (made["head_count"], made["state"]) == (30, "confirmed")
    body = {"region_code": COMMUNITY, "member_id": str(soldier.id)}
    assert refusal(await world.desk.post("/enrollments", body)) == (409, "names_not_asked")
    assert (await session.scalars(select(Enrollment.member_id))).all() == [None]


async def test_whoever_counts_heads_names_nobody(world: World) -> None:
    await reported(world.liaison, organization_id=str(world.unit.id), head_count=12)
    body = {"region_code": COMMUNITY, "member_id": str(world.members[6].id)}
    assert refusal(await world.liaison.post("/enrollments", body)) == (409, "names_not_asked")


async def test_a_batch_is_confirmed_and_each_says_what_became_of_it(world: World) -> None:
    first, second = await reported(world.member), await reported(world.second)
    foreign = await reported(world.member, NEIGHBOUR)
    await moved(world.desk, second, "confirm")
    answer = await ok(
        world.desk.post("/enrollments/batch/confirm", {"ids": [first["id"], second["id"], foreign["id"]]})
    )
    assert [(one["confirmed"], one["code"]) for one in answer["items"]] == [
        (True, None),
        (False, "action_not_allowed"),
        (False, "not_found"),
    ]
    assert (await seen(world.member, first))["state"] == "confirmed"


async def test_only_who_needs_a_name_reads_it(world: World, session: AsyncSession) -> None:
    made = await reported(world.member)
    read = {
        "member": (await seen(world.member, made))["name"],
        "desk": (await seen(world.desk, made))["name"],
        "observer": (await seen(world.observer, made))["name"],
    }
    assert read == {"member": "党员1号", "desk": "党员1号", "observer": "党**"}
    looked = (await session.scalars(select(Event.kind).where(Event.kind == "members.looked_up"))).all()
    assert len(looked) == 1  # the desk's, and neither one's own nor what is masked
    for who in (world.second, world.liaison, world.neighbour_desk):
        assert refusal(await who.get(f"/enrollments/{made['id']}")) == (404, "not_found")


async def test_anybody_verifies_a_receipt_which_names_nobody(world: World) -> None:
    made = await reported(world.member)
    receipt = await ok(world.member.get(f"/enrollments/{made['id']}/receipt"))
    assert len(receipt["code"]) <= 32
    nobody = world.member.as_("")
    for code in (receipt["code"], receipt["code"].lower()):
        found = await ok(nobody.get(f"/receipts/{code}"))
        assert set(found) == {"number", "subject", "kind", "region_code", "region_name", "reported_at", "state"}
        assert (found["state"], found["number"]) == ("requested", receipt["number"])
    await moved(world.desk, made, "confirm")
    assert (await ok(nobody.get(f"/receipts/{receipt['code']}")))["state"] == "confirmed"


async def test_a_receipt_that_we_did_not_write_is_not_found(world: World) -> None:
    made = await reported(world.member)
    code = (await ok(world.member.get(f"/enrollments/{made['id']}/receipt")))["code"]
    last = "0" if code[-1] != "0" else "1"
    for forged in (code[:-1] + last, code[:-1], "P" + code[1:], "x"):
        assert refusal(await world.member.as_("").get(f"/receipts/{forged}")) == (404, "not_found")
