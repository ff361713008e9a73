"""Only plain files of known kinds leave the media folder."""

from pathlib import Path

import pytest

from queue_server.web.media import MAX_LISTED, MediaFolder, MediaKind


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "media"
    made.mkdir()
    for name in ("b.png", "a.MP4", "c.webm", "notes.txt", ".hidden.png", "two words.jpg"):
        (made / name).write_bytes(b"x")
    (made / "film.mp4").mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (made / "link.png").symlink_to(tmp_path / "secret.png")
    return made


def test_known_kinds_are_listed_by_name(folder: Path) -> None:
    listed = MediaFolder(folder).listed()
    assert [(each.name, each.kind) for each in listed] == [
        ("b.png", MediaKind.IMAGE),
        ("c.webm", MediaKind.VIDEO),
    ]


@pytest.mark.parametrize(
    "name",
    ["../secret.png", "link.png", "notes.txt", ".hidden.png", "film.mp4", "", "b.png/", "b.png\n"],
)
def test_nothing_else_is_found(folder: Path, name: str) -> None:
    assert MediaFolder(folder).find(name) is None


@pytest.mark.negative_control
def test_a_folder_that_only_joins_names_would_give_the_secret_away(folder: Path) -> None:
    assert (folder / "../secret.png").read_bytes() == b"secret"
    assert (folder / "link.png").read_bytes() == b"secret"


def test_without_a_folder_or_with_an_unreadable_one_there_is_nothing(tmp_path: Path) -> None:
    assert MediaFolder(None).listed() == []
    assert MediaFolder(tmp_path / "missing").listed() == []


def test_a_folder_with_too_much_is_listed_in_part(tmp_path: Path) -> None:
    for n in range(MAX_LISTED + 5):
        (tmp_path / f"{n:03d}.png").write_bytes(b"x")
    assert len(MediaFolder(tmp_path).listed()) == MAX_LISTED
