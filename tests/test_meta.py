"""`/meta` names every code that the API can answer."""

from enum import StrEnum

from fastapi import FastAPI

from app.demands.events import DemandEvent
from app.meta import LABELS, labels
from tests.client import Client


def answered(schema: object, found: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Every enum in an OpenAPI document."""
    if isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            found.add(tuple(schema["enum"]))
        for inner in schema.values():
            answered(inner, found)
    elif isinstance(schema, list):
        for inner in schema:
            answered(inner, found)
    return found


def test_every_code_has_a_label() -> None:
    for codes in LABELS:
        assert all(label.name for label in labels(codes)), codes


async def test_every_enum_of_the_api_is_labelled(application: FastAPI, client: Client) -> None:
    labelled = {tuple(codes) for codes in LABELS}
    assert answered(application.openapi()["components"]["schemas"], set()) <= labelled


async def test_it_is_served_to_everybody(client: Client) -> None:
    meta = (await client.get("/meta")).json()
    assert {"code": "post", "name": "岗位"} in meta["enums"]["kind"]
    assert {"code": "slots_full", "name": "名额已满"} in meta["errors"]
    assert any(one["code"] == "claim_reach" for one in meta["policies"])


def test_events_say_what_they_are_about() -> None:
    kinds: type[StrEnum] = DemandEvent
    assert all(kind.split(".")[0] in ("demand", "claim") for kind in kinds)
