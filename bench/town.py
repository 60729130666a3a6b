"""A district to put load on: one row of everything made by the service itself, the others copied from it by SQL.

The ids of the copies are numbers, so that HTTP requests and pgbench draw from the same things.
"""

import asyncio
import json
import random
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.access import tokens
from app.access.models import Account, Grant, Role, SignIn
from app.kit import clock, db
from app.main import engine_sessions
from app.members.creating import NewMember, add_many
from app.organizations.models import Organization, OrganizationKind
from app.regions.models import Level, Region
from app.settings import keyring
from bench.server import Server

DISTRICT, COMMUNITY = "110107", "110107003024"
REGIONS = (
    ("11", Level.PROVINCE, "北京市", None),
    ("1101", Level.CITY, "市辖区", "11"),
    ("110107", Level.DISTRICT, "石景山区", "1101"),
    ("110107003", Level.SUBDISTRICT, "八角街道", "110107"),
    (COMMUNITY, Level.COMMUNITY, "八角南路社区", "110107003"),
)
KINDS = ("demands", "members", "accounts", "sign_ins")
"""Copied in this order; the ids of each kind begin at a trillion times its place."""
FUNCTIONS = (
    "CREATE FUNCTION bench_id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN lpad(to_hex(n), 32, '0')::uuid",
    # ids in the order of making, as ours are, and the same ones within a transaction
    "CREATE FUNCTION bench_new(n bigint) RETURNS uuid LANGUAGE sql STABLE RETURN ("
    "lpad(to_hex((extract(epoch FROM now()) * 1e6)::bigint), 16, '0') || "
    "lpad(to_hex(pg_backend_pid()), 8, '0') || lpad(to_hex(n), 8, '0'))::uuid",
)
NEAR = "'110107' || lpad((1 + {n} % 9)::text, 3, '0') || lpad((1 + {n} % 11)::text, 3, '0')"
COPY = """
INSERT INTO {table} ({columns})
SELECT {columns} FROM (
    SELECT (jsonb_populate_record(one, jsonb_build_object('id', bench_id({base} + n), {changes}))).*
    FROM {table} one, generate_series(1, {count}) n WHERE one.id = '{model}'
) copy
"""
OWN_COLUMNS = (
    "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns "
    "WHERE table_schema = 'public' AND table_name = '{table}' AND is_generated = 'NEVER'"
)


def base(kind: str) -> int:
    """What is added to the number of a thing of a kind to make its id."""
    return (KINDS.index(kind) + 1) * 10**12


def id_of(kind: str, number: int) -> uuid.UUID:
    """The id of a copy, as `bench_id` makes it."""
    return uuid.UUID(int=base(kind) + number)


@dataclass
class Town:
    """A district with `members` who may claim any of `demands`."""

    server: Server
    members: int
    demands: int

    desk: str = ""
    """The token of a clerk."""

    def __post_init__(self) -> None:
        self.tokens: list[str] = []

    def sign_in(self, people: int = 2_000) -> None:
        """Fresh tokens of the first members: one lives for 15 minutes."""
        keys = keyring(self.server.settings)
        people = min(people, self.members)
        ids = [(id_of("accounts", n), id_of("sign_ins", n)) for n in range(1, people + 1)]
        self.tokens = [tokens.access_token(keys, account, sign_in) for account, sign_in in ids]

    def draw(self, dice: random.Random) -> tuple[int, int]:
        """A demand and a member."""
        return dice.randrange(1, self.demands + 1), dice.randrange(1, len(self.tokens) + 1)

    def request(self, method: str, path: str, member: int, body: object = None) -> bytes:
        """A whole request of a member, with a fresh idempotency key where it writes."""
        content = json.dumps(body).encode() if body is not None else b""
        head = f"{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.tokens[member - 1]}\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
            head += f"Idempotency-Key: {uuid.uuid4()}\r\n"
        return f"{head}\r\n".encode() + content


def build(server: Server, *, members: int, demands: int) -> Town:
    """Fill an empty database."""
    models = asyncio.run(_models(server))
    filed = post(server, models["staff_token"], "/demands", DEMAND)
    post(server, models["staff_token"], f"/demands/{filed['id']}/dispatch", {"mode": "open", "slots": 1000})
    models["demands"] = filed["id"]
    changes = {
        "demands": f"'number', 'B' || n, 'region_code', {NEAR.format(n='n')}, 'filed_by', '{models['filer']}'",
        "members": "'phone', NULL",
        "accounts": f"'member_id', bench_id({base('members')} + n), 'phone', NULL, 'username', NULL",
        "sign_ins": f"'account_id', bench_id({base('accounts')} + n)",
    }
    counts = {"demands": demands, "members": members, "accounts": members, "sign_ins": members}
    server.run(*FUNCTIONS, *_places(), "ANALYZE")
    for kind in KINDS:
        copy(server, kind, models[kind], counts[kind], base(kind), changes[kind])
    server.run("VACUUM ANALYZE")
    town = Town(server, members, demands, models["staff_token"])
    town.sign_in()
    return town


