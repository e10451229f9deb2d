"""Serves the screens: pages, snapshots, and the one situation that all pages share.

It runs in the command centre's own event loop beside the gRPC server, and talks to it as a client.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import uvicorn
from fastapi import FastAPI, Request, Response
from nicegui import app, ui

from comms.centre.screens.situation import Situation
from comms.centre.screens.staff_page import StaffPage
from comms.centre.screens.words import LANGUAGES, word
from comms.logs import get_logger
from comms.wire import centre_pb2 as pb

_CSS = Path(__file__).with_name("style.css")
_NO_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"/>'


def choose_language(request: Request) -> str:
    """The language that the user chose, else the first of ours that the browser asks for."""
    chosen = app.storage.user.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    asked = re.findall(r"[A-Za-z-]+", request.headers.get("accept-language", ""))
    for tag in asked:
        if tag.lower().startswith("zh"):
            return "zh-CN"
        if tag.lower().startswith("en"):
            return "en"
    return "zh-CN"


def build(situation: Situation, storage_secret: str) -> FastAPI:
    """The web application. One per process."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @web.get("/snapshot/{finding_id}.jpg")
    async def snapshot(finding_id: str) -> Response:
        return await picture(pb.GetSnapshotRequest(finding_id=finding_id))

    @web.get("/visit/{visit_id}.jpg")
    async def visit(visit_id: str) -> Response:
        return await picture(pb.GetSnapshotRequest(visit_id=visit_id))

    async def picture(request: pb.GetSnapshotRequest) -> Response:
        try:
            answer = await situation.stub.GetSnapshot(request)
        except grpc.aio.AioRpcError as error:
            # A finding without a picture is nothing wrong: its place in the list stays grey.
            missing = error.code() is grpc.StatusCode.NOT_FOUND
            headers = {"Cache-Control": "no-store"}
            if not missing:
                return Response(status_code=503, headers=headers)
            return Response(_NO_PICTURE, media_type="image/svg+xml", headers=headers)
        headers = {"Cache-Control": "private, max-age=5"}
        return Response(answer.jpeg, media_type="image/jpeg", headers=headers)

    @ui.page("/")
    def staff(request: Request) -> None:
        language = choose_language(request)
        ui.page_title(word("title", language))
        ui.query("html").props(f'lang="{language}"')
        StaffPage(situation, language)

    ui.add_css(_CSS, shared=True)
    ui.run_with(web, storage_secret=storage_secret, language="zh-CN", reconnect_timeout=30.0)
    return web


class _Server(uvicorn.Server):
    """Leaves the signals to the command centre, which ends everything in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(channel: grpc.aio.Channel, *, host: str, port: int, storage_secret: str) -> None:
    """Serve the screens until cancelled."""
    situation = Situation(channel)
    web = build(situation, storage_secret)
    config = uvicorn.Config(web, host=host, port=port, log_level="warning", lifespan="on")
    server = _Server(config)
    follow = asyncio.create_task(situation.run(), name="situation")
    get_logger().info("screens_up", address=f"http://{host}:{port}")
    serving = asyncio.create_task(server.serve(), name="screens-server")
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True  # it ends its connections and its lifespan by itself
        await serving
        raise
    finally:
        follow.cancel()
        await asyncio.gather(follow, return_exceptions=True)
