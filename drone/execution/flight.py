"""One flight of one task, from boarding to disarmed, driven by what the vehicle says it does.

A loop of five turns a second looks at the vehicle and at what people wish (pause, cancel, emergency
stop) and gives orders when the two differ. It makes no difference whether the flight was begun by
this process or joined after a restart: the vehicle is asked, never assumed.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace

from comms.contracts.task import COMES_DOWN, Task, TaskKind, TaskState
from comms.logs import get_logger
from drone.errors import DroneError, OrderError, PlanError, TransferError
from drone.execution.board_landing import BoardLanding
from drone.execution.boarding import board_flight, board_mission
from drone.execution.by_hand import ByHand
from drone.execution.changes import Changes
from drone.execution.closing import ClosingAir
from drone.execution.commanders import MissionWatch
from drone.execution.company import Company
from drone.execution.course import Course
from drone.execution.dangers import Dangers, To, cause_of
from drone.execution.ending import ELSEWHERE, OVER_HOME_M, Ending, result_of, where_landed
from drone.execution.journal import FlightRecord, Stage
from drone.execution.kit import Kit
from drone.execution.telling import REPORT_S, Report, Telling
from drone.execution.unasked import UnaskedMode
from drone.execution.wayfinding import Wayfinding
from drone.link.state import Landed, Mode
from drone.missions.encoding import difference, encode_plan
from drone.missions.going_on import Change
from drone.missions.plan import FlightPlan, Part, with_camera_off

_TURN_S = 0.2
_LINGER_S = 20.0

#: Just before the motors turn: why they may not, or ""
Refusal = Callable[[], str]


class Flight:
    """Wishes (`wish_*`, `end`) are set from outside on the same loop; `run` or `rejoin` does the
    rest.
    """

    def __init__(
        self, task: Task, plan: FlightPlan, kit: Kit, report: Report, refusal: Refusal
    ) -> None:
        self.task = task
        self.stage = Stage.PREPARING
        self.wish_hold = ""
        self.holding = False
        self.detail = ""
        self.share = 0.0
        self._kit = kit
        self._course = Course(kit, plan)
        self._telling, self._refusal = Telling(report), refusal
        self._end: Ending | None = None
        self._end_begun = False
        self._comes_down = self._work_done = task.kind in COMES_DOWN
        self._company = Company(task, kit) if task.kind is TaskKind.ESCORT else None
        self._unasked = UnaskedMode(kit.view, kit.vehicle.texts)
        self._on_ground_since: float | None = None
        self._board = BoardLanding(kit)
        self._way = Wayfinding(kit)
        self.hand = ByHand(kit)
        self._dangers = Dangers(kit.view, kit.vehicle.texts, kit.config, kit.battery_wh)
        self._closing = ClosingAir(kit.planner.airspace)
        self._watch = MissionWatch(kit)
        self._wish_go_on = False
        self._changes = Changes()
        self._log = get_logger(task_id=task.task_id)

    # ------------------------------------------------------------------ wishes

    def end(self, ending: Ending) -> None:
        """Wish the flight to end early; the first wish counts."""
        if self._end is None:
            self._end = ending

    def go_on(self) -> None:
        """Wish it to go on: from a hold, or from a mode that a pilot or a failsafe has left it
        in."""
        self.wish_hold = ""
        self._wish_go_on = self._unasked.is_paused

    async def change(self, change: Change) -> str:
        """Fly what is left otherwise; answers in words once the vehicle does. Raises DroneError
        with why not; then nothing has changed."""
        if self.stage is not Stage.FLYING or self._end is not None or self._company is not None:
            raise PlanError("only a flight on its way to its work, or in it, can be changed")
        return await self._changes.ask(change)

    @property
    def plan(self) -> FlightPlan:
        return self._course.plan

    @property
    def pause_words(self) -> str:
        """Why it does not move on, for a person; empty when it does."""
        return self.wish_hold if self.holding else self._unasked.words * self._unasked.is_paused

    @property
    def part(self) -> Part:
        """Which part of the flight the vehicle is in."""
        if self.stage in (Stage.PREPARING, Stage.LAUNCHING):
            return Part.TAKE_OFF
        if self._kit.view.landed.last is Landed.LANDING:
            return Part.LANDING
        return self._course.part

    @property
    def _in_company(self) -> bool:
        """Whether it is beside its target, moving with it."""
        return self._company is not None and self._company.is_begun and self._end is None

    # ------------------------------------------------------------------ from the ground

    async def run(self) -> tuple[TaskState, str]:
        """Fly it. Returns the final state and why."""
        try:
            if self._kit.view.is_airborne:
                await self._board_in_flight()
            else:
                ended = await self._launch()
                if ended is not None:
                    return ended
        except DroneError as error:
            if not self._kit.view.is_airborne:
                await self._stay_down()
                return TaskState.FAILED, str(error)
            self._log.error("the flight cannot go on as planned", why=str(error))
            self._fail(str(error))
        return await self._fly()

    async def _launch(self) -> tuple[TaskState, str] | None:
        self._enter(Stage.PREPARING, "the plan goes on board")
        self._course.mission = await board_flight(self._kit, self.plan)
        if self._wants_out():
            return self._not_flown()
        why = self._refusal()
        if why:
            raise OrderError(why)
        self._enter(Stage.LAUNCHING, "arming")
        await self._kit.actions.arm()
        if self._wants_out():
            await self._stay_down()
            return self._not_flown()
        self._tell(TaskState.RUNNING, "taking off")
        await self._kit.actions.take_off(self._kit.config.takeoff_height_m, self._wants_out)
        self._enter(Stage.FLYING, "")
        if not self._wants_out():
            await self._kit.actions.start_mission()
        return None

    async def _board_in_flight(self) -> None:
        await self._kit.actions.hold()
        self._enter(Stage.COMING_HOME if self._comes_down else Stage.FLYING, "")
        try:
            await self._replace_mission(self.plan)
        except DroneError as error:
            if self.task.kind is not TaskKind.LAND:
                raise
            self._log.warning("the autopilot's own landing is taken", why=str(error))
            await self._kit.actions.land()

    def _wants_out(self) -> bool:
        return bool(self.wish_hold) or self._end is not None

    def _not_flown(self) -> tuple[TaskState, str]:
        if self._end is not None:
            return self._end.state, self._end.why
        return TaskState.REJECTED, self.wish_hold

    async def _stay_down(self) -> None:
        if self._kit.view.is_armed and not self._kit.view.is_airborne:
            try:
                await self._kit.actions.disarm()
            except OrderError as error:
                self._log.warning("still armed on the ground", why=str(error))

    # ------------------------------------------------------------------ after a restart

    async def rejoin(self, record: FlightRecord) -> tuple[TaskState, str] | None:
        """Go on with a flight that another life of this process began.

        None when the vehicle has not left the ground, so that nothing was done.
        """
        view = self._kit.view
        self.stage, self._course.item = record.stage, record.item
        self._work_done = self._work_done or record.work_done
        if record.ending is not None:
            self._end, self._end_begun = Ending(record.ending, record.why), True
        while not view.knows_itself:
            self.detail = "waiting for the vehicle after a restart"
            await asyncio.sleep(_TURN_S)
        if not view.is_airborne and record.stage in (Stage.PREPARING, Stage.LAUNCHING):
            await self._stay_down()
            return None
        if view.is_down:
            return self._result()
        self._log.info("joins the flight in progress", mode=str(view.mode.last))
        expected = encode_plan(self.plan, self._kit.frame, view.firmware)
        try:
            on_board = await self._kit.transfer.mission()
            other = difference(expected.items, on_board, view.firmware.first_item)
        except TransferError as error:
            other = str(error)
        if other:
            self._log.warning("the mission on board is not the one of this task", why=other)
        else:
            self._course.mission = expected
        self._way.broke_at = record.broke_at
        self._course.share_before = record.share_before
        self.wish_hold = "paused before the restart" if record.paused else ""
        self.holding = record.paused and view.is_holding
        if record.stage is Stage.LAUNCHING:
            self._enter(Stage.FLYING, "joined after a restart")
            if self._course.mission is not None and view.mode.last is not Mode.MISSION:
                await self._try(self._kit.actions.start_mission())
        self.detail = ""
        self._tell(TaskState.RUNNING, "joined after a restart")
        return await self._fly()

    # ------------------------------------------------------------------ in the air

    async def _fly(self) -> tuple[TaskState, str]:
        view = self._kit.view
        while True:
            await asyncio.sleep(_TURN_S)
            if view.is_down:
                return self._result()
            if not view.connected:
                self._tell(TaskState.RUNNING, "the link is silent; the autopilot goes on by itself")
                continue
            if self._end is not None and not self._end.comes_home:
                await self._try(self._kit.actions.hold())
                return self._end.state, self._end.why
            if self.hand.is_on:
                await self._be_flown_by_hand()
            await self._obey()
            self._follow_progress()
            await self._accompany()
            await self._heed_mode()
            await self._heed_dangers()
            await self._land_on_board()
            await self._heed_ground()

    async def _be_flown_by_hand(self) -> None:
        """Until the hand lets go; then it holds, and waits for a person."""
        if self._end is not None or self._comes_down or self.wish_hold.startswith("emergency"):
            return
        wished = self.wish_hold = "flown by hand; waits for a person"
        self._way.broke_off()

        def tell(words: str) -> None:
            self._tell(TaskState.PAUSED, words)

        def interrupted() -> bool:
            self._heed_vehicle_and_air()
            changed = self.wish_hold != wished or self._end is not None
            return changed or not self._kit.view.connected or self._kit.view.is_down

        self.holding = True  # as far as modes go: this one is asked for
        self._note()
        await self._try(self.hand.fly(interrupted, tell))
        self.holding = False

    async def _obey(self) -> None:
        if self.wish_hold and not self.holding:
            if await self._try(self._kit.actions.hold()):
                self._way.broke_off()
                self.holding = True
                self._tell(TaskState.PAUSED, self.wish_hold)
                self._note()
        elif not self.wish_hold and self._end is not None and not self._end_begun:
            self._end_begun = True
            self.holding = False
            await self._come_down(self._end)
        elif self._may_go_on and await self._try(self._go_on()):
            self.holding = self._wish_go_on = False
            self._unasked.forget()
            self._way.gone_on()
            self._tell(TaskState.RUNNING, "goes on")
            self._note()
        await self._changes.make(self._change)

    @property
    def _may_go_on(self) -> bool:
        """Whether it stands still, or is flown by somebody else, and a person wants it to go on."""
        if self.wish_hold or (self._end is not None and not self._end_begun):
            return False
        return self.holding or (self._wish_go_on and self._unasked.is_paused)

    async def _change(self, change: Change) -> str:
        """The rest of the flight otherwise, now or, while it holds, once it goes on."""
        waits = self.holding or self._unasked.is_paused
        rest = await self._way.rest(self.plan, self._course.item, change)  # refused before it stops
        if not waits:
            await self._kit.actions.hold()
            rest = await self._way.rest(self.plan, self._course.item, change)
        await self._replace_mission(rest, starts=not waits)
        if waits:
            self._way.broke_at = self._kit.where()  # its new plan begins here
        else:
            self._way.gone_on()
        words = f"{change.words}, by a person"
        self._tell(TaskState.PAUSED if waits else TaskState.RUNNING, words)
        self._note()
        return words

    async def _go_on(self) -> None:
        if self._in_company:
            return  # the next word of its target moves it
        # a mission that is in its last item, the return, does not stay in mode mission
        in_return = self._course.part is Part.LANDING
        is_lost = self._course.mission is None and not self._way.is_anew
        if is_lost or (in_return and self.task.kind not in ELSEWHERE):
            await self._kit.actions.return_home()
        elif self._way.was_moved and self.stage is Stage.FLYING:
            await self._replace_mission(await self._way.rest(self.plan, self._course.item))
        else:
            await self._kit.actions.start_mission()

    async def _come_down(self, ending: Ending) -> None:
        """Replan from here; where that cannot be, the autopilot's own return, or its landing."""
        self._enter(Stage.COMING_HOME, f"coming home: {ending.why}")
        here, home, planner = self._kit.where(), self.plan.home, self._kit.planner
        actions, to = self._kit.actions, ending.to
        try:
            if here is None or to is To.HERE:
                raise PlanError("the position is not known")
            if math.dist(here[:2], home[:2]) < OVER_HOME_M:
                raise PlanError("it is over its home already")
            await actions.hold()
            planner = planner.leaving(here)
            plans = planner.land_nearest if to is To.NEAREST else planner.come_home
            plan = await asyncio.get_running_loop().run_in_executor(None, plans, here, home)
            items = with_camera_off(self.plan.items, plan.items)
            await self._replace_mission(replace(plan, items=items))
        except DroneError as error:
            own = actions.land if to is To.HERE else actions.return_home
            self._log.warning("the autopilot's own is taken", order=own.__name__, why=str(error))
            self._course.mission = None
            if not await self._try(own()):
                self._end_begun = False  # tried again at the next turn

    async def _replace_mission(self, plan: FlightPlan, *, starts: bool = True) -> None:
        mission = await board_mission(self._kit, plan)
        self._course.take(plan, mission, self.share)
        self._note()
        await self._kit.actions.choose_item(self._kit.view.firmware.first_item)
        if starts:
            await self._kit.actions.start_mission()
            self._unasked.forget()

    async def _accompany(self) -> None:
        """An escort's work, until its time is over or its target lost."""
        if self._company is None or self._end is not None:
            return
        was_begun = self._company.is_begun
        try:
            over = await self._company.step(self._course.item, self.plan, self.holding)
        except DroneError as error:
            self.detail = str(error)
            return
        if not self._company.is_begun:
            return
        if not was_begun:
            self._unasked.forget()
        self.detail = self._company.words
        if over is not None:
            self._work_done = over[0] is TaskState.SUCCEEDED
            self.end(Ending(*over))

    def _follow_progress(self) -> None:
        if self._course.follow():
            self._note()
        past_work = self.stage is Stage.FLYING and self._course.is_past_work
        if past_work and not self._work_done:
            self._work_done = True
            self._log.info("the work is done, on the way home")
            self._note()
        share = self._course.share()
        if self._in_company:
            assert self._company is not None
            share, self._course.left_s = self._company.share, self._company.left_s
        if self.stage is not Stage.COMING_HOME or self._comes_down:
            self.share = max(self.share, share)
        if not self.holding:
            state = TaskState.PAUSED if self._unasked.is_paused else TaskState.RUNNING
            self._tell(state, self._unasked.words or self.detail)

    async def _heed_mode(self) -> None:
        """What to make of a mode that nobody here asked for."""
        part = self._course.part
        ours = self.holding or self._end_begun or part in (Part.RETURN, Part.LANDING)
        stays = self.holding or (self._in_company and self._kit.view.is_holding)
        verdict = self._unasked.look(stays, part)
        self._way.heed(self._kit.view.mode.fresh(), self.holding)
        if verdict.resumed_elsewhere:
            if self.wish_hold.startswith("emergency stop"):
                self.holding = False  # hold again
            else:
                self.wish_hold, self.holding = "", False
                self._way.gone_on()
                self._tell(TaskState.RUNNING, "resumed from elsewhere")
        if verdict.comes_home and not ours:
            why = f"the autopilot came home by itself: {cause_of(verdict.words)}"
            self._end, self._end_begun = Ending(TaskState.FAILED, why), True
            self._enter(Stage.COMING_HOME, why)
            self._board.leave("the return was the autopilot's own")
        if verdict.stranded and self._work_done:
            # the mission has ended over home without its last item's effect
            await self._try(self._kit.actions.return_home())

    def _heed_vehicle_and_air(self) -> None:
        here, is_over = self._kit.where(), self._end is not None
        advice = self._dangers.look(here, self.plan.home, self.wish_hold, is_over)
        self.wish_hold, self.holding = advice.hold, self.holding and not advice.lets_go
        if advice.ends and (advice.is_urgent or not self._work_done):
            self._fail(advice.ends, advice.to)

    async def _heed_dangers(self) -> None:
        """What the vehicle, the air or another ground station makes of this flight."""
        self._heed_vehicle_and_air()
        closing = self._closing.look(self.plan, self._course.item, self._kit.where())
        if closing:
            self._fail(closing)
        other = self._watch.look(self._course.mission)
        if other:
            self._log.warning("the mission on board is somebody else's", why=other)
            self._course.mission = None
            self._way.must_fly_anew()
            self.detail = f"another ground station has put its own mission on board: {other}"
            if self._kit.view.mode.fresh() is Mode.MISSION and self._end_begun:
                await self._try(self._kit.actions.return_home())
            elif self._kit.view.mode.fresh() is Mode.MISSION or self._kit.view.is_holding:
                self.wish_hold = self.wish_hold or self.detail

    async def _land_on_board(self) -> None:
        """The last metres by the camera, where that is configured and the return is our own."""
        if self.task.kind in ELSEWHERE:
            return  # ordered to come down, and that without delay
        at_last = self._course.part is Part.LANDING
        if self.wish_hold or self.holding or not self._board.is_due(self.plan.home, at_last):
            return
        if self._end is not None and not (self._end_begun and self._end.comes_home):
            return
        wished = self._end

        def interrupted() -> bool:
            return bool(self.wish_hold) or self._end is not wished or not self._kit.view.connected

        def tell(words: str) -> None:
            self.detail = words
            self._tell(TaskState.RUNNING, words)

        if await self._try(self._board.land(self.plan.home, interrupted, tell)):
            self._unasked.forget()
            self.detail = self._board.words

    async def _heed_ground(self) -> None:
        """A vehicle that stands on the ground with its motors on is disarmed after a while."""
        now = asyncio.get_running_loop().time()
        if self._kit.view.landed.fresh() is not Landed.ON_GROUND:
            self._on_ground_since = None
        elif self._on_ground_since is None:
            self._on_ground_since = now
        elif now - self._on_ground_since > _LINGER_S:
            self._on_ground_since = now
            await self._stay_down()

    # ------------------------------------------------------------------ words and records

    def _result(self) -> tuple[TaskState, str]:
        where = where_landed(self.task.kind, self._kit.where(), self.plan.home, self._kit.home())
        if self._board.words and self.task.kind not in ELSEWHERE:
            where += f" ({self._board.words})"
        return result_of(where, self._end, self._work_done, self._unasked.words)

    def _fail(self, why: str, to: To = To.HOME) -> None:
        self._log.warning("the flight ends early", why=why, to=str(to))
        self.end(Ending(TaskState.FAILED, why, to=to))

    def _enter(self, stage: Stage, detail: str) -> None:
        self.stage, self.detail = stage, detail
        self._note()
        self._tell(TaskState.RUNNING, detail)

    def _note(self) -> None:
        self._kit.journal.keep(
            FlightRecord(
                task=self.task,
                stage=self.stage,
                plan=self.plan,
                work_done=self._work_done,
                paused=bool(self.wish_hold),
                item=self._course.item,
                broke_at=self._way.broke_at,
                share_before=self._course.share_before,
                ending=self._end.state if self._end is not None and self._end_begun else None,
                why=self._end.why if self._end is not None else "",
            )
        )

    def _tell(self, state: TaskState, reason: str) -> None:
        left_s = None if self.holding else self._course.left_s
        self._telling.tell(state, reason, self.share, left_s)

    async def _try(self, order: object) -> bool:
        """Give an order; a failure is told and tried again at a later turn."""
        try:
            await order  # type: ignore[misc]
        except DroneError as error:
            self._log.warning("an order failed", why=str(error))
            self.detail = str(error)
            await asyncio.sleep(REPORT_S)
            return False
        return True
