"""Between a disk's tree and a real folder: what was there before, and what is left at the end."""

import os
import shutil
from pathlib import Path

from tests.support.power_cut.files import File
from tests.support.power_cut.tree import Folder, Tree


def load(tree: Tree, place: Path) -> None:
    """Take all of `place` over; it is durable. Symbolic links are not followed."""
    _own(tree.root, place)
    _load(tree, tree.root, place)
    tree.sync_all()


def _load(tree: Tree, folder: Folder, place: Path) -> None:
    for path in sorted(place.iterdir()):
        mode = path.lstat().st_mode
        if path.is_dir() and not path.is_symlink():
            inner = tree.new_folder(folder, path.name, mode)
            _own(inner, path)
            _load(tree, inner, path)
        elif path.is_file() and not path.is_symlink():
            file = tree.new_file(folder, path.name, mode)
            file.write(0, path.read_bytes())
            _own(file, path)


def _own(node: File | Folder, path: Path) -> None:
    known = path.stat()
    node.mode, node.uid, node.gid = known.st_mode, known.st_uid, known.st_gid
    node.modified_ns = known.st_mtime_ns


def store(tree: Tree, place: Path) -> None:
    """Make `place` hold what processes see on the disk, and nothing else."""
    for path in place.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    _store(tree.root, place)


def _store(folder: Folder, place: Path) -> None:
    for name, node in folder.now.items():
        path = place / name
        if isinstance(node, Folder):
            path.mkdir()
            _store(node, path)
        else:
            path.write_bytes(node.now)
        os.chown(path, node.uid, node.gid)
        path.chmod(node.mode & 0o7777)
