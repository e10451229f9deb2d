"""In which order and direction strips are flown, by PyVRP's hybrid genetic search.

Each strip is a group of two clients, its two directions, of which one is visited; the vehicle's
way from and to its depot costs nothing. Seeded and bounded by iterations, so repeatable.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_PER_M = 100  # the solver counts whole centimetres
_FAR_M = 1e5


def best_order(between_m: NDArray[np.float64], iterations: int) -> list[tuple[int, bool]]:
    """[(strip, reversed), ...] for `n` strips.

    `between_m` (2n, 2n): the way from one strip end to another, ends 2k and 2k + 1 being the begin
    and the end of strip k.
    """
    from pyvrp import (
        Client,
        ClientGroup,
        Depot,
        Location,
        ProblemData,
        Solution,
        VehicleType,
        solve,
    )
    from pyvrp.stop import MaxIterations

    count = len(between_m) // 2
    if count == 1:
        return [(0, False)]
    # client c is strip c // 2, flown from its begin when c is even: it leaves at end c ^ 1
    leave = np.arange(2 * count) ^ 1
    matrix: Any = np.zeros((2 * count + 1, 2 * count + 1), np.int64)
    finite = np.minimum(between_m, _FAR_M)
    matrix[1:, 1:] = np.rint(finite[leave] * _PER_M)
    np.fill_diagonal(matrix, 0)
    clients = [Client(location=i + 1, group=i // 2, required=False) for i in range(2 * count)]
    data = ProblemData(
        locations=[Location(0, 0) for _ in range(2 * count + 1)],
        clients=clients,
        depots=[Depot(location=0)],
        vehicle_types=[VehicleType()],
        distance_matrices=[matrix],
        duration_matrices=[0 * matrix],
        groups=[ClientGroup([2 * k, 2 * k + 1]) for k in range(count)],
    )
    first = Solution(data, [_nearest_next(matrix[1:, 1:])])
    stop = MaxIterations(iterations)
    best = solve(data, stop, seed=1, collect_stats=False, initial_solution=first).best
    (route,) = best.routes()
    visits = [step.idx for step in route.schedule() if step.is_client()]
    return [(client // 2, bool(client % 2)) for client in visits]


def _nearest_next(way: NDArray[np.int64]) -> list[int]:
    """Clients in the order of always the nearest next; the best of all first ones."""
    best: tuple[int, list[int]] | None = None
    for first in range(len(way)):
        route, cost, open_ = [first], 0, np.ones(len(way), bool)
        open_[[first, first ^ 1]] = False
        while open_.any():
            near = int(np.argmin(np.where(open_, way[route[-1]], np.iinfo(np.int64).max)))
            cost += int(way[route[-1], near])
            route.append(near)
            open_[[near, near ^ 1]] = False
        if best is None or cost < best[0]:
            best = cost, route
    assert best is not None
    return best[1]
