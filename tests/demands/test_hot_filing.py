"""Filing fast: the same answers, rows and events as the usual way, whoever files what."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.kit import clock
from tests.client import Client, refusal
from tests.demands.both import Both, plain
from tests.demands.world import COMMUNITY, DISTRICT, NEIGHBOUR, SUBDISTRICT, drain, in_hours, ok
from tests.racing import a_key

Body = dict[str, Any]
PLACE = {"lng": 116.2, "lat": 39.9, "coord_type": "gcj02"}
WRITTEN = (
    "SELECT to_jsonb(d) - 'description' - 'answers' - 'address' - 'contact_name' - 'contact_phone' - 'lng' - 'lat' "
    "- 'number' - 'on_behalf_name' - 'on_behalf_phone' - 'on_behalf_phone_index' "
    "|| jsonb_build_object('sealed', array[description IS NULL, answers IS NULL, address IS NULL, "
    "contact_name IS NULL, lng IS NULL]) FROM demands d WHERE id = :id",
    "SELECT to_jsonb(e) - 'n' - 'xid' FROM events e WHERE subject = :id ORDER BY n",
)
"""All that filing writes, but for ciphertexts, which never repeat, and the number, which counts."""
FILINGS: list[Body] = [
    {},
    {"title": None, "category": "relief"},
    {"kind": "wish", "anonymous": True},
    {"contact": None, "address": None},
    {"region_code": None},
    {"region_code": NEIGHBOUR},
    {"region_code": SUBDISTRICT},
    {"region_code": "110107999999"},
    {"region_code": "x"},
    {"location": PLACE, "wanted_by": in_hours(30)},
    {"category": "nothing"},
    {"category": "health", "answers": {"floor": "三层"}},
    {"category": "health"},
    {"category": "repair", "answers": {"floor": "三层"}},
    {"kind": "project"},
    {"on_behalf_of": {"name": "赵奶奶", "phone": "13800000009"}},
    {"file_ids": ["0198a000-0000-7000-8000-000000000001"]},
    {"dispatch": {"mode": "open"}},
    {"description": ""},
    {"unknown": 1},
]


async def rules(both: Both) -> None:
    """Rules and days of the district's own, which both ways must read."""
    admin = both.usual.admin
    for key, region_code, value in (
        ("category_questions", DISTRICT, {"health": [{"code": "floor", "text": "几层？", "required": True}]}),
        ("due_windows", SUBDISTRICT, {"repair": "2 working days"}),
        ("due_windows", COMMUNITY, {"relief": "PT5H"}),
        ("answer_window", DISTRICT, "P9D"),
    ):
        body = {"from": "2020-01-01", "region_code": region_code, "value": value}
        await ok(admin.put(f"/policies/{key}", body))
    for days in range(1, 4):
        day = (clock.today() + timedelta(days=days)).isoformat()
        await ok(admin.put(f"/calendar/{day}", {"region_code": DISTRICT, "kind": "holiday", "name": "假日"}))


@pytest.mark.parametrize("who", ["filer", "member", "desk", "liaison"])
async def test_both_ways_answer_and_write_the_same(both: Both, who: str) -> None:
    await rules(both)
    asked: Client = getattr(both.usual, who)
    filed = 0
    for change in FILINGS:
        outcomes = []
        for client in (both.hastily(asked), asked):
            days = {f"{clock.today():%y%m%d}"}
            answer = await client.post("/demands", drain(**change), key=a_key())
            content = answer.json()
            content.pop("trace_id", None)
            number = content.pop("number", None)
            kept = []
            if answer.status_code == 201:
                filed += 1
                assert number[:6] in days | {f"{clock.today():%y%m%d}"}  # midnight may fall in between
                async with both.sessions() as session:
                    kept = [
                        [row[0] for row in await session.execute(text(one), {"id": content["id"]})] for one in WRITTEN
                    ]
            outcomes.append(plain([answer.status_code, content, kept], {}, clock.now()))
        assert outcomes[0] == outcomes[1], change
    assert filed >= 10


async def test_the_common_case_opens_no_session(both: Both) -> None:
    await rules(both)
    both.fast.state.sessions = None
    for who in (both.usual.filer, both.usual.member):
        answer = await ok(both.hastily(who).post("/demands", drain(location=PLACE), key=a_key()), 201)
        assert answer["contact"]["phone"] == drain()["contact"]["phone"]


async def test_a_keyed_filing_is_answered_again_and_another_body_refused(both: Both) -> None:
    filer, key = both.hastily(both.usual.filer), a_key()
    first, again = [await filer.post("/demands", drain(), key=key) for _ in range(2)]
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert refusal(await filer.post("/demands", drain(title="别的"), key=key)) == (422, "idempotency_key_reused")


async def test_a_revoked_sign_in_files_nothing(both: Both) -> None:
    async with both.sessions() as session:
        await session.execute(text("UPDATE sign_ins SET revoked_at = now()"))
        await session.commit()
    assert refusal(await both.hastily(both.usual.filer).post("/demands", drain())) == (401, "token_invalid")


@pytest.mark.parametrize("body", ["[" * 100_000, '{"description":' + "9" * 100_000, '{"title":"\\ud800"}', "", "null"])
async def test_a_body_that_nobody_can_read_is_refused_alike_both_ways(both: Both, body: str) -> None:
    headers = {"Authorization": f"Bearer {both.usual.filer.token}", "Content-Type": "application/json"}
    answers = [
        await client.http.post("/api/v1/demands", content=body, headers=headers)
        for client in (both.hasty, both.usual.filer)
    ]
    assert [refusal(answer) for answer in answers] == [(422, "invalid_request")] * 2
