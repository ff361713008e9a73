"""The voice in kiosk.toml."""

from dataclasses import fields
from pathlib import Path

import pytest

from deploy.demo.place import REPOSITORY, Ports, _kiosk_toml
from kiosk.config import ConfigError, Places, Speech, load_config
from kiosk.texts.catalogue import read

LEAST = 'code = "A01"\n[server]\nurl = "http://127.0.0.1:1"\ncredential_file = "credential"\n'


def configured(folder: Path, speech: str) -> Speech:
    path = folder / "kiosk.toml"
    path.write_text(f"{LEAST}[speech]\n{speech}\n")
    return load_config(path).speech


def test_recordings_lie_beside_the_configuration(tmp_path: Path) -> None:
    assert configured(tmp_path, 'recordings = "voices"').recordings == tmp_path / "voices"
    assert configured(tmp_path, "") == Speech()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("words_per_minute = 5", "words_per_minute"), ('headphone = "jack"', "'headphones'")],
)
def test_a_mistake_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        configured(tmp_path, line)


def test_where_things_are_can_be_told_and_is_not_invented(tmp_path: Path) -> None:
    words = 'reader = "El lector está a la derecha."'
    path = tmp_path / "kiosk.toml"
    path.write_text(f"{LEAST}[places]\n{words}\n")
    assert load_config(path).places.sentences() == {
        "speech.place_reader": "El lector está a la derecha."
    }
    path.write_text(LEAST)
    assert load_config(path).places.sentences() == {}


def test_every_place_has_words_that_are_true_of_any_kiosk() -> None:
    told = Places(**dict.fromkeys(Places.model_fields, "aquí")).sentences()
    assert len(told) == len(Places.model_fields)
    there = {str(row.id) for row in read("es")}
    assert set(told) <= there


def test_the_example_and_the_demonstration_tell_every_place(tmp_path: Path) -> None:
    example = (REPOSITORY / "deploy" / "kiosk.toml").read_text()
    commented = example.partition("# [places]\n")[2].partition("\n\n")[0]
    told = "\n".join(line.removeprefix("# ") for line in commented.splitlines())
    path = tmp_path / "kiosk.toml"
    path.write_text(f"{LEAST}[places]\n{told}\n")
    assert set(load_config(path).places.model_dump()) == set(Places.model_fields)
    assert len(load_config(path).places.sentences()) == len(Places.model_fields)
    assert load_config(REPOSITORY / "deploy" / "kiosk.toml").places.sentences() == {}, "not yours"
    ports = Ports(*range(1, len(fields(Ports)) + 1))
    path.write_text(_kiosk_toml(ports, tmp_path))
    assert len(load_config(path).places.sentences()) == len(Places.model_fields)


@pytest.mark.negative_control
def test_a_place_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(f'{LEAST}[places]\nreaders = "a la derecha"\n')
    with pytest.raises(ConfigError, match="'reader'"):
        load_config(path)
