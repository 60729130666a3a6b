"""Nothing that a person wrote ever runs: two hundred payloads through every text, and every page opened."""

import uuid
from collections.abc import Iterator
from itertools import product
from typing import Any

from sqlalchemy import update

from app.access.models import Account
from app.members.models import Member
from app.organizations.models import Organization
from app.regions.models import Region
from tests.activities.evenings import evening, patrol
from tests.console.browser.conftest import Clerk, Served
from tests.demands.world import COMMUNITY, claimed, filed, ok
from tests.factories import a_member

CALLS = ("canary()", "alert(1)", "top.canary`1`", "window['canary']()", "setTimeout('canary()')")
SHAPES = (
    "<script>{}</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<script src=data:text/javascript,{}></script>",
    "</script><script>{}</script>",
    "</textarea><script>{}</script>",
    "</title><script>{}</script>",
    "</option></select><script>{}</script>",
    "<img src=x onerror={}>",
    "<img src=x:x onerror='{}'>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<body onload={}>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}></select>",
    "<textarea autofocus onfocus={}></textarea>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}>",
    "<iframe src=javascript:{}></iframe>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<a href=javascript:{}>点我</a>",
    "<form action=javascript:{}><button>点我</button></form>",
    "<object data=javascript:{}></object>",
    "<embed src=javascript:{}>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<link rel=stylesheet href=javascript:{}>",
    "<base href=javascript:{}//>",
    "<math><mi xlink:href=javascript:{}>x</mi></math>",
    "<p style=animation-name:x onanimationstart={}>x</p>",
    '" autofocus onfocus={} x="',
    "' autofocus onfocus={} x='",
    '"><img src=x onerror={}>',
    "'><img src=x onerror={}>",
    "--><script>{}</script>",
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "<div hx-get=/desk/ hx-trigger=load hx-on::load={}>x</div>",
    "<div hx-on:click={} autofocus>x</div>",
    "<div hx-vals='js:{{a:{}}}' hx-get=/desk/unread hx-trigger=load>x</div>",
    "javascript:{}",
)
PAYLOADS = [shape.format(call) for shape, call in product(SHAPES, CALLS)]
EACH = 25
TOUCH = """document.querySelectorAll('main *').forEach(one =>
    ['mouseover', 'focus', 'toggle', 'animationstart', 'error'].forEach(name => one.dispatchEvent(new Event(name))))"""


def groups() -> Iterator[list[str]]:
    for first in range(0, len(PAYLOADS), EACH):
        yield PAYLOADS[first : first + EACH]


async def touched(clerk: Clerk, path: str) -> None:
    """Open a page, touch everything on it, and wait for what loads later."""
    await clerk.open(path)
    await clerk.page.evaluate(TOUCH)
    await clerk.page.wait_for_load_state("networkidle")


async def poisoned(site: Served, payloads: list[str], member: uuid.UUID) -> str:
    """A demand whose every text is a payload, walked through as far as texts go."""
    world, many = site.world, "\n".join(payloads)
    short, person = [one for one in payloads if len(one) <= 60], {"name": payloads[1][:200], "phone": "13812345678"}
    demand = await filed(
        world.filer,
        title=short[0] if short else payloads[0][:60],
        description=many,
        address=payloads[0][:200],
        contact=person,
        on_behalf_of=person,
    )
    place = f"/demands/{demand['id']}"
    for said in (many, payloads[2]):
        await ok(world.filer.post(f"{place}/messages", {"text": said}), 201)
    await ok(world.desk.post(f"{place}/dispatch", {"mode": "open", "note": many, "skills": [payloads[3][:30]]}))
    claim = await claimed(world.desk, demand, member_id=str(member), note=many)
    await ok(world.desk.post(f"/claims/{claim['id']}/complete", {"minutes": 5, "summary": many}))
    rated = {"stars": 1, "resolved": False, "comment": many, "tags": [payloads[4][:30]], "channel": "callback"}
    await ok(world.desk.post(f"{place}/evaluation", rated), 201)
    await ok(world.desk.post(f"{place}/reopen", {"reason": many}))
    return str(demand["id"])


