"""What the disk answers to each of the kernel's requests."""

import errno
import stat
import time
from collections.abc import Callable

from tests.support.power_cut import kernel
from tests.support.power_cut.files import File
from tests.support.power_cut.kernel import Op, Request, Set
from tests.support.power_cut.power import Power
from tests.support.power_cut.tree import Folder, Node, Tree

BLOCK = 4096
ROOMY_BLOCKS = 1 << 24  # told to whoever asks how much room there is, while it is unlimited
_NO_REPLACE = 1


class Answers:
    """One method a request. Each returns the body of its answer and raises OSError otherwise."""

    def __init__(self, tree: Tree, power: Power, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._tree = tree
        self._power = power
        self._now_ns = now_ns
        self._known: dict[int, Callable[[Request], bytes]] = {
            Op.INIT: self._init,
            Op.LOOKUP: self._lookup,
            Op.GETATTR: self._getattr,
            Op.SETATTR: self._setattr,
            Op.MKNOD: self._mknod,
            Op.MKDIR: self._mkdir,
            Op.UNLINK: self._remove,
            Op.RMDIR: self._remove,
            Op.RENAME: self._rename,
            Op.RENAME2: self._rename_with_flags,
            Op.LINK: self._link,
            Op.OPEN: self._open,
            Op.OPENDIR: self._open,
            Op.CREATE: self._create,
            Op.READ: self._read,
            Op.READDIR: self._readdir,
            Op.WRITE: self._write,
            Op.STATFS: self._statfs,
            Op.FSYNC: self._fsync,
            Op.FSYNCDIR: self._fsyncdir,
            Op.RELEASE: self._nothing,
            Op.RELEASEDIR: self._nothing,
        }

    def to(self, request: Request) -> bytes | None:
        """The whole answer, None where none is expected. Raises Frozen while none may be given."""
        if request.op in kernel.UNANSWERED:
            return None
        known = self._known.get(request.op)
        if known is None:
            return kernel.refusal(request.unique, errno.ENOSYS)
        try:
            self._power.check()
            return kernel.reply(request.unique, known(request))
        except OSError as error:
            return kernel.refusal(request.unique, error.errno)

    def _init(self, request: Request) -> bytes:
        _, _, readahead, offered = kernel.INIT_IN.unpack_from(request.body)
        return kernel.init_out(readahead, offered)

    def _lookup(self, request: Request) -> bytes:
        folder = self._tree.folder(request.node)
        return kernel.entry_out(_attributes(self._tree.find(folder, request.name())))

    def _getattr(self, request: Request) -> bytes:
        return kernel.attr_out(_attributes(self._tree.node(request.node)))

    def _setattr(self, request: Request) -> bytes:
        values = kernel.SETATTR_IN.unpack_from(request.body)
        valid, size, mtime, mtime_ns = values[0], values[3], values[6], values[9]
        mode, uid, gid = values[11], values[13], values[14]
        node = self._tree.node(request.node)
        if valid & Set.SIZE:
            self._resize(self._tree.file(request.node), size)
        if valid & Set.MODE:
            node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)
        if valid & Set.UID:
            node.uid = uid
        if valid & Set.GID:
            node.gid = gid
        if valid & Set.MTIME_NOW:
            node.modified_ns = self._now_ns()
        elif valid & Set.MTIME:
            node.modified_ns = mtime * 1_000_000_000 + mtime_ns
        return kernel.attr_out(_attributes(node))

    def _resize(self, file: File, size: int) -> None:
        self._power.write()
        grows = max(0, size - file.size)
        taken = self._power.take(grows)
        if taken < grows:
            self._power.give_back(taken)
            raise OSError(errno.ENOSPC, "the disk is full")
        self._power.give_back(max(0, file.size - size))
        file.resize(size)
        file.modified_ns = self._now_ns()

    def _mknod(self, request: Request) -> bytes:
        mode = kernel.MKNOD_IN.unpack_from(request.body)[0]
        return self._made(request, request.name(kernel.MKNOD_IN.size), mode)

    def _create(self, request: Request) -> bytes:
        mode = kernel.CREATE_IN.unpack_from(request.body)[1]
        return self._made(request, request.name(kernel.CREATE_IN.size), mode) + kernel.open_out()

    def _made(self, request: Request, name: str, mode: int) -> bytes:
        self._power.write()
        folder = self._tree.folder(request.node)
        return self._owned(request, folder, self._tree.new_file(folder, name, mode))

    def _mkdir(self, request: Request) -> bytes:
        self._power.write()
        mode = kernel.MKDIR_IN.unpack_from(request.body)[0]
        folder, name = self._tree.folder(request.node), request.name(kernel.MKDIR_IN.size)
        node = self._tree.new_folder(folder, name, stat.S_IFDIR | stat.S_IMODE(mode))
        return self._owned(request, folder, node)

    def _owned(self, request: Request, folder: Folder, node: Node) -> bytes:
        node.uid, node.gid = request.uid, request.gid
        node.modified_ns = folder.modified_ns = self._now_ns()
        return kernel.entry_out(_attributes(node))

    def _remove(self, request: Request) -> bytes:
        self._power.write()
        folder = self._tree.folder(request.node)
        self._lost(self._tree.remove(folder, request.name()))
        folder.modified_ns = self._now_ns()
        return b""

    def _rename(self, request: Request) -> bytes:
        (goal,) = kernel.RENAME_IN.unpack_from(request.body)
        return self._renamed(request, goal, request.names(kernel.RENAME_IN.size))

    def _rename_with_flags(self, request: Request) -> bytes:
        goal, flags, _ = kernel.RENAME2_IN.unpack_from(request.body)
        names = request.names(kernel.RENAME2_IN.size)
        if flags & ~_NO_REPLACE:
            raise OSError(errno.EINVAL, "names cannot be exchanged here")
        if flags and names[1] in self._tree.folder(goal).now:
            raise FileExistsError(errno.EEXIST, "the name is taken")
        return self._renamed(request, goal, names)

    def _renamed(self, request: Request, goal: int, names: list[str]) -> bytes:
        self._power.write()
        folder, into = self._tree.folder(request.node), self._tree.folder(goal)
        self._lost(self._tree.rename(folder, names[0], into, names[1]))
        folder.modified_ns = into.modified_ns = self._now_ns()
        return b""

    def _lost(self, node: Node | None) -> None:
        if isinstance(node, File) and node.links == 0:
            self._power.give_back(node.size)

    def _link(self, request: Request) -> bytes:
        self._power.write()
        (old,) = kernel.LINK_IN.unpack_from(request.body)
        file, folder = self._tree.file(old), self._tree.folder(request.node)
        self._tree.link(folder, request.name(kernel.LINK_IN.size), file)
        return kernel.entry_out(_attributes(file))

    def _open(self, request: Request) -> bytes:
        self._tree.node(request.node)
        return kernel.open_out()

    def _read(self, request: Request) -> bytes:
        _, offset, size, *_ = kernel.GO_ON_IN.unpack_from(request.body)
        return bytes(self._tree.file(request.node).now[offset : offset + size])

    def _readdir(self, request: Request) -> bytes:
        _, offset, size, *_ = kernel.GO_ON_IN.unpack_from(request.body)
        folder = self._tree.folder(request.node)
        entries = [(folder.number, name, folder.mode) for name in (".", "..")]
        entries += [(node.number, name, node.mode) for name, node in folder.now.items()]
        return kernel.names_out(entries, offset, size)

    def _write(self, request: Request) -> bytes:
        _, offset, size, flags, *_ = kernel.GO_ON_IN.unpack_from(request.body)
        start = kernel.GO_ON_IN.size
        file, data = self._tree.file(request.node), request.body[start : start + size]
        if not flags & kernel.FROM_PAGE_CACHE:  # those come when the kernel likes: not countable
            self._power.write()
        grows = max(0, offset + size - file.size)
        short = grows - self._power.take(grows)
        if short >= size:
            self._power.give_back(grows - short)
            raise OSError(errno.ENOSPC, "the disk is full")
        file.write(offset, data[: size - short])
        file.modified_ns = self._now_ns()
        return kernel.WRITTEN.pack(size - short, 0)

    def _statfs(self, request: Request) -> bytes:
        room = self._power.room
        free = ROOMY_BLOCKS if room is None else room // BLOCK
        return kernel.statfs_out(ROOMY_BLOCKS, free, BLOCK)

    def _fsync(self, request: Request) -> bytes:
        self._power.sync()
        self._tree.file(request.node).sync()
        return b""

    def _fsyncdir(self, request: Request) -> bytes:
        self._power.sync()
        self._tree.sync_folder(self._tree.folder(request.node))
        return b""

    def _nothing(self, request: Request) -> bytes:
        return b""


def _attributes(node: Node) -> kernel.Attributes:
    size, links = (node.size, node.links) if isinstance(node, File) else (0, 2)
    return kernel.Attributes(
        node.number, size, node.mode, links, node.uid, node.gid, node.modified_ns
    )
