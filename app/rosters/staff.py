"""Rows that are staff: the key is the username; a row adds a role, and takes none away."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import granting
from app.access import queries as access
from app.access.granting import Scope
from app.access.models import Role
from app.kit.errors import InvalidRequest
from app.kit.workbooks.columns import Column, narrow
from app.rosters import naming
from app.rosters.models import RowOutcome
from app.rosters.reach import Reach
from app.rosters.rows import Row, Wrong, required

ROLES = {"管理员": Role.ADMIN, "调度员": Role.DISPATCHER, "观察员": Role.OBSERVER, "联络员": Role.LIAISON}
COLUMNS = (
    Column("username", "用户名", required=True, hint="3 到 64 个字母、数字或符号；一人多个角色就写多行"),
    Column("role", "角色", required=True, choices=tuple(ROLES)),
    Column("region", "负责区域", hint="管理员、调度员、观察员必填：区域代码，或本辖区内的区域名称", also=("区域代码",)),
    Column("organization", "负责组织", hint="联络员必填：组织编码、名称或路径"),
    Column("password", "初始密码", hint="新用户必填，8 到 200 个字符；已有用户的密码不变"),
)
MOST_NEW = 500
"""Passwords that one file may set, each of which is worth a twentieth of a second of hashing."""


async def judge(session: AsyncSession, reach: Reach, rows: Sequence[Row]) -> None:
    """Say of every row what it would do."""
    places = await naming.places(session, reach, (row.cells["region"] for row in rows))
    bodies = await naming.bodies(session, reach, (row.cells["organization"] for row in rows))
    known = await access.staff_called(session, [narrow(row.cells["username"]) for row in rows])
    standing = {
        (username, Scope(one.role, one.region_code, one.organization_id)): 0
        for username, grants in known.items()
        for one in grants
    }
    new: dict[str, int] = {}
    for row in rows:
        try:
            username, scope = narrow(required(row, "username", "用户名", 64)), _scope(row, places, bodies, reach)
            first = standing.get((username, scope))
            if first:
                raise Wrong(f"与第 {first} 行相同")
            if first is not None:
                row.decide(RowOutcome.UNCHANGED)
                continue
            password = None if username in known or username in new else _password(username, row.cells["password"])
            if password and len(new) >= MOST_NEW:
                raise Wrong(f"一次最多新增 {MOST_NEW} 名用户")
            standing[username, scope] = new[username] = row.line
        except Wrong as wrong:
            row.refuse(str(wrong))
        else:
            row.decide(RowOutcome.NEW if password else RowOutcome.CHANGED, (username, password, scope), ["角色"])


def _scope(row: Row, places: naming.Places, bodies: naming.Bodies, reach: Reach) -> Scope:
    role = ROLES.get(required(row, "role", "角色", 50))
    if role is None:
        raise Wrong(f"角色应为：{'、'.join(ROLES)}")
    if role != Role.LIAISON:
        if row.cells["organization"]:
            raise Wrong("只有联络员填写负责组织")
        region = places.code(required(row, "region", "负责区域", 200))
        if not reach.administers(region):
            raise Wrong("负责区域不在您的权限范围内")
        return Scope(role, region)
    if row.cells["region"]:
        raise Wrong("联络员不填写负责区域")
    organization = bodies.find(required(row, "organization", "负责组织", 500))
    if not reach.administers(organization.region_code):
        raise Wrong("负责组织不在您的权限范围内")
    return Scope(role, organization_id=organization.id)


def _password(username: str, password: str) -> str:
    """The first password of a new username; raises `Wrong`."""
    try:
        granting.check_credentials(username, password)
    except InvalidRequest as refusal:
        raise Wrong(refusal.detail.zh) from refusal
    return password


async def write(session: AsyncSession, rows: Sequence[Row], actor: uuid.UUID | None) -> None:
    """Let in who is new, and give the roles."""
    for row in rows:
        if row.thing is None:
            continue
        username, password, scope = row.thing
        account = await (
            granting.let_in(session, username, password) if password else access.account_of_username(session, username)
        )
        if account is not None:
            await granting.grant(session, account.id, scope, actor=actor)
