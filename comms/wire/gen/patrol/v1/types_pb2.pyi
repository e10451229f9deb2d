import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Vehicle(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VEHICLE_UNSPECIFIED: _ClassVar[Vehicle]
    VEHICLE_ROBOT: _ClassVar[Vehicle]
    VEHICLE_DRONE: _ClassVar[Vehicle]
    VEHICLE_KIOSK: _ClassVar[Vehicle]

class TaskKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TASK_KIND_UNSPECIFIED: _ClassVar[TaskKind]
    TASK_KIND_PATROL: _ClassVar[TaskKind]
    TASK_KIND_GO_TO: _ClassVar[TaskKind]
    TASK_KIND_RETURN: _ClassVar[TaskKind]
    TASK_KIND_ORBIT: _ClassVar[TaskKind]
    TASK_KIND_FLY_TO: _ClassVar[TaskKind]
    TASK_KIND_WATCH: _ClassVar[TaskKind]
    TASK_KIND_SURVEY: _ClassVar[TaskKind]
    TASK_KIND_CORRIDOR: _ClassVar[TaskKind]
    TASK_KIND_PERIMETER: _ClassVar[TaskKind]
    TASK_KIND_SEARCH: _ClassVar[TaskKind]
    TASK_KIND_ESCORT: _ClassVar[TaskKind]
    TASK_KIND_LAND: _ClassVar[TaskKind]
    TASK_KIND_EMERGENCY_LAND: _ClassVar[TaskKind]
    TASK_KIND_PLAN: _ClassVar[TaskKind]

class TaskState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TASK_STATE_UNSPECIFIED: _ClassVar[TaskState]
    TASK_STATE_PROPOSED: _ClassVar[TaskState]
    TASK_STATE_APPROVED: _ClassVar[TaskState]
    TASK_STATE_SENT: _ClassVar[TaskState]
    TASK_STATE_ACCEPTED: _ClassVar[TaskState]
    TASK_STATE_RUNNING: _ClassVar[TaskState]
    TASK_STATE_PAUSED: _ClassVar[TaskState]
    TASK_STATE_SUCCEEDED: _ClassVar[TaskState]
    TASK_STATE_FAILED: _ClassVar[TaskState]
    TASK_STATE_CANCELLED: _ClassVar[TaskState]
    TASK_STATE_REJECTED: _ClassVar[TaskState]
    TASK_STATE_EXPIRED: _ClassVar[TaskState]

class OnLinkLoss(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ON_LINK_LOSS_UNSPECIFIED: _ClassVar[OnLinkLoss]
    ON_LINK_LOSS_GO_ON: _ClassVar[OnLinkLoss]
    ON_LINK_LOSS_HOLD: _ClassVar[OnLinkLoss]
    ON_LINK_LOSS_GO_HOME: _ClassVar[OnLinkLoss]

class FindingPhase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FINDING_PHASE_UNSPECIFIED: _ClassVar[FindingPhase]
    FINDING_PHASE_NEW: _ClassVar[FindingPhase]
    FINDING_PHASE_UPDATED: _ClassVar[FindingPhase]
    FINDING_PHASE_ENDED: _ClassVar[FindingPhase]
VEHICLE_UNSPECIFIED: Vehicle
VEHICLE_ROBOT: Vehicle
VEHICLE_DRONE: Vehicle
VEHICLE_KIOSK: Vehicle
TASK_KIND_UNSPECIFIED: TaskKind
TASK_KIND_PATROL: TaskKind
TASK_KIND_GO_TO: TaskKind
TASK_KIND_RETURN: TaskKind
TASK_KIND_ORBIT: TaskKind
TASK_KIND_FLY_TO: TaskKind
TASK_KIND_WATCH: TaskKind
TASK_KIND_SURVEY: TaskKind
TASK_KIND_CORRIDOR: TaskKind
TASK_KIND_PERIMETER: TaskKind
TASK_KIND_SEARCH: TaskKind
TASK_KIND_ESCORT: TaskKind
TASK_KIND_LAND: TaskKind
TASK_KIND_EMERGENCY_LAND: TaskKind
TASK_KIND_PLAN: TaskKind
TASK_STATE_UNSPECIFIED: TaskState
TASK_STATE_PROPOSED: TaskState
TASK_STATE_APPROVED: TaskState
TASK_STATE_SENT: TaskState
TASK_STATE_ACCEPTED: TaskState
TASK_STATE_RUNNING: TaskState
TASK_STATE_PAUSED: TaskState
TASK_STATE_SUCCEEDED: TaskState
TASK_STATE_FAILED: TaskState
TASK_STATE_CANCELLED: TaskState
TASK_STATE_REJECTED: TaskState
TASK_STATE_EXPIRED: TaskState
ON_LINK_LOSS_UNSPECIFIED: OnLinkLoss
ON_LINK_LOSS_GO_ON: OnLinkLoss
ON_LINK_LOSS_HOLD: OnLinkLoss
ON_LINK_LOSS_GO_HOME: OnLinkLoss
FINDING_PHASE_UNSPECIFIED: FindingPhase
FINDING_PHASE_NEW: FindingPhase
FINDING_PHASE_UPDATED: FindingPhase
FINDING_PHASE_ENDED: FindingPhase

class GeoPoint(_message.Message):
    __slots__ = ("latitude_deg", "longitude_deg", "altitude_m")
    LATITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    ALTITUDE_M_FIELD_NUMBER: _ClassVar[int]
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    def __init__(self, latitude_deg: _Optional[float] = ..., longitude_deg: _Optional[float] = ..., altitude_m: _Optional[float] = ...) -> None: ...

class Approval(_message.Message):
    __slots__ = ("by", "at")
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    by: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Task(_message.Message):
    __slots__ = ("task_id", "unit_id", "vehicle", "kind", "beat_id", "loops", "points", "radius_m", "height_m", "duration_s", "text", "priority", "on_link_loss", "deadline", "created_by", "approval", "speed_mps", "counter_clockwise", "swath_m", "overlap", "width_m", "distance_m", "bearing_rad", "target", "plan_json")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    VEHICLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BEAT_ID_FIELD_NUMBER: _ClassVar[int]
    LOOPS_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    RADIUS_M_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_M_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    ON_LINK_LOSS_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_FIELD_NUMBER: _ClassVar[int]
    SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    COUNTER_CLOCKWISE_FIELD_NUMBER: _ClassVar[int]
    SWATH_M_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    WIDTH_M_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_M_FIELD_NUMBER: _ClassVar[int]
    BEARING_RAD_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    PLAN_JSON_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    unit_id: str
    vehicle: Vehicle
    kind: TaskKind
    beat_id: str
    loops: int
    points: _containers.RepeatedCompositeFieldContainer[GeoPoint]
    radius_m: float
    height_m: float
    duration_s: float
    text: str
    priority: int
    on_link_loss: OnLinkLoss
    deadline: _timestamp_pb2.Timestamp
    created_by: str
    approval: Approval
    speed_mps: float
    counter_clockwise: bool
    swath_m: float
    overlap: float
    width_m: float
    distance_m: float
    bearing_rad: float
    target: str
    plan_json: str
    def __init__(self, task_id: _Optional[str] = ..., unit_id: _Optional[str] = ..., vehicle: _Optional[_Union[Vehicle, str]] = ..., kind: _Optional[_Union[TaskKind, str]] = ..., beat_id: _Optional[str] = ..., loops: _Optional[int] = ..., points: _Optional[_Iterable[_Union[GeoPoint, _Mapping]]] = ..., radius_m: _Optional[float] = ..., height_m: _Optional[float] = ..., duration_s: _Optional[float] = ..., text: _Optional[str] = ..., priority: _Optional[int] = ..., on_link_loss: _Optional[_Union[OnLinkLoss, str]] = ..., deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., approval: _Optional[_Union[Approval, _Mapping]] = ..., speed_mps: _Optional[float] = ..., counter_clockwise: _Optional[bool] = ..., swath_m: _Optional[float] = ..., overlap: _Optional[float] = ..., width_m: _Optional[float] = ..., distance_m: _Optional[float] = ..., bearing_rad: _Optional[float] = ..., target: _Optional[str] = ..., plan_json: _Optional[str] = ...) -> None: ...

class TaskUpdate(_message.Message):
    __slots__ = ("task_id", "vehicle", "state", "reason", "actor", "progress", "checkpoint", "remaining_s", "at")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    VEHICLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    REMAINING_S_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    vehicle: Vehicle
    state: TaskState
    reason: str
    actor: str
    progress: float
    checkpoint: int
    remaining_s: float
    at: _timestamp_pb2.Timestamp
    def __init__(self, task_id: _Optional[str] = ..., vehicle: _Optional[_Union[Vehicle, str]] = ..., state: _Optional[_Union[TaskState, str]] = ..., reason: _Optional[str] = ..., actor: _Optional[str] = ..., progress: _Optional[float] = ..., checkpoint: _Optional[int] = ..., remaining_s: _Optional[float] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("finding_id", "revision", "phase", "kind", "label", "confidence", "reason", "source", "first_seen", "last_seen", "position", "position_covariance", "count", "snapshot_jpeg", "unit_id")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    POSITION_COVARIANCE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_JPEG_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    revision: int
    phase: FindingPhase
    kind: str
    label: str
    confidence: float
    reason: str
    source: Vehicle
    first_seen: _timestamp_pb2.Timestamp
    last_seen: _timestamp_pb2.Timestamp
    position: GeoPoint
    position_covariance: _containers.RepeatedScalarFieldContainer[float]
    count: int
    snapshot_jpeg: bytes
    unit_id: str
    def __init__(self, finding_id: _Optional[str] = ..., revision: _Optional[int] = ..., phase: _Optional[_Union[FindingPhase, str]] = ..., kind: _Optional[str] = ..., label: _Optional[str] = ..., confidence: _Optional[float] = ..., reason: _Optional[str] = ..., source: _Optional[_Union[Vehicle, str]] = ..., first_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., position: _Optional[_Union[GeoPoint, _Mapping]] = ..., position_covariance: _Optional[_Iterable[float]] = ..., count: _Optional[int] = ..., snapshot_jpeg: _Optional[bytes] = ..., unit_id: _Optional[str] = ...) -> None: ...

class CheckpointVisit(_message.Message):
    __slots__ = ("visit_id", "task_id", "beat_id", "checkpoint_id", "index", "arrived", "left", "actions_done", "position", "picture_jpeg", "unit_id")
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    BEAT_ID_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ARRIVED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_DONE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    PICTURE_JPEG_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    visit_id: str
    task_id: str
    beat_id: str
    checkpoint_id: str
    index: int
    arrived: _timestamp_pb2.Timestamp
    left: _timestamp_pb2.Timestamp
    actions_done: _containers.RepeatedScalarFieldContainer[str]
    position: GeoPoint
    picture_jpeg: bytes
    unit_id: str
    def __init__(self, visit_id: _Optional[str] = ..., task_id: _Optional[str] = ..., beat_id: _Optional[str] = ..., checkpoint_id: _Optional[str] = ..., index: _Optional[int] = ..., arrived: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., left: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actions_done: _Optional[_Iterable[str]] = ..., position: _Optional[_Union[GeoPoint, _Mapping]] = ..., picture_jpeg: _Optional[bytes] = ..., unit_id: _Optional[str] = ...) -> None: ...

class WeatherReport(_message.Message):
    __slots__ = ("wind_mps", "gust_mps", "from_deg", "visibility_m", "rain")
    WIND_MPS_FIELD_NUMBER: _ClassVar[int]
    GUST_MPS_FIELD_NUMBER: _ClassVar[int]
    FROM_DEG_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_M_FIELD_NUMBER: _ClassVar[int]
    RAIN_FIELD_NUMBER: _ClassVar[int]
    wind_mps: float
    gust_mps: float
    from_deg: float
    visibility_m: float
    rain: bool
    def __init__(self, wind_mps: _Optional[float] = ..., gust_mps: _Optional[float] = ..., from_deg: _Optional[float] = ..., visibility_m: _Optional[float] = ..., rain: _Optional[bool] = ...) -> None: ...

class PreflightItem(_message.Message):
    __slots__ = ("name", "ok", "detail", "caution")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    CAUTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    ok: bool
    detail: str
    caution: bool
    def __init__(self, name: _Optional[str] = ..., ok: _Optional[bool] = ..., detail: _Optional[str] = ..., caution: _Optional[bool] = ...) -> None: ...

class VehicleState(_message.Message):
    __slots__ = ("at", "vehicle", "position", "position_covariance", "heading_rad", "speed_mps", "height_m", "battery_fraction", "mode", "detail", "task_id", "estop", "safety", "localized", "connected", "route", "preflight")
    AT_FIELD_NUMBER: _ClassVar[int]
    VEHICLE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    POSITION_COVARIANCE_FIELD_NUMBER: _ClassVar[int]
    HEADING_RAD_FIELD_NUMBER: _ClassVar[int]
    SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_M_FIELD_NUMBER: _ClassVar[int]
    BATTERY_FRACTION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ESTOP_FIELD_NUMBER: _ClassVar[int]
    SAFETY_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    PREFLIGHT_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    vehicle: Vehicle
    position: GeoPoint
    position_covariance: _containers.RepeatedScalarFieldContainer[float]
    heading_rad: float
    speed_mps: float
    height_m: float
    battery_fraction: float
    mode: str
    detail: str
    task_id: str
    estop: bool
    safety: str
    localized: bool
    connected: bool
    route: _containers.RepeatedCompositeFieldContainer[GeoPoint]
    preflight: _containers.RepeatedCompositeFieldContainer[PreflightItem]
    def __init__(self, at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., vehicle: _Optional[_Union[Vehicle, str]] = ..., position: _Optional[_Union[GeoPoint, _Mapping]] = ..., position_covariance: _Optional[_Iterable[float]] = ..., heading_rad: _Optional[float] = ..., speed_mps: _Optional[float] = ..., height_m: _Optional[float] = ..., battery_fraction: _Optional[float] = ..., mode: _Optional[str] = ..., detail: _Optional[str] = ..., task_id: _Optional[str] = ..., estop: _Optional[bool] = ..., safety: _Optional[str] = ..., localized: _Optional[bool] = ..., connected: _Optional[bool] = ..., route: _Optional[_Iterable[_Union[GeoPoint, _Mapping]]] = ..., preflight: _Optional[_Iterable[_Union[PreflightItem, _Mapping]]] = ...) -> None: ...
