"""Read and set rule numbers: the nearest ancestor's setting that is valid on the day."""

from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Role
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import InvalidRequest, NotFound
from app.policies import queries
from app.policies.defaults import RULES, Rule
from app.policies.events import PolicyEvent
from app.policies.models import Policy

Value = TypeVar("Value")


async def value(session: AsyncSession, rule: Rule[Value], region_code: str, on: date | None = None) -> Value:
    """A rule's value in a region on a day (today unless given)."""
    found, _ = await value_and_source(session, rule, region_code, on)
    return found


async def value_and_source(
    session: AsyncSession, rule: Rule[Value], region_code: str, on: date | None = None
) -> tuple[Value, str]:
    """A rule's value and where it comes from, as `key@region@valid-from`; the default is `key@default`."""
    row = await queries.nearest(session, rule.key, region_code, on or clock.today())
    if row is None:
        default: Value = rule.default
        return default, f"{rule.key}@default"
    return rule.read(row.value), f"{rule.key}@{row.region_code}@{row.valid_from}"


async def values(session: AsyncSession, rules: tuple[Rule[Any], ...], region_code: str) -> list[Any]:
    """Several rules at once, today, in one statement."""
    stored = await queries.all_nearest(session, [rule.key for rule in rules], region_code, clock.today())
    return [rule.read(stored[rule.key].value) if rule.key in stored else rule.default for rule in rules]


def for_category(by_category: dict[str, Value], category: str) -> Value:
    """A category's entry of a rule that is kept by category."""
    if category in by_category:
        return by_category[category]
    return by_category["default"]


async def set_value(
    session: AsyncSession, caller: Caller, key: str, region_code: str, stored: Any, valid_from: date
) -> Policy:
    """Set a rule from a day on in a region and all below it. Of two settings of one day, the later stands."""
    rule = RULES.get(key)
    if rule is None:
        raise NotFound
    caller.require(frozenset({Role.ADMIN}), region_code)
    written = rule.write(_valid(rule, stored))
    row = {"key": key, "region_code": region_code, "valid_from": valid_from}
    setting = {"value": written, "set_by": caller.account_id, "set_at": clock.now()}
    await session.execute(
        insert(Policy)
        .values(row | setting)
        .on_conflict_do_update(index_elements=["key", "region_code", "valid_from"], set_=setting)
    )
    events.record(
        session,
        PolicyEvent.SET,
        subject=new_id(),
        region_code=region_code,
        actor=caller.account_id,
        key=key,
        valid_from=valid_from.isoformat(),
    )
    return Policy(**row, **setting)


def _valid(rule: Rule[Any], stored: Any) -> Any:
    try:
        found = rule.read(stored)
    except ValidationError as error:
        raise InvalidRequest.field("value", "policy_value", "规则值不正确", "not a value of this policy") from error
    if isinstance(rule.default, dict) and "default" not in found:
        raise InvalidRequest.field("value", "policy_value", "缺少 default", "an entry named default is needed")
    return found
