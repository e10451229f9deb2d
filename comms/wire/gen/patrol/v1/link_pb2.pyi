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

class UnitMessage(_message.Message):
    __slots__ = ("hello", "record", "telemetry", "task_receipt", "time_ping", "stop_receipt", "change_receipt")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    TELEMETRY_FIELD_NUMBER: _ClassVar[int]
    TASK_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TIME_PING_FIELD_NUMBER: _ClassVar[int]
    STOP_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    record: Record
    telemetry: Telemetry
    task_receipt: TaskReceipt
    time_ping: TimePing
    stop_receipt: StopReceipt
    change_receipt: ChangeReceipt
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., record: _Optional[_Union[Record, _Mapping]] = ..., telemetry: _Optional[_Union[Telemetry, _Mapping]] = ..., task_receipt: _Optional[_Union[TaskReceipt, _Mapping]] = ..., time_ping: _Optional[_Union[TimePing, _Mapping]] = ..., stop_receipt: _Optional[_Union[StopReceipt, _Mapping]] = ..., change_receipt: _Optional[_Union[ChangeReceipt, _Mapping]] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("unit_id", "site_id", "protocol", "software", "outbox_id", "beat_ids")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_ID_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    SOFTWARE_FIELD_NUMBER: _ClassVar[int]
    OUTBOX_ID_FIELD_NUMBER: _ClassVar[int]
    BEAT_IDS_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    site_id: str
    protocol: int
    software: str
    outbox_id: str
    beat_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, unit_id: _Optional[str] = ..., site_id: _Optional[str] = ..., protocol: _Optional[int] = ..., software: _Optional[str] = ..., outbox_id: _Optional[str] = ..., beat_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class Record(_message.Message):
    __slots__ = ("seq", "finding", "task_update", "visit")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    TASK_UPDATE_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    seq: int
    finding: _types_pb2.Finding
    task_update: _types_pb2.TaskUpdate
    visit: _types_pb2.CheckpointVisit
    def __init__(self, seq: _Optional[int] = ..., finding: _Optional[_Union[_types_pb2.Finding, _Mapping]] = ..., task_update: _Optional[_Union[_types_pb2.TaskUpdate, _Mapping]] = ..., visit: _Optional[_Union[_types_pb2.CheckpointVisit, _Mapping]] = ...) -> None: ...

class Telemetry(_message.Message):
    __slots__ = ("vehicles",)
    VEHICLES_FIELD_NUMBER: _ClassVar[int]
    vehicles: _containers.RepeatedCompositeFieldContainer[_types_pb2.VehicleState]
    def __init__(self, vehicles: _Optional[_Iterable[_Union[_types_pb2.VehicleState, _Mapping]]] = ...) -> None: ...

class TaskReceipt(_message.Message):
    __slots__ = ("task_id", "stored", "why_not")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    WHY_NOT_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    stored: bool
    why_not: str
    def __init__(self, task_id: _Optional[str] = ..., stored: _Optional[bool] = ..., why_not: _Optional[str] = ...) -> None: ...

class ChangeReceipt(_message.Message):
    __slots__ = ("change_id", "changed", "detail")
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    change_id: str
    changed: bool
    detail: str
    def __init__(self, change_id: _Optional[str] = ..., changed: _Optional[bool] = ..., detail: _Optional[str] = ...) -> None: ...

class StopReceipt(_message.Message):
    __slots__ = ("stop_id", "effective", "detail")
    STOP_ID_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    stop_id: str
    effective: bool
    detail: str
    def __init__(self, stop_id: _Optional[str] = ..., effective: _Optional[bool] = ..., detail: _Optional[str] = ...) -> None: ...

