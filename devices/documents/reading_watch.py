"""What a run of readings tells: failures that need not be repeated, a line set up wrongly. Pure.

Time is passed in, in monotonic seconds.
"""

FAILURE_GAP_S = 0.5
TIMES_RUNNING = 3
FORGOTTEN_AFTER_S = 30.0


class ReadingWatch:
    """Paces failures, and keeps the symptom that three readings running have shown.

    One bad reading is a document held askew; three in a row with the same symptom are a cable, a
    setting or another device, and somebody has to look. Half a minute of quiet forgets them.
    """

    def __init__(self) -> None:
        self._failed_s: float | None = None
        self._symptom = ""
        self._times = 0
        self._shown_s = 0.0

    def admits_failure(self, now_s: float) -> bool:
        """Whether a failure is told: those closer than half a second are one failure."""
        if self._failed_s is not None and now_s - self._failed_s < FAILURE_GAP_S:
            return False
        self._failed_s = now_s
        return True

    def note(self, symptom: str, now_s: float) -> None:
        """Remember what a reading showed; ``""`` is a good one and clears the rest."""
        same = symptom == self._symptom and now_s - self._shown_s < FORGOTTEN_AFTER_S
        self._times = self._times + 1 if same else 1
        self._symptom, self._shown_s = symptom, now_s

    def complaint(self, now_s: float) -> str:
        """The symptom of the last three readings, or ``""``."""
        fresh = now_s - self._shown_s < FORGOTTEN_AFTER_S
        return self._symptom if fresh and self._times >= TIMES_RUNNING else ""
