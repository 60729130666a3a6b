"""What every list holds for every role: what is theirs to see, and nothing else."""

import pytest

from tests.authorization.expectations import DECIDES, MEMBER_HOURS, ROLES, SEES_CLAIM
from tests.authorization.stage import Stage
from tests.authorization.tables import Table, table
from tests.demands.world import ELSEWHERE, NEIGHBOUR

DEMANDS = table("""
                  nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
ours              -      -        m     m     o      -   -        o       -       o     r    -         r        r        r     r
unpublished       -      -        -     -     -      -   -        -       -       -     dr   -         dr       r        dr    dr
published         -      -        -     -     o      -   o        o       o       o     r    -         r        r        r     r
for all           -      o        o     o     o      -   o        o       o       o     r    -         r        r        r     r
next door         -      -        -     -     -      -   -        -       -       -     -    dr        dr       r        dr    dr
elsewhere         -      -        -     -     -      -   -        -       -       -     -    -         -        -        -     dr
""")  # noqa: E501 - a table
"""In which of the lists mine, open, desk and region a demand stands."""

CLAIMS = table("""
                  nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
claimant's        -      -        -     -     -      -   m        -       -       -     d    -         d        -        d     d
unit's            -      -        -     -     -      -   -        m       mo      -     d    -         d        -        d     d
same community    -      -        -     -     -      -   -        -       -       -     d    -         d        -        d     d
next door         -      -        -     -     -      -   -        -       -       -     -    d         d        -        d     d
elsewhere         -      -        -     -     -      -   -        -       -       -     -    -         -        -        -     d
""")  # noqa: E501 - a table
"""In which of the lists mine, organization and desk a claim stands."""

SCOPES = {
    "/demands": ("mine", "open", "desk", "region"),
    "/claims": ("mine", "organization", "desk"),
}
OUR_CLAIMS = ("claimant's", "unit's")
OF_ROSTERS = ("liaison", "other", "desk", "neighbour", "district", "observer", "chief", "admin")
"""Who may list members: nobody's own entry alone is a list."""


async def listed(stage: Stage, role: str, path: str, known: dict[str, str], **query: str) -> set[str]:
    """The names of the known things that stand in somebody's list."""
    answer = await stage.people[role].get(path, limit="100", **query)
    if answer.status_code in (401, 403, 404):
        return set()
    assert answer.status_code == 200, answer.text
    assert answer.json()["next_cursor"] is None
    ids = {one["id"] for one in answer.json()["items"]}
    return {name for name, one in known.items() if one in ids}


@pytest.mark.parametrize(("path", "written"), [("/demands", DEMANDS), ("/claims", CLAIMS)])
@pytest.mark.parametrize("role", ROLES)
async def test_every_list_holds_what_its_cells_say(stage: Stage, path: str, written: Table, role: str) -> None:
    known = stage.demands if path == "/demands" else stage.claims
    assert set(known) == set(written)
    found = dict.fromkeys(known, "")
    for scope in SCOPES[path]:
        for name in await listed(stage, role, path, known, scope=scope):
            found[name] += scope[0]
    assert found == {name: cells[role].replace("-", "") for name, cells in written.items()}


@pytest.mark.parametrize("role", ROLES)
async def test_a_demands_claims_are_listed_for_whom_each_is_shown(stage: Stage, role: str) -> None:
    path, known = f"/demands/{stage.demands['ours']}/claims", {name: stage.claims[name] for name in OUR_CLAIMS}
    seen = {name for name in OUR_CLAIMS if SEES_CLAIM[name][role] == "yes"}
    assert await listed(stage, role, path, known) == seen


@pytest.mark.parametrize("role", ROLES)
async def test_members_are_listed_for_whom_their_hours_are_shown(stage: Stage, role: str) -> None:
    """On rosters: a member sees their own hours, and no list."""
    seen = {name for name in stage.members if MEMBER_HOURS[name][role] == "yes"}
    assert await listed(stage, role, "/members", stage.members) == (seen if role in OF_ROSTERS else set())


@pytest.mark.parametrize("role", ROLES)
async def test_bindings_are_listed_for_the_staff_of_their_region(stage: Stage, role: str) -> None:
    seen = {name for name in stage.bindings if DECIDES[name][role] in ("yes", "403")}
    assert await listed(stage, role, "/members/bindings", stage.bindings) == seen


@pytest.mark.parametrize("region", [NEIGHBOUR, ELSEWHERE])
async def test_a_filter_by_region_shows_nothing_beyond_ones_own(stage: Stage, region: str) -> None:
    assert await listed(stage, "desk", "/members", stage.members, region=region) == set()
    assert await listed(stage, "desk", "/demands", stage.demands, scope="region", region=region) == set()


async def test_a_search_finds_nothing_beyond_ones_own(stage: Stage) -> None:
    neighbour, phone = {"one": stage.members["next door"]}, "19800000001"
    assert await listed(stage, "desk", "/members", neighbour, q=phone) == set()
    assert await listed(stage, "neighbour", "/members", neighbour, q=phone) == {"one"}
