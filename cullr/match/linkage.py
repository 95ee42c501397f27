"""A graph of alike shots → clusters of them, each with its medoid; a shot is in one cluster at most.

Nodes are numbered in path order and stand for one or more shots. The node that matches most shots is served first,
ties by the smaller total distance, then by path, counting only what is still free: the same graph always falls apart
the same way.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Cluster = list[int]
"""Nodes, the medoid first."""


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """`weights` [n] shots a node stands for, 0 where there is no such node; `heads` and `tails` [m] the ends of edges
    and `costs` [m] their distances."""

    weights: NDArray[np.int64]
    heads: NDArray[np.int32]
    tails: NDArray[np.int32]
    costs: NDArray[np.float64]


def medoid(graph: Graph) -> Iterator[Cluster]:
    """Every member matches the medoid: the default."""
    free = _Free.of(graph)
    while (centre := free.best()) is not None:
        yield free.take([centre, *(node for node, _ in free.neighbours(centre))])


def complete(graph: Graph) -> Iterator[Cluster]:
    """Every member matches every other: from the medoid outwards, nearest first."""
    free = _Free.of(graph)
    while (centre := free.best()) is not None:
        near = sorted(free.neighbours(centre), key=lambda entry: (entry[1], entry[0]))
        allowed = {node for node, _ in near}
        chosen = [centre]
        for node, _ in near:
            if node in allowed:
                chosen.append(node)
                allowed &= {other for other, _ in free.neighbours(node)}
        yield free.take(chosen)


def single(graph: Graph) -> Iterator[Cluster]:
    """Every member matches some other: chains are allowed, because they were asked for."""
    free = _Free.of(graph)
    while (centre := free.best()) is not None:
        chosen, reached = [centre], {centre}
        for node in chosen:  # grows while it is walked
            fresh = [other for other, _ in free.neighbours(node) if other not in reached]
            chosen += fresh
            reached.update(fresh)
        yield free.take(chosen)


LINKAGES: dict[str, Callable[[Graph], Iterator[Cluster]]] = {"medoid": medoid, "complete": complete, "single": single}


@dataclass(slots=True)
class _Free:
    """What no cluster has taken yet, and a heap of the nodes by their claim to be the next medoid.

    Claims only shrink as shots are taken, so one that was found stale is put back with its present value.
    """

    weights: list[int]
    starts: list[int]
    tails: NDArray[np.int32]
    costs: NDArray[np.float64]
    heap: list[tuple[int, float, int]]

    @classmethod
    def of(cls, graph: Graph) -> _Free:
        heads = np.concatenate((graph.heads, graph.tails))
        tails = np.concatenate((graph.tails, graph.heads))
        order = np.lexsort((tails, heads))
        heads, tails = heads[order], tails[order]
        costs = np.concatenate((graph.costs, graph.costs))[order]
        count = len(graph.weights)
        reach = np.bincount(heads, weights=graph.weights[tails], minlength=count).astype(np.int64) + graph.weights
        nodes = np.flatnonzero(reach >= 2)
        starts = np.searchsorted(heads, np.arange(count + 1))
        heap = [(-claim, -1.0, node) for claim, node in zip(reach[nodes].tolist(), nodes.tolist(), strict=True)]
        heapq.heapify(heap)
        return cls(graph.weights.tolist(), starts.tolist(), tails, costs, heap)

    def neighbours(self, node: int) -> list[tuple[int, float]]:
        """The free nodes that match this one, in path order, with their distances."""
        part = slice(self.starts[node], self.starts[node + 1])
        return [
            entry
            for entry in zip(self.tails[part].tolist(), self.costs[part].tolist(), strict=True)
            if self.weights[entry[0]]
        ]

    def best(self) -> int | None:
        """The free node with the strongest claim, if any still matches another shot."""
        while self.heap:
            claim = heapq.heappop(self.heap)
            node = claim[2]
            if not self.weights[node]:
                continue
            near = self.neighbours(node)
            shots = self.weights[node] + sum(self.weights[other] for other, _ in near)
            current = (-shots, sum(self.weights[other] * cost for other, cost in near), node)
            if current == claim:
                return node
            if shots >= 2:
                heapq.heappush(self.heap, current)
        return None

    def take(self, cluster: Cluster) -> Cluster:
        for node in cluster:
            self.weights[node] = 0
        return cluster
