import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from comms.wire.gen.patrol.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetSiteRequest(_message.Message):
    __slots__ = ("site_id",)
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    site_id: str
    def __init__(self, site_id: _Optional[str] = ...) -> None: ...

class GetSiteResponse(_message.Message):
    __slots__ = ("site_id", "site_geojson", "beat_geojson")
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_GEOJSON_FIELD_NUMBER: _ClassVar[int]
    BEAT_GEOJSON_FIELD_NUMBER: _ClassVar[int]
    site_id: str
    site_geojson: str
    beat_geojson: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, site_id: _Optional[str] = ..., site_geojson: _Optional[str] = ..., beat_geojson: _Optional[_Iterable[str]] = ...) -> None: ...

class ListUnitsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListUnitsResponse(_message.Message):
    __slots__ = ("units",)
    UNITS_FIELD_NUMBER: _ClassVar[int]
    units: _containers.RepeatedCompositeFieldContainer[Unit]
    def __init__(self, units: _Optional[_Iterable[_Union[Unit, _Mapping]]] = ...) -> None: ...

class Unit(_message.Message):
    __slots__ = ("unit_id", "site_id", "connected", "last_word", "vehicles", "beat_ids")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    LAST_WORD_FIELD_NUMBER: _ClassVar[int]
    VEHICLES_FIELD_NUMBER: _ClassVar[int]
    BEAT_IDS_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    site_id: str
    connected: bool
    last_word: _timestamp_pb2.Timestamp
    vehicles: _containers.RepeatedCompositeFieldContainer[_types_pb2.VehicleState]
    beat_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, unit_id: _Optional[str] = ..., site_id: _Optional[str] = ..., connected: _Optional[bool] = ..., last_word: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., vehicles: _Optional[_Iterable[_Union[_types_pb2.VehicleState, _Mapping]]] = ..., beat_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TaskRecord(_message.Message):
    __slots__ = ("task", "latest", "history")
    TASK_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    task: _types_pb2.Task
    latest: _types_pb2.TaskUpdate
    history: _containers.RepeatedCompositeFieldContainer[_types_pb2.TaskUpdate]
    def __init__(self, task: _Optional[_Union[_types_pb2.Task, _Mapping]] = ..., latest: _Optional[_Union[_types_pb2.TaskUpdate, _Mapping]] = ..., history: _Optional[_Iterable[_Union[_types_pb2.TaskUpdate, _Mapping]]] = ...) -> None: ...

class ListTasksRequest(_message.Message):
    __slots__ = ("unit_id", "open_only", "limit")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    open_only: bool
    limit: int
    def __init__(self, unit_id: _Optional[str] = ..., open_only: _Optional[bool] = ..., limit: _Optional[int] = ...) -> None: ...

class ListTasksResponse(_message.Message):
    __slots__ = ("tasks",)
    TASKS_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[TaskRecord]
    def __init__(self, tasks: _Optional[_Iterable[_Union[TaskRecord, _Mapping]]] = ...) -> None: ...

class ListFindingsRequest(_message.Message):
    __slots__ = ("unit_id", "live_only", "limit")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    LIVE_ONLY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    live_only: bool
    limit: int
    def __init__(self, unit_id: _Optional[str] = ..., live_only: _Optional[bool] = ..., limit: _Optional[int] = ...) -> None: ...

class ListFindingsResponse(_message.Message):
    __slots__ = ("findings", "total")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[_types_pb2.Finding]
    total: int
    def __init__(self, findings: _Optional[_Iterable[_Union[_types_pb2.Finding, _Mapping]]] = ..., total: _Optional[int] = ...) -> None: ...

class ListVisitsRequest(_message.Message):
    __slots__ = ("unit_id", "task_id")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    task_id: str
    def __init__(self, unit_id: _Optional[str] = ..., task_id: _Optional[str] = ...) -> None: ...

class ListVisitsResponse(_message.Message):
    __slots__ = ("visits",)
    VISITS_FIELD_NUMBER: _ClassVar[int]
    visits: _containers.RepeatedCompositeFieldContainer[_types_pb2.CheckpointVisit]
    def __init__(self, visits: _Optional[_Iterable[_Union[_types_pb2.CheckpointVisit, _Mapping]]] = ...) -> None: ...

class GetSnapshotRequest(_message.Message):
    __slots__ = ("finding_id", "visit_id")
    FINDING_ID_FIELD_NUMBER: _ClassVar[int]
    VISIT_ID_FIELD_NUMBER: _ClassVar[int]
    finding_id: str
    visit_id: str
    def __init__(self, finding_id: _Optional[str] = ..., visit_id: _Optional[str] = ...) -> None: ...

class GetSnapshotResponse(_message.Message):
    __slots__ = ("jpeg",)
    JPEG_FIELD_NUMBER: _ClassVar[int]
    jpeg: bytes
    def __init__(self, jpeg: _Optional[bytes] = ...) -> None: ...

