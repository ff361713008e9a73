"""The displays' voice: espeak-ng as a subprocess; words in by stdin, a WAV out."""

import asyncio
import subprocess
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from queue_server.core.problem import Problem

HEADER_BYTES = 44


class SpeechFailed(Exception):
    """espeak-ng is missing, was too slow or said nothing; the message says which."""


@dataclass(frozen=True)
class Speech:
    """How the synthesiser is run. `words_per_minute`: slower than talk, a hall echoes."""

    program: str = "espeak-ng"
    voice: str = "es-419"
    words_per_minute: int = 140
    deadline_s: float = 3.0


class EspeakVoice:
    """Says words as WAV bytes, off the event loop, two at a time, the newest ones remembered.

    Raises Problem 503: `no_voice` when there is no synthesiser, `voice_busy` when more than
    `MAX_ASKED` utterances are under way.
    """

    PLACES = 2
    MAX_ASKED = 16
    REMEMBERED_BYTES = 8 * 2**20

    def __init__(self, speech: Speech | None = None) -> None:
        self._speech = speech or Speech()
        self._threads = ThreadPoolExecutor(self.PLACES, thread_name_prefix="voice")
        self._asked: dict[str, asyncio.Future[bytes]] = {}
        self._remembered: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    async def say(self, words: str) -> bytes:
        """The WAV (PCM, 16 bit, mono) of `words`."""
        if words in self._remembered:
            self._remembered.move_to_end(words)
            return self._remembered[words]
        try:
            # Displays ask for the same call in the same instant: one utterance serves them all.
            wav = await asyncio.shield(self._ask(words))
        except SpeechFailed as failed:
            raise Problem(503, "no_voice", f"La voz no está disponible: {failed}.") from failed
        return wav

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, words: str) -> "asyncio.Future[bytes]":
        under_way = self._asked.get(words)
        if under_way is not None:
            return under_way
        if len(self._asked) >= self.MAX_ASKED:
            raise Problem(503, "voice_busy", "Hay demasiados llamados por decir; intente otra vez.")
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, synthesise, self._speech, words)
        self._asked[words] = asked
        asked.add_done_callback(lambda done: self._keep(words, done))
        return asked

    def _keep(self, words: str, done: "asyncio.Future[bytes]") -> None:
        del self._asked[words]
        if done.cancelled() or done.exception() is not None:
            return
        self._remembered[words] = done.result()
        self._size += len(done.result())
        while self._size > self.REMEMBERED_BYTES:
            _, oldest = self._remembered.popitem(last=False)
            self._size -= len(oldest)


def synthesise(speech: Speech, words: str) -> bytes:
    """Run the synthesiser once; blocks up to its deadline. Raises SpeechFailed."""
    command = [
        *(speech.program, "-v", speech.voice, "-s", str(speech.words_per_minute)),
        *("-b", "1", "-z", "--stdin", "--stdout"),
    ]
    try:
        done = subprocess.run(
            command,
            input=words.encode(),
            capture_output=True,
            timeout=speech.deadline_s,
            check=True,
        )
    except FileNotFoundError:
        raise SpeechFailed(f"falta el programa {speech.program} en el servidor") from None
    except subprocess.TimeoutExpired:
        raise SpeechFailed(f"{speech.program} no terminó en {speech.deadline_s} s") from None
    except (subprocess.CalledProcessError, OSError) as error:
        raise SpeechFailed(f"{speech.program} falló ({error})") from error
    return with_true_lengths(done.stdout)


def with_true_lengths(wav: bytes) -> bytes:
    """`wav` with the lengths a pipe could not go back to write. Raises SpeechFailed.

    espeak-ng writes 0x7ffff000 to a pipe; a player then waits for hours of sound.
    """
    if len(wav) <= HEADER_BYTES or wav[:4] != b"RIFF" or wav[36:40] != b"data":
        raise SpeechFailed("el sintetizador no devolvió sonido")
    riff = (len(wav) - 8).to_bytes(4, "little")
    data = (len(wav) - HEADER_BYTES).to_bytes(4, "little")
    return wav[:4] + riff + wav[8:40] + data + wav[HEADER_BYTES:]
