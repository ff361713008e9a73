"""Works that begin together, and what each of them was told."""

import threading
from collections.abc import Callable

from queue_server.core.problem import Problem


def in_the_same_second(*works: Callable[[], object]) -> list[str]:
    """What each of them was told, `done` or the kind of the refusal."""
    ready = threading.Barrier(len(works))
    told = [""] * len(works)

    def play(place: int) -> None:
        ready.wait(10)
        try:
            works[place]()
            told[place] = "done"
        except Problem as problem:
            told[place] = problem.kind

    threads = [
        threading.Thread(daemon=True, target=play, args=(place,)) for place in range(len(works))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return told