async def poisoned_hearings(site: Served, demand_id: str) -> list[str]:
    """Pages of complaints whose every text is a payload, and of people with payloads for names who share a phone."""
    many, paths = "\n".join(PAYLOADS[:40]), ["/complaints", "/complaints?scope=region", "/appeals", "/bindings"]
    for about in ({"region_code": COMMUNITY}, {"demand_id": demand_id}):
        said = {"kind": "suggestion", "text": many, **about}
        found = await ok(site.world.filer.post("/complaints", said), 201)
        paths.append(f"/complaints/{found['id']}")
    await ok(site.world.desk.post(f"/complaints/{found['id']}/answer", {"text": many, "accepted": True}))
    refused = await filed(site.world.filer)
    await ok(site.world.desk.post(f"/demands/{refused['id']}/reject", {"reason": many}))
    body = {"subject_kind": "rejection", "subject_id": refused["id"], "reason": many}
    paths.append(f"/appeals/{(await ok(site.world.filer.post('/appeals', body), 201))['id']}")
    spots = [{"name": one, "address": one} for one in PAYLOADS[:40] if len(one) <= 60]
    written: dict[str, Any] = {
        "title": PAYLOADS[0],
        "description": many,
        "spots": spots,
        "items": [{"name": spots[0]["name"], "people": 1}],
    }
    draft = await ok(site.world.desk.post("/activities", patrol(at=evening(9), **written)), 201)
    activity = await ok(site.world.desk.post(f"/activities/{draft['id']}/publish"))
    slot = activity["shifts"][0]["slots"][0]["id"]
    await ok(site.world.desk.post(f"/slots/{slot}/sign-ups", {"member_id": str(site.world.members[0].id)}), 201)
    paths += ["/activities", f"/activities/{activity['id']}"]
    async with site.sessions() as session:
        for name in PAYLOADS[3:6]:
            await a_member(session, site.world.branch, name=name, phone="13700000001")
        await session.commit()
    await ok(site.world.far.post("/auth/phone", {"code": "sandbox:13700000001"}))
    return paths


async def test_nothing_that_a_person_wrote_ever_runs(site: Served, clerk: Clerk) -> None:
    assert len(PAYLOADS) >= 200
    world = site.world
    await _name_everybody(site)
    found = [await poisoned(site, payloads, world.members[number % 6].id) for number, payloads in enumerate(groups())]
    for one in found:
        await touched(clerk, f"/demands/{one}?contact=true&candidates=true")
    for path in ("/", "/?needs_desk=nobody_claimed", "/demands", "/inbox", "/file", "/members?kind=one&who=<"):
        await touched(clerk, path)
    for path in await poisoned_hearings(site, found[0]):
        await touched(clerk, path)
    for path in ("/organizations?unit=<", "/places?place=<", f"/similar?title=script&region_code={COMMUNITY}"):
        await touched(clerk, path)


async def test_nothing_that_is_shown_again_runs(site: Served, clerk: Clerk) -> None:
    """What was typed comes back in fields, in filters, in the address and on the page of a refusal."""
    for payload in PAYLOADS[::8]:
        await clerk.page.goto(f"{site.url}/desk/")
        await clerk.page.get_by_label("标题或编号").fill(payload)
        await clerk.press("查找")
        await clerk.page.evaluate(TOUCH)
    demand = await filed(site.world.filer)
    for payloads in groups():
        await clerk.open("/file")
        await clerk.page.evaluate("document.querySelector('form.filing').noValidate = true")
        for field in ("title", "on_behalf_of.name", "on_behalf_of.phone", "address", "description"):
            box = clerk.page.locator(f"[name='{field}']")
            await box.evaluate("(one, text) => { one.removeAttribute('maxlength'); one.value = text }", payloads[1])
        await clerk.press("登记")
        await clerk.page.locator("[role=alert]").first.wait_for()
        await clerk.page.evaluate(TOUCH)
    await touched(clerk, f"/demands/{demand['id']}?done={PAYLOADS[0]}&since={PAYLOADS[1]}")
    await touched(clerk, f"/{PAYLOADS[0]}")
    await clerk.page.goto(f"{site.url}/desk/sign-in?to={PAYLOADS[5]}")
    await clerk.page.evaluate(TOUCH)


async def _name_everybody(site: Served) -> None:
    """Members, organizations, accounts and places are called payloads as well."""
    names: list[tuple[Any, Any, Any]] = [
        *(
            (Member, Member.id == one.id, {"name": PAYLOADS[number * 7]})
            for number, one in enumerate(site.world.members)
        ),
        (Organization, Organization.id == site.world.unit.id, {"name": PAYLOADS[0]}),
        (Organization, Organization.id == site.world.branch.id, {"name": PAYLOADS[36]}),
        (Region, Region.code == COMMUNITY, {"name": PAYLOADS[40]}),
        (Account, Account.username.is_(None), {"nickname": PAYLOADS[45]}),
    ]
    async with site.sessions() as session:
        for kind, which, values in names:
            await session.execute(update(kind).where(which).values(values).execution_options(synchronize_session=False))
        await session.commit()
