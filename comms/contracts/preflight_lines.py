"""The lines of a drone's pre-flight list, by name, as people read them: English and Chinese."""

from __future__ import annotations

PREFLIGHT_LINES: dict[str, tuple[str, str]] = {
    "link": ("Link", "链路"),
    "sensors": ("Sensors", "传感器"),
    "position": ("Position", "定位"),
    "home": ("Home", "返航点"),
    "battery": ("Battery", "电量"),
    "ready": ("Ready to arm", "解锁就绪"),
    "failsafes": ("Failsafes", "失控保护"),
    "remote_id": ("Remote identification", "远程识别"),
    "airspace": ("Airspace", "空域"),
    "emergency_stop": ("Emergency stop", "急停"),
    "storage": ("Storage", "存储空间"),
    "geofence": ("Geofence", "电子围栏"),
    "weather": ("Weather", "天气"),
    "pad": ("Pad", "停机坪"),
    "pilot": ("Pilot", "飞手批准"),
}
