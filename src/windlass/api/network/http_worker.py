"""The thread in which a handle's asynchronous operations are done, one after the other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

__all__ = ["Worker"]

Task = Callable[[], None]


class Worker:
    """The thread is there from the first task to the end."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[Task | None] | None = None

    def put(self, task: Task) -> None:
        if self._tasks is None:
            self._tasks = queue.SimpleQueue()
            threading.Thread(target=self._work, args=(self._tasks,), daemon=True).start()
        self._tasks.put(task)

    @staticmethod
    def _work(tasks: queue.SimpleQueue[Task | None]) -> None:
        while task := tasks.get():
            task()

    def end(self, last: Task) -> None:
        """After the tasks that wait comes this one, in the thread if there is one."""
        if self._tasks is None:
            last()
        else:
            self._tasks.put(last)
            self._tasks.put(None)
