"""The wire form of the contracts: patrol/v1 as Python modules, and the way to and from plain types.

`from comms.wire import types_pb2, link_pb2, centre_pb2, link_pb2_grpc, centre_pb2_grpc`.
"""

from comms.wire.gen.patrol.v1 import (
    centre_pb2,
    centre_pb2_grpc,
    link_pb2,
    link_pb2_grpc,
    types_pb2,
)

__all__ = ["centre_pb2", "centre_pb2_grpc", "link_pb2", "link_pb2_grpc", "types_pb2"]
