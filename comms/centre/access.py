"""The door of the gRPC server: every call is checked for the role in the caller's certificate."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from comms.contracts.errors import ContractError
from comms.logs import get_logger
from comms.security.identity import Identity, identity_of, may_call


def caller(context: Any) -> Identity:
    """Who calls, as the certificate of the connection says. Raises ContractError."""
    certificate = context.auth_context().get("x509_pem_cert")
    if not certificate:
        raise ContractError("the caller has no certificate")
    return identity_of(certificate[0])


class RoleInterceptor(grpc.aio.ServerInterceptor):
    """Ends calls that the caller's role may not make with PERMISSION_DENIED, and logs them."""

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        handler = await continuation(details)
        if handler is None:
            return None
        method = details.method
        if handler.request_streaming and handler.response_streaming:
            return handler._replace(stream_stream=_guarded(handler.stream_stream, method))
        if handler.response_streaming:
            return handler._replace(unary_stream=_guarded(handler.unary_stream, method))
        if handler.request_streaming:
            return handler._replace(stream_unary=_guarded(handler.stream_unary, method))
        return handler._replace(unary_unary=_guarded(handler.unary_unary, method))


def _guarded(behaviour: Any, method: str) -> Any:
    if inspect.isasyncgenfunction(behaviour):

        async def stream(request: Any, context: Any) -> Any:
            await _check(context, method)
            async for answer in behaviour(request, context):
                yield answer

        return stream

    async def call(request: Any, context: Any) -> Any:
        await _check(context, method)
        return await behaviour(request, context)

    return call


async def _check(context: Any, method: str) -> None:
    try:
        identity = caller(context)
    except ContractError as error:
        get_logger().warning("call_refused", method=method, peer=context.peer(), why=str(error))
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
        raise
    if not may_call(identity, method):
        get_logger().warning(
            "call_refused", method=method, caller=identity.name, role=identity.role
        )
        await context.abort(
            grpc.StatusCode.PERMISSION_DENIED, f"a certificate of a {identity.role} may not do this"
        )
