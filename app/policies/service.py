"""Read and set rule numbers: the nearest ancestor's setting that is valid on the day."""

from collections.abc import Collection, Sequence
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
from app.policies.defaults import RULES
from app.policies.events import PolicyEvent
from app.policies.models import Policy
from app.policies.rules import ANY, Rule

Value = TypeVar("Value")


async def value(session: AsyncSession, rule: Rule[Value], region_code: str, on: date | None = None) -> Value:
    """A rule's value in a region on a day (today unless given)."""
    rows = await queries.standing(session, [rule.key], region_code, on or clock.today())
    found: Value = standing(rule, rows.get(rule.key, ()))
    return found


async def values(session: AsyncSession, rules: tuple[Rule[Any], ...], region_code: str) -> list[Any]:
    """Several rules at once, today, in one statement."""
    rows = await queries.standing(session, [rule.key for rule in rules], region_code, clock.today())
    return [standing(rule, rows.get(rule.key, ())) for rule in rules]


async def value_in_each(session: AsyncSession, rule: Rule[Value], region_codes: Collection[str]) -> dict[str, Value]:
    """The value today, in each of some regions, of a rule that is no table; one statement."""
    stored = await queries.nearest_values(session, rule.key, region_codes, clock.today()) if region_codes else {}
    return {code: read(rule, one) for code, one in stored.items()}


def read(rule: Rule[Value], stored: Any) -> Value:
    """The value of a rule that is no table, where this is its nearest setting as it is stored, or None."""
    found: Value = rule.default if stored is None else rule.read(stored)
    return found


def read_above(rule: Rule[Any], gathered: dict[str, list[Any]] | None) -> Any:
    """A rule's value in what `queries.values_above` gathered."""
    return standing(rule, [Policy(value=one) for one in (gathered or {}).get(rule.key, ())])


def standing(rule: Rule[Value], rows: Sequence[Policy | queries.Setting]) -> Any:
    """A rule's value where these settings stand, the nearest region's first.

    The nearest setting is the value. Only a table is merged: each entry is that of the nearest region that names it.
    """
    if not rule.is_table:
        return rule.read(rows[0].value) if rows else rule.default
    merged = dict(rule.default)
    for row in reversed(rows):
        merged.update(rule.read(row.value))  # type: ignore[call-overload]
    return merged


async def entry_and_source(
    session: AsyncSession, rule: Rule[dict[str, Value]], category: str, region_code: str, on: date
) -> tuple[Value, str]:
    """A category's entry and where it comes from: `key@region@valid-from`, or `key@default`."""
    rows = (await queries.standing(session, [rule.key], region_code, on)).get(rule.key, [])
    merged = standing(rule, rows)
    name = category if category in merged else ANY
    source = next((f"{row.region_code}@{row.valid_from}" for row in rows if name in row.value), "default")
    return for_category(merged, category), f"{rule.key}@{source}"


def for_category(by_category: dict[str, Value], category: str) -> Value:
    """A category's entry of a rule that is kept by category."""
    return by_category[category] if category in by_category else by_category[ANY]


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
    unknown = sorted(set(found) - rule.entries) if rule.is_table else []
    if unknown:
        listed = ", ".join(unknown)
        raise InvalidRequest.field("value", "policy_value", f"没有这一项：{listed}", f"no such entry: {listed}")
    return found
