"""PURE: folders and names as processes see them, and what a power cut may leave of them."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.support.power_cut.files import File

ROOT = 1  # the number the kernel gives the root of a file system
CHANCES = (0.0, 0.5, 0.9)  # of an unsynced write to survive; or any other, drawn for the cut


@dataclass(eq=False)
class Folder:
    """One folder. `now`: its names as processes see them. `safe`: its names on the disk."""

    number: int
    mode: int
    uid: int = 0
    gid: int = 0
    modified_ns: int = 0
    now: "dict[str, Node]" = field(default_factory=dict)
    safe: "dict[str, Node]" = field(default_factory=dict)


Node = File | Folder


@dataclass(frozen=True)
class Change:
    """One create, link, unlink or rename: names and what they stand for now (None: nothing).

    It survives a power cut whole or not at all.
    """

    entries: tuple[tuple[Folder, str, Node | None], ...]

    def apply(self, names: "Callable[[Folder], dict[str, Node]]") -> None:
        """Do it to what processes see, or to what is on the disk, as `names` chooses."""
        for folder, name, node in self.entries:
            if node is None:
                names(folder).pop(name, None)
            else:
                names(folder)[name] = node

    @property
    def folders(self) -> list[Folder]:
        """Where it happened."""
        return [folder for folder, _, _ in self.entries]


class Tree:
    """Everything on one disk. Raises OSError as a file system does.

    What is open keeps its number until the next power cut, also when it has no name any more.
    """

    def __init__(self, seed: int) -> None:
        self.root = Folder(ROOT, 0o755)
        self.nodes: dict[int, Node] = {ROOT: self.root}
        self._random = Random(seed)
        self._unsynced: list[Change] = []
        self._newest = ROOT

    def node(self, number: int) -> Node:
        """What has this number."""
        if number not in self.nodes:
            raise OSError(errno.ESTALE, "gone")
        return self.nodes[number]

    def file(self, number: int) -> File:
        """The file that has this number."""
        node = self.node(number)
        if not isinstance(node, File):
            raise IsADirectoryError(errno.EISDIR, "a folder")
        return node

    def folder(self, number: int) -> Folder:
        """The folder that has this number."""
        node = self.node(number)
        if not isinstance(node, Folder):
            raise NotADirectoryError(errno.ENOTDIR, "not a folder")
        return node

    def find(self, folder: Folder, name: str) -> Node:
        """What `name` stands for."""
        if name not in folder.now:
            raise FileNotFoundError(errno.ENOENT, "no such name")
        return folder.now[name]

    def new_file(self, folder: Folder, name: str, mode: int) -> File:
        """An empty file under a name that must be free."""
        node = File(self._number(), mode)
        self.link(folder, name, node)
        self.nodes[node.number] = node
        return node

    def new_folder(self, folder: Folder, name: str, mode: int) -> Folder:
        """An empty folder under a name that must be free."""
        _must_be_free(folder, name)
        node = Folder(self._number(), mode)
        self.nodes[node.number] = node
        self._do(Change(((folder, name, node),)))
        return node

    def link(self, folder: Folder, name: str, node: File) -> None:
        """One more name for a file."""
        _must_be_free(folder, name)
        self._do(Change(((folder, name, node),)))
        node.links += 1

    def remove(self, folder: Folder, name: str) -> Node:
        """Take a name away; a folder must be empty. What it stood for."""
        node = self.find(folder, name)
        _must_be_removable(node)
        self._do(Change(((folder, name, None),)))
        _forget_link(node)
        return node

    def rename(self, folder: Folder, name: str, goal: Folder, new: str) -> Node | None:
        """Give a file or folder another name. What had that name before, if anything had."""
        node, before = self.find(folder, name), goal.now.get(new)
        if before is node:
            return None
        if before is not None:
            _must_be_removable(before)
            _forget_link(before)
        self._do(Change(((folder, name, None), (goal, new, node))))
        return before

    def sync_folder(self, folder: Folder) -> None:
        """Its names survive the next power cut, and what they rest on does."""
        touched, kept, rest = {folder}, [], []
        for change in reversed(self._unsynced):
            if touched.isdisjoint(change.folders):
                rest.append(change)
            else:
                touched.update(change.folders)
                kept.append(change)
        for change in reversed(kept):
            change.apply(_safe)
        self._unsynced = rest[::-1]

    def sync_all(self) -> None:
        """Everything survives the next power cut."""
        for change in self._unsynced:
            change.apply(_safe)
        self._unsynced = []
        for node in self.nodes.values():
            if isinstance(node, File):
                node.sync()

    def lose_power(self) -> None:
        """Be what the cut leaves: how much survives is drawn anew at every cut."""
        chance = self._random.choice((*CHANCES, self._random.random()))
        for change in self._surviving(chance):
            change.apply(_safe)
        self._unsynced = []
        self.nodes = {node.number: node for node in _reachable(self.root)}
        for number in sorted(self.nodes):
            node = self.nodes[number]
            if isinstance(node, File):
                node.lose_power(chance, self._random)
                node.links = 0
        for node in self.nodes.values():
            if isinstance(node, Folder):
                node.now = dict(node.safe)
                for entry in node.now.values():
                    if isinstance(entry, File):
                        entry.links += 1

    def _surviving(self, chance: float) -> Iterator[Change]:
        """On half of the cuts names reached the disk in order, as with a journal; else in none."""
        in_order = self._random.random() < 0.5
        for change in self._unsynced:
            if self._random.random() < chance:
                yield change
            elif in_order:
                return

    def _do(self, change: Change) -> None:
        change.apply(_now)
        self._unsynced.append(change)

    def _number(self) -> int:
        self._newest += 1
        return self._newest


def _now(folder: Folder) -> dict[str, Node]:
    return folder.now


def _safe(folder: Folder) -> dict[str, Node]:
    return folder.safe


def _reachable(root: Folder) -> Iterator[Node]:
    seen: set[Node] = set()
    todo: list[Node] = [root]
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        if isinstance(node, Folder):
            todo.extend(node.safe.values())


def _must_be_free(folder: Folder, name: str) -> None:
    if name in folder.now:
        raise FileExistsError(errno.EEXIST, "the name is taken")


def _must_be_removable(node: Node) -> None:
    if isinstance(node, Folder) and node.now:
        raise OSError(errno.ENOTEMPTY, "the folder is not empty")


def _forget_link(node: Node) -> None:
    if isinstance(node, File):
        node.links -= 1
