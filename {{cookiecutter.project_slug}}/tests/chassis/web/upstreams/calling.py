"""A service whose routes call another one, which misbehaves."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, FastAPI

from chassis.outbound.upstream import Upstream
from chassis.settings import Settings
from chassis.web.upstreams import public_only, upstream
from tests.chassis import application
from tests.chassis.outbound.misbehaving import Misbehaving
from tests.support.settings import make_settings

Shop = Annotated[Upstream, upstream("shop")]
Anywhere = Annotated[Upstream, public_only()]

router = APIRouter()


@router.get("/call/{path}")
async def call(path: str, shop: Shop) -> int:
    return (await shop.get(f"/{path}")).status


@router.get("/post/{path}")
async def post(path: str, shop: Shop) -> int:
    return (await shop.post(f"/{path}")).status


@router.get("/fetch")
async def fetch(url: str, anywhere: Anywhere) -> int:
    return (await anywhere.get(url)).status


@router.get("/several")
async def several(shop: Shop) -> None:
    async with asyncio.TaskGroup() as tasks:
        for path in ("/500", "/404"):
            tasks.create_task(shop.get(path))


@router.get("/given-up")
async def given_up(shop: Shop, verb: str) -> None:
    async with asyncio.timeout(0.1):
        await getattr(shop, verb)("/hang")


@router.get("/later")
async def later(shop: Shop, tasks: BackgroundTasks) -> None:
    async def work() -> None:
        statuses.append((await shop.get("/number")).status)

    statuses.clear()
    tasks.add_task(work)


statuses: list[int] = []


def settings_with(database_url: str, peer: Misbehaving, **groups: Any) -> Settings:
    called = {"upstreams": {"shop": peer.url}}
    database = {"url": database_url, "statement_timeout": 0.5}
    return make_settings(database=database, outbound=called, **groups)


def create_app() -> FastAPI:
    """To be served, with the settings of its environment."""
    application.ROUTERS = [*application.ROUTERS, router]
    return application.create_app()
