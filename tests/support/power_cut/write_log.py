"""The same question where no file system can be mounted: a log of all writes, replayed.

A program runs to its end under strace, on an ordinary folder. Then the log is replayed up to any
sync of it, and there the power is cut: what survives is decided as on `PowerCutDisk`. It offers
less: the program never sees the cut and cannot go on after it; nothing is refused, no disk is full.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.power_cut import image
from tests.support.power_cut.files import File
from tests.support.power_cut.tree import Folder, Node, Tree

SYNCS = {"fsync", "fdatasync"}
_REPLAYED = {
    *("open", "openat", "creat", "pwrite64", "ftruncate", "unlink", "unlinkat", "rmdir"),
    *("rename", "renameat", "renameat2", "mkdir", "mkdirat", "write"),
    *SYNCS,
}
# Nothing here writes so; what does must be replayed too before it may be judged.
_NOT_REPLAYED = {
    *("writev", "pwritev", "pwritev2", "truncate", "fallocate", "link", "linkat", "symlink"),
    *("symlinkat", "sendfile", "copy_file_range"),
}
_LONGEST_WRITE = 1 << 20
_STDOUT = "1"
_LINE = re.compile(r"(\d+) +(.*)", re.DOTALL)
_CALL = re.compile(r"(\w+)\((.*)\) += +(-?\d+)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
_HEX = r"((?:\\x[0-9a-f]{2})*)"
_OPEN_FILE = re.compile(rf"(\w+)<{_HEX}>")
_STRING = re.compile(rf'(?:\w+<{_HEX}>, )?"{_HEX}"')


class CannotReplay(RuntimeError):
    """The log holds what this replay does not know; it must be taught that first."""


@dataclass(frozen=True)
class Call:
    """One system call that succeeded: its name, its arguments as strace writes them, its result."""

    name: str
    words: str
    result: int

    def open_file(self) -> tuple[str, Path]:
        """The descriptor that comes first, and what it stands for."""
        found = _OPEN_FILE.match(self.words)
        if found is None:
            raise CannotReplay(f"{self.name}({self.words})")
        return found[1], Path(_text(found[2]).decode())

    def paths(self) -> list[Path]:
        """Every path that is named, absolute where the program named its folder."""
        return [
            Path(_text(folder or "").decode(), _text(name).decode())
            for folder, name in _STRING.findall(self.words)
        ]

    def written(self) -> bytes:
        """The bytes that were written."""
        found = _STRING.search(self.words)
        body = _text(found[2]) if found else b""
        if len(body) < self.result:
            raise CannotReplay(f"a write of {self.result} bytes is not in the log whole")
        return body[: self.result]

    def last_number(self) -> int:
        """The last argument: an offset, or a size."""
        return int(self.words.rpartition(", ")[2])


class WriteLog:
    """Runs one program and keeps what it wrote below `folder`, which must be empty.

    Paths of the program must be absolute. Pages written through a mapping are not seen: SQLite
    maps its -shm only, which it makes anew after a power cut.
    """

    def __init__(self, folder: Path, log: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder.resolve()
        self._log = log
        self._calls: list[Call] = []

    def run(self, words: Sequence[str], stdin: str, cwd: Path, seconds: float) -> None:
        """Run `words` to the end. Raises subprocess errors, and CannotReplay."""
        traced = ",".join(sorted(_REPLAYED | _NOT_REPLAYED))
        strace = ["strace", "-f", "-qq", "-y", "-xx", "-s", str(_LONGEST_WRITE), "--seccomp-bpf"]
        command = [*strace, "-e", f"trace={traced}", "-o", str(self._log), *words]
        subprocess.run(
            command, input=stdin, cwd=cwd, timeout=seconds, check=True, text=True,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        with self._log.open() as lines:
            self._calls = [call for call in _calls(lines) if self._matters(call)]

    @property
    def syncs(self) -> int:
        """How often something was synced: the boundaries at which power can be cut."""
        return sum(call.name in SYNCS for call in self._calls)

    def cut(self, sync: int, seed: int, left: Path) -> list[str]:
        """Put into `left` what is there when power goes just before a sync (0: the first one).

        `sync` may be `syncs`: at the end of the log. Returned are the lines the program had
        written to its standard output by then.
        """
        tree, said = Tree(seed), b""
        for call in self._until(sync):
            if call.name == "write":
                said += call.written()
            else:
                self._replay(tree, call)
        tree.lose_power()
        shutil.rmtree(left, ignore_errors=True)
        left.mkdir()
        image.store(tree, left)
        return said.decode().splitlines()

    def _until(self, sync: int) -> Iterator[Call]:
        passed = 0
        for call in self._calls:
            if call.name in SYNCS:
                if passed == sync:
                    return
                passed += 1
            yield call

    def _matters(self, call: Call) -> bool:
        """Whether it changes something below the folder, or says something."""
        if call.name == "write" and call.open_file()[0] == _STDOUT:
            return True
        is_open = call.name in SYNCS | {"write", "pwrite64", "ftruncate"}
        paths = [call.open_file()[1]] if is_open else call.paths()
        ours = any(path.is_relative_to(self._folder) for path in paths)
        if ours and (call.name in _NOT_REPLAYED or call.name == "write"):
            raise CannotReplay(f"{call.name} on {paths[0]}")
        if call.name in ("open", "openat"):
            return ours and ("O_CREAT" in call.words or "O_TRUNC" in call.words)
        return ours

    def _replay(self, tree: Tree, call: Call) -> None:
        match call.name:
            case "open" | "openat" | "creat":
                self._opened(tree, call)
            case "pwrite64" | "ftruncate" | "fsync" | "fdatasync":
                self._done_to_open(tree, call)
            case "mkdir" | "mkdirat":
                folder, name = self._place(tree, call.paths()[0])
                tree.new_folder(folder, name, 0o40755)
            case "rename" | "renameat" | "renameat2":
                old, new = call.paths()
                tree.rename(*self._place(tree, old), *self._place(tree, new))
            case _:
                tree.remove(*self._place(tree, call.paths()[0]))

    def _opened(self, tree: Tree, call: Call) -> None:
        folder, name = self._place(tree, call.paths()[0])
        node = folder.now.get(name)
        if node is None:
            tree.new_file(folder, name, 0o100644)
        elif isinstance(node, File) and ("O_TRUNC" in call.words or call.name == "creat"):
            node.resize(0)

    def _done_to_open(self, tree: Tree, call: Call) -> None:
        node = self._node(tree, call.open_file()[1])
        if isinstance(node, Folder):
            tree.sync_folder(node)
        elif node is None:
            return  # it has no name any more: nobody finds it after a cut
        elif call.name == "pwrite64":
            node.write(call.last_number(), call.written())
        elif call.name == "ftruncate":
            node.resize(call.last_number())
        else:
            node.sync()

    def _place(self, tree: Tree, path: Path) -> tuple[Folder, str]:
        folder = self._node(tree, path.parent)
        if not isinstance(folder, Folder):
            raise CannotReplay(f"{path.parent} is no folder that was made under the log's eyes")
        return folder, path.name

    def _node(self, tree: Tree, path: Path) -> Node | None:
        node: Node | None = tree.root
        for name in path.relative_to(self._folder).parts:
            node = node.now.get(name) if isinstance(node, Folder) else None
        return node


def why_not() -> str | None:
    """Why no log can be kept here, None where one can."""
    return None if shutil.which("strace") else "strace is not installed"


def _calls(lines: Iterator[str] | Sequence[str]) -> Iterator[Call]:
    """The calls of a log in the order they ended; one that another's interrupts is put together."""
    begun: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        process, rest = found[1], found[2]
        if "<unfinished ...>" in rest:
            begun[process] = rest.partition(" <unfinished")[0]
            continue
        if _RESUMED.match(rest):
            rest = begun.pop(process, "") + _RESUMED.sub("", rest)
        call = _CALL.match(rest)
        if call is not None and int(call[3]) >= 0:
            yield Call(call[1], call[2], int(call[3]))


def _text(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
