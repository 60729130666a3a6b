"""Request and response bodies of members, bindings and one's own profile."""

import uuid
from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from app.access.caller import Caller
from app.access.models import Account, Role
from app.kit.geo import Location
from app.kit.pagination import PageRequest
from app.kit.schema import (
    DateIn,
    Id,
    IdFilter,
    Input,
    Int,
    Output,
    PlainText,
    RegionCode,
    RegionFilter,
    ShortText,
    TextFilter,
    Time,
    mask_phone,
    wrong,
)
from app.members.models import BindingRequest, Member

Nickname = Annotated[PlainText, StringConstraints(min_length=1, max_length=64)]


class PhoneIn(Input):
    """The code of getPhoneNumber (sandbox: `sandbox:13800000001`), and a name where the rule asks for it."""

    code: ShortText
    name: ShortText | None = None


class ProfileIn(Input):
    """A field that is left out stays as it is; null clears it."""

    nickname: Nickname | None = None
    home_region_code: RegionCode | None = None


class Slot(Input):
    """So many whole hours of one weekday: 1 is Monday, `to_hour` is when it ends."""

    weekday: Annotated[Int, Field(ge=1, le=7)]
    from_hour: Annotated[Int, Field(ge=0, le=23)]
    to_hour: Annotated[Int, Field(ge=1, le=24)]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to_hour <= self.from_hour:
            raise wrong("ends_before_start", "结束时间须晚于开始时间", "to_hour must be after from_hour")
        return self


class PreferencesIn(Input):
    """When one can serve, on which days not, which categories one likes, and where one usually is.

    It replaces what was said before. A place is kept as coarse as a kilometre.
    """

    slots: Annotated[list[Slot], Field(max_length=50)] = []
    days_off: Annotated[list[DateIn], Field(max_length=100)] = []
    wishes: Annotated[list[ShortText], Field(max_length=20)] = []
    place: Location | None = None


class PreferencesOut(Output):
    """What one said; `place` is in WGS-84, the middle of a square kilometre."""

    slots: list[Slot] = []
    days_off: list[date] = []
    wishes: list[str] = []
    place: Location | None = None


class DecisionIn(Input):
    """Which of the candidates an account is, or null for none of them."""

    member_id: Id | None


def _absent(value: object) -> bool:
    return value is None


class RoleOut(Output):
    """A role over a region (the empty code is everywhere) or for an organization."""

    role: Role
    region_code: str | None = Field(default=None, exclude_if=_absent)
    organization_id: uuid.UUID | None = Field(default=None, exclude_if=_absent)


class OwnMember(Output):
    """Who one is on the roster."""

    id: uuid.UUID
    name: str
    organization_id: uuid.UUID
    skills: list[str]


class MeOut(Output):
    """One's own account, roles and place on the roster."""

    id: uuid.UUID
    nickname: str | None
    phone_masked: str | None
    home_region_code: str | None
    roles: list[RoleOut]
    member: OwnMember | None


class MembersWanted(PageRequest):
    """At home in a region, of an organization or one below it; `q` begins a name or is a whole phone."""

    region: RegionFilter = None
    organization_id: IdFilter = None
    q: TextFilter = None


class MemberOut(Output):
    """A member as staff and liaisons see them in lists."""

    id: uuid.UUID
    name: str
    phone_masked: str | None
    organization_id: uuid.UUID
    home_region_code: str
    skills: list[str]


class BindingOut(Output):
    """An account whose phone several members share: it is one of the candidates, or none."""

    id: uuid.UUID
    account_id: uuid.UUID
    nickname: str | None
    phone_masked: str | None
    region_code: str
    requested_at: Time
    decided_at: Time | None
    member_id: uuid.UUID | None
    """Who the account is now."""
    candidates: list[MemberOut]


def me_out(account: Account, caller: Caller, member: Member | None) -> MeOut:
    """The person themselves; the phone is masked even for them."""
    regions = [RoleOut(role=role, region_code=code) for role, held in caller.regions.items() for code in held]
    spoken_for = [RoleOut(role=Role.LIAISON, organization_id=one) for one in caller.organization_ids]
    return MeOut(
        id=account.id,
        nickname=account.nickname,
        phone_masked=mask_phone(account.phone),
        home_region_code=account.home_region_code,
        roles=[*regions, *spoken_for],
        member=OwnMember.model_validate(member) if member else None,
    )


def member_out(member: Member) -> MemberOut:
    """A member with their phone masked."""
    return MemberOut(
        id=member.id,
        name=member.name,
        phone_masked=mask_phone(member.phone),
        organization_id=member.organization_id,
        home_region_code=member.home_region_code,
        skills=member.skills,
    )


def binding_out(request: BindingRequest, account: Account, candidates: list[Member]) -> BindingOut:
    """A pending binding with what the desk needs to decide it."""
    return BindingOut(
        id=request.id,
        account_id=account.id,
        nickname=account.nickname,
        phone_masked=mask_phone(account.phone),
        region_code=request.region_code,
        requested_at=request.requested_at,
        decided_at=request.decided_at,
        member_id=account.member_id,
        candidates=[member_out(member) for member in candidates],
    )
