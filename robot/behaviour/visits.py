"""The visit of one checkpoint as a tree: drive there, do what it asks, write the visit down.

What cannot be done (the camera is silent, something stands too near to turn) does not hold up the
beat: the visit's record says what was done. A place that cannot be reached is given up and named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from py_trees.behaviour import Behaviour
from py_trees.composites import Selector, Sequence
from py_trees.decorators import FailureIsSuccess

from comms.contracts.beat import Checkpoint, CheckpointAction
from robot.behaviour.capabilities import Capabilities, Job, Place
from robot.behaviour.config import BehaviourConfig
from robot.behaviour.leaves import Ask, Drive, LookAround, Note, Wait

#: how long a phrase lasts, s for each character (Chinese is spoken at 4 to 5 syllables a second)
SPOKEN_S = 0.25


class Log(Protocol):
    """Who keeps the record of the task that the tree works on."""

    def note_arrival(self) -> None: ...
    def note_action(self, action: CheckpointAction, job: Job | None = None) -> None: ...
    def note_visit(self) -> None: ...
    def note_missed(self, name: str, why: str) -> None: ...


def visit(
    checkpoint: Checkpoint,
    place: Place,
    robot: Capabilities,
    config: BehaviourConfig,
    log: Log,
    *,
    arrived: bool = False,
    done: tuple[str, ...] = (),
) -> Behaviour:
    """The visit, without what was `done` there before; `arrived`: the robot stands there."""
    name = name_of(checkpoint)
    steps: list[Behaviour] = []
    drive = Drive(f"drive to {name}", robot, config, [place])
    if not arrived:
        steps += [drive, Note("arrived", log.note_arrival)]
    for action in checkpoint.actions:
        if action.value not in done:
            steps.append(_action(action, checkpoint, robot, config, log))
    steps.append(Note("write the visit down", log.note_visit))
    root = Sequence(f"visit {name}", memory=True, children=steps)
    if arrived:
        return root

    def given_up() -> None:
        log.note_missed(name, drive.feedback_message or "it could not be reached")

    either: list[Behaviour] = [root, Note(f"give {name} up", given_up)]
    return Selector(f"{name} or go on", memory=True, children=either)


def name_of(checkpoint: Checkpoint) -> str:
    return checkpoint.name or checkpoint.name_zh or checkpoint.checkpoint_id


def expected_s(checkpoint: Checkpoint) -> float:
    """How long the actions at a checkpoint take, s (an estimate)."""
    each = {
        CheckpointAction.LOOK_AROUND: 12.0,
        CheckpointAction.WAIT: checkpoint.wait_s,
        CheckpointAction.PICTURE: 1.0,
        CheckpointAction.ANNOUNCE: SPOKEN_S * len(checkpoint.announcement),
    }
    return sum(each[action] for action in checkpoint.actions)


def _action(
    action: CheckpointAction,
    checkpoint: Checkpoint,
    robot: Capabilities,
    config: BehaviourConfig,
    log: Log,
) -> Behaviour:
    """One action and the note that it was done; its failure is not the visit's failure."""

    def note(job: Job | None = None) -> Callable[[], None]:
        return lambda: log.note_action(action, job)

    def with_job(job: Job) -> None:
        log.note_action(action, job)

    name = checkpoint.announcement
    doing: Behaviour
    if action is CheckpointAction.LOOK_AROUND:
        turn = LookAround("look around", robot, config)
        doing = Sequence("look", memory=True, children=[turn, Note("looked", note())])
    elif action is CheckpointAction.WAIT:
        wait = Wait(f"wait {checkpoint.wait_s:g} s", robot, checkpoint.wait_s)
        doing = Sequence("stand", memory=True, children=[wait, Note("waited", note())])
    elif action is CheckpointAction.PICTURE:
        doing = Ask("take a picture", robot, robot.take_picture, config.picture_s, with_job)
    else:
        seconds = config.announce_s + 2 * SPOKEN_S * len(name)

        def say() -> Job:
            return robot.announce(name, checkpoint.language)

        doing = Ask(f"announce {name!r}", robot, say, seconds, with_job)
    return FailureIsSuccess(f"{action.value} if it can be", doing)