class TimePing(_message.Message):
    __slots__ = ("unit_time",)
    UNIT_TIME_FIELD_NUMBER: _ClassVar[int]
    unit_time: _timestamp_pb2.Timestamp
    def __init__(self, unit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CentreMessage(_message.Message):
    __slots__ = ("welcome", "ack", "task", "control", "stop", "time_pong", "change", "weather", "photo")
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    TIME_PONG_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    WEATHER_FIELD_NUMBER: _ClassVar[int]
    PHOTO_FIELD_NUMBER: _ClassVar[int]
    welcome: Welcome
    ack: Ack
    task: _types_pb2.Task
    control: TaskControl
    stop: Stop
    time_pong: TimePong
    change: FlightChange
    weather: Weather
    photo: PhotoWish
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., task: _Optional[_Union[_types_pb2.Task, _Mapping]] = ..., control: _Optional[_Union[TaskControl, _Mapping]] = ..., stop: _Optional[_Union[Stop, _Mapping]] = ..., time_pong: _Optional[_Union[TimePong, _Mapping]] = ..., change: _Optional[_Union[FlightChange, _Mapping]] = ..., weather: _Optional[_Union[Weather, _Mapping]] = ..., photo: _Optional[_Union[PhotoWish, _Mapping]] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ("stored_seq", "protocol")
    STORED_SEQ_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    stored_seq: int
    protocol: int
    def __init__(self, stored_seq: _Optional[int] = ..., protocol: _Optional[int] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("stored_seq",)
    STORED_SEQ_FIELD_NUMBER: _ClassVar[int]
    stored_seq: int
    def __init__(self, stored_seq: _Optional[int] = ...) -> None: ...

class TaskControl(_message.Message):
    __slots__ = ("task_id", "action", "actor", "reason")
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACTION_UNSPECIFIED: _ClassVar[TaskControl.Action]
        CANCEL: _ClassVar[TaskControl.Action]
        PAUSE: _ClassVar[TaskControl.Action]
        RESUME: _ClassVar[TaskControl.Action]
    ACTION_UNSPECIFIED: TaskControl.Action
    CANCEL: TaskControl.Action
    PAUSE: TaskControl.Action
    RESUME: TaskControl.Action
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    action: TaskControl.Action
    actor: str
    reason: str
    def __init__(self, task_id: _Optional[str] = ..., action: _Optional[_Union[TaskControl.Action, str]] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class FlightChange(_message.Message):
    __slots__ = ("change_id", "task_id", "skip", "height_m", "speed_mps", "actor")
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_M_FIELD_NUMBER: _ClassVar[int]
    SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    change_id: str
    task_id: str
    skip: int
    height_m: float
    speed_mps: float
    actor: str
    def __init__(self, change_id: _Optional[str] = ..., task_id: _Optional[str] = ..., skip: _Optional[int] = ..., height_m: _Optional[float] = ..., speed_mps: _Optional[float] = ..., actor: _Optional[str] = ...) -> None: ...

class Weather(_message.Message):
    __slots__ = ("weather_id", "report", "actor")
    WEATHER_ID_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    weather_id: str
    report: _types_pb2.WeatherReport
    actor: str
    def __init__(self, weather_id: _Optional[str] = ..., report: _Optional[_Union[_types_pb2.WeatherReport, _Mapping]] = ..., actor: _Optional[str] = ...) -> None: ...

class PhotoWish(_message.Message):
    __slots__ = ("photo_id", "actor")
    PHOTO_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    photo_id: str
    actor: str
    def __init__(self, photo_id: _Optional[str] = ..., actor: _Optional[str] = ...) -> None: ...

class Stop(_message.Message):
    __slots__ = ("stop_id", "engage", "actor", "reason")
    STOP_ID_FIELD_NUMBER: _ClassVar[int]
    ENGAGE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stop_id: str
    engage: bool
    actor: str
    reason: str
    def __init__(self, stop_id: _Optional[str] = ..., engage: _Optional[bool] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class TimePong(_message.Message):
    __slots__ = ("unit_time", "centre_time")
    UNIT_TIME_FIELD_NUMBER: _ClassVar[int]
    CENTRE_TIME_FIELD_NUMBER: _ClassVar[int]
    unit_time: _timestamp_pb2.Timestamp
    centre_time: _timestamp_pb2.Timestamp
    def __init__(self, unit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., centre_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
