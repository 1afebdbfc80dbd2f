"""FastAPI with one route and nothing around it."""

from fastapi import FastAPI
from schemas import Health

app = FastAPI()


@app.get("/health/live")
async def live() -> Health:
    return Health(status="ok")
