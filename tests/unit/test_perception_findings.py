"""The life of a finding: when a thing becomes news, when it is told again, when it has ended."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest

from comms.contracts.finding import FindingPhase, Source
from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from perception.config import FindingsConfig
from perception.findings.book import FindingBook, Revision
from perception.findings.journal import FindingJournal
from perception.findings.sighting import Sighting
from perception.locate.locator import Place
from perception.track.tracker import TrackedBox

FRAME = LocalFrame(GeoPoint(latitude_deg=29.868, longitude_deg=121.615, altitude_m=10.0))
ROBOT, DRONE = Source.ROBOT, Source.DRONE
T0 = 1_800_000_000.0


def new_book() -> FindingBook:
    numbers = count(1)
    return FindingBook(FindingsConfig(), FRAME, new_id=lambda: f"finding-{next(numbers)}")


def sighting(
    time_s: float,
    east: float,
    north: float = 0.0,
    *,
    track: int = 1,
    source: Source = ROBOT,
    kind: str = "person",
    score: float = 0.6,
    sigma: float = 0.3,
    box: tuple[float, float, float, float] | None = None,
) -> Sighting:
    label = "car" if kind == "vehicle" else kind
    box = box or (100 + 60.0 * track, 100, 140 + 60.0 * track, 200)
    place = Place(east, north, np.eye(2) * sigma**2, "ground", 8.0)
    return Sighting(source, T0 + time_s, TrackedBox(track, kind, label, score, box), place)


def seen(book: FindingBook, *sightings: Sighting) -> list[tuple[str, FindingPhase]]:
    return [(r.finding.finding_id, r.finding.phase) for r in book.see(list(sightings))]


def confirm(
    book: FindingBook, east: float = 0.0, *, start: float = 0.0, **more: object
) -> Revision:
    told: list[Revision] = []
    for step in range(3):
        told += book.see([sighting(start + 0.25 * step, east, **more)])  # type: ignore[arg-type]
    assert len(told) == 1
    return told[0]


def test_one_frame_is_no_news_and_three_are() -> None:
    book = new_book()
    assert seen(book, sighting(0.0, 5.0)) == []
    assert seen(book, sighting(0.25, 5.0)) == []
    [revision] = book.see([sighting(0.5, 5.0)])
    finding = revision.finding
    assert (finding.phase, finding.revision, finding.kind) == (FindingPhase.NEW, 0, "person")
    assert (finding.last_seen - finding.first_seen).total_seconds() == pytest.approx(0.5, abs=1e-3)
    assert FRAME.to_enu(finding.position)[:2] == pytest.approx((5.0, 0.0), abs=0.01)
    assert "3 frames" in finding.reason
    assert revision.picture_of is not None, "what is new comes with a picture"


def test_three_frames_spread_over_a_long_time_or_hardly_believed_are_no_news() -> None:
    book = new_book()
    assert [seen(book, sighting(4.0 * step, 5.0)) for step in range(4)] == [[]] * 4
    book = new_book()
    assert [seen(book, sighting(0.2 * n, 5.0, score=0.31)) for n in range(8)] == [[]] * 8


def test_a_standing_person_is_told_again_every_two_seconds_only() -> None:
    book = new_book()
    confirm(book)
    told = [r for n in range(40) for r in book.see([sighting(0.75 + 0.25 * n, 0.0)])]
    assert [r.finding.phase for r in told] == [FindingPhase.UPDATED] * 5
    assert [r.finding.revision for r in told] == [1, 2, 3, 4, 5]
    assert not any(r.picture_of for r in told), "a picture comes when it is new, not each time"


def test_a_person_who_moves_a_metre_is_told_at_once() -> None:
    book = new_book()
    confirm(book)
    told = book.see([sighting(1.1, 2.5)])
    assert [r.finding.phase for r in told] == [FindingPhase.UPDATED]
    assert "moved" in told[0].finding.reason


def test_what_is_not_seen_for_long_has_ended_once() -> None:
    book = new_book()
    confirm(book)
    assert book.tick(T0 + 14.0) == []
    [revision] = book.tick(T0 + 16.0)
    assert (revision.finding.phase, revision.finding.revision) == (FindingPhase.ENDED, 1)
    assert "not been seen for" in revision.finding.reason
    assert book.tick(T0 + 17.0) == []
    assert book.open == []


def test_a_new_track_at_the_same_place_goes_on_with_the_finding() -> None:
    """The robot turns, the tracker loses the person and starts a new track."""
    book = new_book()
    first = confirm(book).finding.finding_id
    assert seen(book, sighting(4.0, 1.0, track=2)) == [(first, FindingPhase.UPDATED)]


def test_a_person_who_comes_back_soon_after_the_end_is_the_same_finding() -> None:
    book = new_book()
    first = confirm(book).finding.finding_id
    book.tick(T0 + 16.0)
    assert seen(book, sighting(30.0, 1.0, track=2)) == [], "one frame reopens nothing"
    assert seen(book, sighting(30.25, 1.0, track=2)) == [(first, FindingPhase.UPDATED)]
    book.tick(T0 + 50.0)
    book.tick(T0 + 200.0)
    assert confirm(book, 1.0, start=200.0, track=3).finding.finding_id != first


def test_the_drone_and_the_robot_see_one_person_as_one_finding() -> None:
    book = new_book()
    first = confirm(book).finding.finding_id
    told = seen(book, sighting(2.6, 1.2, source=DRONE, track=1, sigma=1.0))
    assert told == [(first, FindingPhase.UPDATED)]


def test_two_people_side_by_side_are_two_findings_and_stay_so() -> None:
    book = new_book()
    told = []
    for n in range(30):
        pair = [sighting(0.25 * n, 0.0, track=1), sighting(0.25 * n, 0.8, track=2)]
        told += seen(book, *pair)
    assert {finding_id for finding_id, _ in told} == {"finding-1", "finding-2"}
    assert [phase for _, phase in told].count(FindingPhase.NEW) == 2


def test_a_person_is_never_merged_with_a_car_nor_with_someone_far_off() -> None:
    book = new_book()
    person = confirm(book).finding.finding_id
    car = confirm(book, start=1.0, kind="vehicle", track=5).finding.finding_id
    other = confirm(book, 20.0, start=2.0, track=6).finding.finding_id
    assert len({person, car, other}) == 3


def test_a_persons_upper_half_found_once_more_is_no_second_person() -> None:
    book = new_book()
    told = []
    for n in range(10):
        whole = sighting(0.25 * n, 5.0, track=1, box=(100, 100, 140, 220))
        upper = sighting(0.25 * n, 5.1, track=2, box=(102, 100, 138, 160))
        told += seen(book, whole, upper)
    assert {finding_id for finding_id, _ in told} == {"finding-1"}


def test_a_parked_car_is_reported_once_however_often_the_robot_comes_by() -> None:
    book = new_book()
    first = confirm(book, 3.0, kind="vehicle").finding.finding_id
    ids = set()
    for lap in range(1, 4):
        start = 600.0 * lap
        [ended] = book.tick(T0 + start - 10)
        assert ended.finding.phase is FindingPhase.ENDED
        for n in range(6):
            found = sighting(start + 0.25 * n, 3.2, kind="vehicle", track=lap + 1)
            ids |= {finding_id for finding_id, _ in seen(book, found)}
    assert ids == {first}


def test_a_moving_car_is_followed_by_its_track() -> None:
    book = new_book()
    first = confirm(book, kind="vehicle").finding.finding_id
    told = [
        r for n in range(12) for r in book.see([sighting(0.75 + n / 4, 2.0 * n, kind="vehicle")])
    ]
    assert {r.finding.finding_id for r in told} == {first}
    assert FRAME.to_enu(told[-1].finding.position).east_m == pytest.approx(22.0, abs=1.5)


def test_a_much_closer_look_brings_a_new_picture() -> None:
    book = new_book()
    confirm(book, box=(100, 100, 120, 150))
    [revision] = book.see([sighting(3.0, 0.0, box=(50, 50, 150, 350))])
    assert revision.picture_of is not None
    assert "closer look" in revision.finding.reason


def test_the_told_place_gets_surer_but_never_surer_than_its_common_error() -> None:
    book = new_book()
    new = confirm(book, kind="vehicle").finding
    told = [r for n in range(300) for r in book.see([sighting(1 + n / 4, 0.0, kind="vehicle")])]
    assert told[-1].finding.position_covariance[0] < new.position_covariance[0]
    assert told[-1].finding.position_covariance[0] > 0.3 * 0.3**2 * 0.99


def test_a_clock_set_back_leaves_no_finding_open_for_ever() -> None:
    book = new_book()
    confirm(book)
    assert [r.finding.phase for r in book.tick(T0 - 5000.0)] == [FindingPhase.ENDED]
    assert book.known == set()


def test_after_a_kill_the_journal_brings_the_open_findings_back(tmp_path: Path) -> None:
    journal = FindingJournal(tmp_path)
    book = new_book()
    new = confirm(book)
    told = new.finding.model_copy(update={"snapshot_jpeg": b"\xff\xd8picture"})
    journal.write(new.state, told)
    [update] = book.see([sighting(3.0, 0.0)])
    journal.write(update.state, update.finding)
    # killed here: nothing is closed; the next process reads the same files
    entries = FindingJournal(tmp_path).read()
    assert [entry.told for entry in entries] == [(told, update.finding)]
    later = new_book()
    later.restore(entry.state for entry in entries)
    assert seen(later, sighting(6.0, 0.5, track=9)) == [("finding-1", FindingPhase.UPDATED)]
    [ended] = later.tick(T0 + 60.0)
    assert (ended.finding.finding_id, ended.finding.revision) == ("finding-1", 3)
    journal.forget(later.known - {"finding-1"})
    assert FindingJournal(tmp_path).read() == []