class CreateTaskRequest(_message.Message):
    __slots__ = ("task",)
    TASK_FIELD_NUMBER: _ClassVar[int]
    task: _types_pb2.Task
    def __init__(self, task: _Optional[_Union[_types_pb2.Task, _Mapping]] = ...) -> None: ...

class ApproveTaskRequest(_message.Message):
    __slots__ = ("task_id", "by")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    by: str
    def __init__(self, task_id: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class ControlTaskRequest(_message.Message):
    __slots__ = ("task_id", "action", "reason", "by")
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACTION_UNSPECIFIED: _ClassVar[ControlTaskRequest.Action]
        CANCEL: _ClassVar[ControlTaskRequest.Action]
        PAUSE: _ClassVar[ControlTaskRequest.Action]
        RESUME: _ClassVar[ControlTaskRequest.Action]
    ACTION_UNSPECIFIED: ControlTaskRequest.Action
    CANCEL: ControlTaskRequest.Action
    PAUSE: ControlTaskRequest.Action
    RESUME: ControlTaskRequest.Action
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    action: ControlTaskRequest.Action
    reason: str
    by: str
    def __init__(self, task_id: _Optional[str] = ..., action: _Optional[_Union[ControlTaskRequest.Action, str]] = ..., reason: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class ChangeFlightRequest(_message.Message):
    __slots__ = ("task_id", "skip", "height_m", "speed_mps", "by")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_M_FIELD_NUMBER: _ClassVar[int]
    SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    skip: int
    height_m: float
    speed_mps: float
    by: str
    def __init__(self, task_id: _Optional[str] = ..., skip: _Optional[int] = ..., height_m: _Optional[float] = ..., speed_mps: _Optional[float] = ..., by: _Optional[str] = ...) -> None: ...

class ChangeFlightResponse(_message.Message):
    __slots__ = ("detail",)
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    detail: str
    def __init__(self, detail: _Optional[str] = ...) -> None: ...

class TellWeatherRequest(_message.Message):
    __slots__ = ("unit_id", "report", "by")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    report: _types_pb2.WeatherReport
    by: str
    def __init__(self, unit_id: _Optional[str] = ..., report: _Optional[_Union[_types_pb2.WeatherReport, _Mapping]] = ..., by: _Optional[str] = ...) -> None: ...

class TakePhotoRequest(_message.Message):
    __slots__ = ("unit_id", "by")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    by: str
    def __init__(self, unit_id: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class TakePhotoResponse(_message.Message):
    __slots__ = ("detail",)
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    detail: str
    def __init__(self, detail: _Optional[str] = ...) -> None: ...

class TellWeatherResponse(_message.Message):
    __slots__ = ("detail",)
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    detail: str
    def __init__(self, detail: _Optional[str] = ...) -> None: ...

class StopUnitRequest(_message.Message):
    __slots__ = ("unit_id", "release", "reason", "by")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    release: bool
    reason: str
    by: str
    def __init__(self, unit_id: _Optional[str] = ..., release: _Optional[bool] = ..., reason: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class StopUnitResponse(_message.Message):
    __slots__ = ("sent_to", "not_connected", "stop_id")
    SENT_TO_FIELD_NUMBER: _ClassVar[int]
    NOT_CONNECTED_FIELD_NUMBER: _ClassVar[int]
    STOP_ID_FIELD_NUMBER: _ClassVar[int]
    sent_to: _containers.RepeatedScalarFieldContainer[str]
    not_connected: _containers.RepeatedScalarFieldContainer[str]
    stop_id: str
    def __init__(self, sent_to: _Optional[_Iterable[str]] = ..., not_connected: _Optional[_Iterable[str]] = ..., stop_id: _Optional[str] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("unit_id",)
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    def __init__(self, unit_id: _Optional[str] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("unit", "task", "finding", "visit", "stop")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    unit: Unit
    task: TaskRecord
    finding: _types_pb2.Finding
    visit: _types_pb2.CheckpointVisit
    stop: StopConfirmation
    def __init__(self, unit: _Optional[_Union[Unit, _Mapping]] = ..., task: _Optional[_Union[TaskRecord, _Mapping]] = ..., finding: _Optional[_Union[_types_pb2.Finding, _Mapping]] = ..., visit: _Optional[_Union[_types_pb2.CheckpointVisit, _Mapping]] = ..., stop: _Optional[_Union[StopConfirmation, _Mapping]] = ...) -> None: ...

class StopConfirmation(_message.Message):
    __slots__ = ("unit_id", "stop_id", "engaged", "effective", "detail")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    STOP_ID_FIELD_NUMBER: _ClassVar[int]
    ENGAGED_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    stop_id: str
    engaged: bool
    effective: bool
    detail: str
    def __init__(self, unit_id: _Optional[str] = ..., stop_id: _Optional[str] = ..., engaged: _Optional[bool] = ..., effective: _Optional[bool] = ..., detail: _Optional[str] = ...) -> None: ...
