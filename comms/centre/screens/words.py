"""Every word that a person reads on the screens, in English and Chinese. No other file holds
any.
"""

from __future__ import annotations

LANGUAGES = {"zh-CN": "中文", "en": "English"}

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Patrol command centre", "巡逻指挥中心"),
    "stop": ("STOP", "停止"),
    "stop_all": ("STOP ALL", "全部停止"),
    "stop_not_sent": ("The stop could NOT be sent", "停止指令未能发出"),
    "release_not_sent": ("The release could not be sent", "解除指令未能发出"),
    "estop_title": ("EMERGENCY STOP", "紧急停止"),
    "estop_releasing": ("Releasing the stop …", "正在解除停止…"),
    "stop_confirmed": ("stopped, confirmed {time}", "已停止，{time} 确认"),
    "stop_waiting": ("waiting for its confirmation …", "等待确认…"),
    "stop_missing": ("stop NOT CONFIRMED", "停止未得到确认"),
    "stop_unreached": (
        "No link to the unit: it is told as soon as it is back. Use the button on the vehicle.",
        "与单元无连接：恢复后立即发送。请使用车辆上的急停按钮。",
    ),
    "release": ("Release …", "解除…"),
    "release_yes": ("Release the stop", "解除停止"),
    "release_question": (
        "After this the vehicles may move again. Held tasks wait until you press “Go on”. "
        "Is the place around them clear?",
        "解除后车辆可以再次移动；被暂停的任务需按“继续”才会恢复。周围是否安全？",
    ),
    "not_connected": ("not connected", "未连接"),
    "last_word": ("last word {age} ago", "{age}前有消息"),
    "never": ("nothing heard yet", "尚无消息"),
    "robot": ("Robot", "机器人"),
    "drone": ("Drone", "无人机"),
    "units": ("Units", "单元"),
    "tasks": ("Tasks", "任务"),
    "findings": ("Findings", "发现"),
    "no_units": ("No unit has called in yet", "尚无单元接入"),
    "no_tasks": ("No tasks yet. Choose one below the map.", "暂无任务。请在地图下方选择。"),
    "no_findings": ("Nothing found yet", "暂无发现"),
    "needs_approval": ("Waiting for your approval", "等待您批准"),
    "approve_launch": ("Approve and launch", "批准并起飞"),
    "cancel": ("Cancel the task", "取消任务"),
    "cancel_sent": ("The task is being cancelled", "正在取消任务"),
    "pause": ("Hold the task", "暂停任务"),
    "pause_sent": ("The task is being held", "正在暂停任务"),
    "resume": ("Go on", "继续"),
    "resume_sent": ("The task goes on", "任务继续"),
    "reject": ("Reject", "拒绝"),
    "at_height": ("{height} m above ground", "离地 {height} 米"),
    "at_radius": ("radius {radius} m", "半径 {radius} 米"),
    "back": ("Back", "返回"),
    "send": ("Send", "发送"),
    "create": ("Prepare for approval", "准备并提交批准"),
    "preflight": (
        "Pre-flight list: not ready, the drone will refuse",
        "飞行前检查：未通过，无人机将拒绝起飞",
    ),
    "preflight_green": ("Pre-flight list: all green", "飞行前检查：全部通过"),
    "do_patrol": ("Patrol", "巡逻"),
    "do_go_to": ("Go there", "前往"),
    "do_orbit": ("Circle it", "环绕飞行"),
    "do_fly_to": ("Look from the air", "空中查看"),
    "do_return_robot": ("Robot home", "机器人返回"),
    "do_return_drone": ("Drone home", "无人机返航"),
    "more_flights": ("More flights", "更多飞行任务"),
    "pick_line": ("Click the corners of the way on the map", "请在地图上依次点击路线各点"),
    "pick_area": ("Click the corners of the area on the map", "请在地图上依次点击区域各角"),
    "drawn_line": ("{count} points, {length} m", "{count} 个点，{length} 米"),
    "drawn_area": ("{count} corners, {area} ha", "{count} 个角，{area} 公顷"),
    "border_crosses": ("The border crosses itself: take a corner back", "边界自相交，请撤回一个角"),
    "take_back": ("Take the last point back", "撤回上一个点"),
    "width_m": ("Width to see, m", "观察宽度（米）"),
    "distance_m": ("Distance, m", "距离（米）"),
    "pick_place": ("Click the place on the map", "请在地图上点击位置"),
    "which_beat": ("Which beat?", "选择巡逻路线"),
    "which_unit": ("Which unit?", "选择单元"),
    "radius_m": ("Radius, m", "半径（米）"),
    "height_m": ("Height, m", "离地高度（米）"),
    "turns": ("Turns", "圈数"),
    "rounds": ("Rounds", "轮数"),
    "duration_s": ("Time there, s", "停留时间（秒）"),
    "from_to": ("from {low} to {high}", "应为 {low} 至 {high}"),
    "a_number": ("a number is needed", "请输入数字"),
    "whole_number": ("a whole number is needed", "请输入整数"),
    "sent": ("Sent to the unit", "已发送"),
    "sent_to": ("Sent to {unit}", "已发送至 {unit}"),
    "waits_below": ("Prepared. It waits for approval under Tasks.", "已准备，请在“任务”中批准。"),
    "refused_outside_site": (
        "The place is {away_m} m outside the site.",
        "该地点在场地外 {away_m} 米。",
    ),
    "refused_in_building": ("The place is inside “{name}”.", "该地点在建筑“{name}”内。"),
    "refused_in_keep_out": (
        "The place is in the closed area “{name}”.",
        "该地点在禁入区“{name}”内。",
    ),
    "refused_far_from_walkway": (
        "The place is {away_m} m away from every walkway.",
        "该地点距最近的步道 {away_m} 米。",
    ),
    "refused_in_no_fly": ("It leads into the no-fly area “{name}”.", "进入禁飞区“{name}”。"),
    "refused_too_late": ("The task is past that already.", "任务状态已改变，无法执行。"),
    "refused_not_found": ("There is no such thing any more.", "对象不存在。"),
    "battery": ("Battery", "电量"),
    "above_ground": ("Height", "高度"),
    "place": ("Place", "位置"),
    "since": ("since {time}", "自 {time}"),
    "confidence": ("confidence {percent} %", "置信度 {percent} %"),
    "picture_blurred": ("Picture; faces and plates are blurred", "图片（人脸和车牌已模糊）"),
    "over": ("over", "已结束"),
    "link_lost": ("The command centre does not answer", "指挥中心无响应"),
    "cut_off": (
        "This page has lost the command centre. What it shows is old, and STOP does not work here.",
        "本页面已与指挥中心断开。显示内容已过时，停止按钮在此无效。",
    ),
    "old": ("{age} old", "{age}前"),
    "language": ("Language", "语言"),
    "dark": ("Light or dark", "明暗切换"),
    "find_units": ("Show the units", "显示单元"),
    "whole_site": ("Show the whole site", "显示整个场地"),
    "kind_patrol": ("Patrol “{beat}”", "巡逻“{beat}”"),
    "kind_go_to": ("Go to a place", "前往地点"),
    "kind_return": ("Come home", "返回"),
    "kind_orbit": ("Circle a place", "环绕飞行"),
    "kind_fly_to": ("Look from the air", "空中查看"),
    "kind_watch": ("Watch a place", "定点观察"),
    "kind_survey": ("Survey an area", "区域测绘"),
    "kind_corridor": ("Fly along a way", "沿线飞行"),
    "kind_perimeter": ("Fly around an area", "周界飞行"),
    "kind_search": ("Search around a place", "搜索周边"),
    "kind_escort": ("Escort the robot", "伴飞护送"),
    "kind_land": ("Land here", "就地降落"),
    "kind_emergency_land": ("Land at the nearest pad", "就近降落"),
    "state_proposed": ("proposed", "待批准"),
    "state_approved": ("approved", "已批准"),
    "state_sent": ("sent", "已发送"),
    "state_accepted": ("accepted", "已接受"),
    "state_running": ("running", "执行中"),
    "state_paused": ("paused", "已暂停"),
    "state_succeeded": ("done", "已完成"),
    "state_failed": ("failed", "失败"),
    "state_cancelled": ("cancelled", "已取消"),
    "state_rejected": ("rejected", "被拒绝"),
    "state_expired": ("expired", "已过期"),
    "action_look_around": ("looked around", "环顾四周"),
    "action_wait": ("waited", "停留"),
    "action_picture": ("took a picture", "拍照"),
    "action_announce": ("made an announcement", "播报"),
    "finding_person": ("Person", "人员"),
    "finding_vehicle": ("Vehicle", "车辆"),
    "finding_animal": ("Animal", "动物"),
    "estop_on": ("Emergency stop is on", "紧急停止已启用"),
    "safety_go": ("way clear", "通畅"),
    "safety_slow": ("slowing", "减速"),
    "safety_stop": ("stopped for an obstacle", "遇障停止"),
    "safety_estop": ("emergency stop", "紧急停止"),
    "not_localized": ("does not know where it is", "定位丢失"),
    "mode_idle": ("waiting for a task", "待命"),
    "mode_docked": ("at the kiosk", "在岗亭"),
    "mode_charging": ("charging at the kiosk", "在岗亭充电"),
    "mode_patrolling": ("patrolling", "巡逻中"),
    "mode_driving": ("on its way", "行驶中"),
    "mode_going": ("on its way", "行驶中"),
    "mode_returning": ("on its way home", "返回中"),
    "mode_paused": ("paused", "已暂停"),
    "mode_hold": ("holding its place", "悬停"),
    "mode_holding": ("holding its place", "悬停"),
    "mode_ready": ("ready on the pad", "就绪"),
    "mode_landed": ("on the pad", "在停机坪"),
    "mode_flying": ("flying", "飞行中"),
    "mode_taking_off": ("taking off", "起飞中"),
    "mode_landing": ("landing", "降落中"),
    "mode_stopped": ("stopped", "已停止"),
    "mode_lost": ("does not know where it is", "定位丢失"),
    "mode_on_ground": ("on the ground", "在地面"),
    "mode_in_air": ("in the air, not by us", "由他人操控飞行"),
    "mode_orbiting": ("circling", "环绕中"),
    "mode_watching": ("watching", "空中观察"),
    "mode_no_link": ("no link to the autopilot", "与自驾仪失去连接"),
    "mode_disconnected": ("no link to the autopilot", "与自驾仪失去连接"),
    "details": ("What happened", "经过"),
}


def word(key: str, language: str, **values: object) -> str:
    """The text for `key` in `language` ("en" or "zh-CN"), with `values` filled in.

    An unknown key is an error of ours and raises KeyError, so that no raw key reaches a screen.
    """
    english, chinese = WORDS[key]
    return (chinese if language == "zh-CN" else english).format(**values)


def has_word(key: str) -> bool:
    return key in WORDS


def age_words(seconds: float, language: str) -> str:
    """A duration as a person says it: 3 s, 4 min, 2 h."""
    chinese = language == "zh-CN"
    if seconds < 90:
        return f"{max(0, round(seconds))}{' 秒' if chinese else ' s'}"
    if seconds < 5400:
        return f"{round(seconds / 60)}{' 分钟' if chinese else ' min'}"
    return f"{round(seconds / 3600)}{' 小时' if chinese else ' h'}"