def copy(server: Server, table: str, model: str, count: int, first: int, changes: str) -> None:
    """Copy one row so many times, with ids counted from `first` and some columns changed."""
    [[columns]] = server.run(OWN_COLUMNS.format(table=table))
    server.run(COPY.format(table=table, columns=columns, model=model, count=count, base=first, changes=changes))


DEMAND = {
    "category": "repair",
    "title": "12号楼下水道堵塞返味",
    "description": "天气越来越热，12号楼的下水道堵了，总是泛味，请党员同志帮忙看看。",
    "region_code": COMMUNITY,
    "address": "育才街12号楼",
    "contact": {"name": "王女士", "phone": "13800000001"},
}


def _places() -> list[str]:
    """The communities in which the demands lie."""
    subdistricts = (
        "SELECT '110107' || lpad(s::text, 3, '0'), 'subdistrict', s || '街道', '110107' FROM generate_series(1, 9) s"
    )
    communities = (
        "SELECT '110107' || lpad(s::text, 3, '0') || lpad(c::text, 3, '0'), 'community', c || '社区', "
        "'110107' || lpad(s::text, 3, '0') FROM generate_series(1, 9) s, generate_series(1, 11) c"
    )
    insert = "INSERT INTO regions (code, level, name, parent_code) {} ON CONFLICT DO NOTHING"
    return [insert.format(subdistricts), insert.format(communities)]


async def _models(server: Server) -> dict[str, str]:
    """One of everything that is copied, and a clerk; answers their ids and the clerk's token."""
    sessions, engine = engine_sessions(server.settings)
    now, branch_id = clock.now(), db.new_id()
    branch = {"kind": OrganizationKind.BRANCH, "name": "八角南路社区党支部", "region_code": COMMUNITY}
    async with db.transaction(sessions) as session:
        session.add_all(Region(code=code, level=level, name=name, parent_code=up) for code, level, name, up in REGIONS)
        await session.flush()  # everybody lives somewhere
        session.add(Organization(id=branch_id, path=f"{branch_id}.", created_at=now, **branch))
        await session.flush()  # the member belongs to it
        one = NewMember(organization_id=branch_id, name="党员", home_region_code=COMMUNITY, phone=None, skills=["维修"])
        await add_many(session, [one])
        people = {
            name: Account(id=db.new_id(), nickname=name, home_region_code=COMMUNITY, created_at=now)
            for name in ("staff", "filer", "model")
        }
        session.add_all(people.values())
        await session.flush()  # they sign in
        clerk = {"account_id": people["staff"].id, "role": Role.DISPATCHER, "region_code": COMMUNITY}
        session.add(Grant(id=db.new_id(), granted_at=now, **clerk))
        sign_ins = {
            name: SignIn(
                id=db.new_id(),
                account_id=account.id,
                generation=0,
                created_at=now,
                refreshed_at=now,
                expires_at=now + timedelta(days=30),
            )
            for name, account in people.items()
        }
        session.add_all(sign_ins.values())
    await engine.dispose()
    [[member]] = await asyncio.to_thread(server.run, "SELECT id FROM members")
    return {
        "members": str(member),
        "accounts": str(people["model"].id),
        "sign_ins": str(sign_ins["model"].id),
        "filer": str(people["filer"].id),
        "staff_token": tokens.access_token(keyring(server.settings), people["staff"].id, sign_ins["staff"].id),
    }


def post(server: Server, token: str, path: str, body: object) -> dict[str, Any]:
    """What a POST is answered."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{server.port}/api/v1{path}"
    with urllib.request.urlopen(urllib.request.Request(address, json.dumps(body).encode(), headers)) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


Command = Callable[[Town, random.Random], tuple[bytes, int, int]]
"""Makes a request, and says of which demand and member it is."""


def claim(town: Town, dice: random.Random) -> tuple[bytes, int, int]:
    """A member claims an open demand."""
    demand, member = town.draw(dice)
    return town.request("POST", f"/demands/{id_of('demands', demand)}/claims", member, {}), demand, member


def file(town: Town, dice: random.Random) -> tuple[bytes, int, int]:
    """A resident files a request."""
    demand, member = town.draw(dice)
    return town.request("POST", "/demands", member, DEMAND), demand, member


def list_open(town: Town, dice: random.Random) -> tuple[bytes, int, int]:
    """A member looks what is open to them."""
    demand, member = town.draw(dice)
    return town.request("GET", "/demands?scope=open", member), demand, member


def read(town: Town, dice: random.Random) -> tuple[bytes, int, int]:
    """A member reads an open demand."""
    demand, member = town.draw(dice)
    return town.request("GET", f"/demands/{id_of('demands', demand)}", member), demand, member


COMMANDS: dict[str, tuple[Command, float]] = {
    "claim": (claim, 0.30),
    "file": (file, 0.25),
    "list": (list_open, 0.25),
    "read": (read, 0.06),
}
"""The hot commands, each with the part of the database's limit that it shall reach."""
