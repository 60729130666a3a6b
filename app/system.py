"""`/healthz`, `/readyz`, `/version`: what a supervisor, a load balancer and a person ask first."""

import asyncio
import platform
from importlib.metadata import version

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kit import migrate
from app.kit.errors import Unavailable

router = APIRouter(tags=["system 系统"])
NEWEST = migrate.newest()
READY_WITHIN = 2.0


class Health(BaseModel):
    """`ok`, or no answer at all."""

    status: str


class Version(BaseModel):
    """What is running."""

    version: str
    migration: str
    python: str


@router.get("/healthz")
async def healthz() -> Health:
    """The process is up; says nothing of the database, so that a restart is not asked for in vain."""
    return Health(status="ok")


@router.get("/readyz")
async def readyz(request: Request) -> Health:
    """Requests can be served: the database answers and its schema is not older than this code."""
    try:
        async with asyncio.timeout(READY_WITHIN), request.app.state.sessions() as session:
            found = await session.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError as error:  # a database without our tables, or one that does not let us in
        raise Unavailable(retry_after=1) from error
    if (found or "") < NEWEST:  # a newer one is made to work with the code that runs before it
        raise Unavailable
    return Health(status="ok")


@router.get("/version")
async def version_of() -> Version:
    """The version of the service and of its schema."""
    return Version(version=version("yihu"), migration=NEWEST, python=platform.python_version())
