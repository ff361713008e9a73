"""What the configuration says of the database: one of two kinds, and no secret ever shown."""

from pathlib import Path

import pytest

from queue_server.bootstrap import database_url
from queue_server.config import ConfigError, load_config

PG = 'database_url = "postgresql+psycopg://ventanilla@db.example.pe/turnos"\n'


def loaded(folder: Path, text: str):
    (folder / "server.toml").write_text('site = "PRUEBA"\n' + text)
    return load_config(folder / "server.toml")


def test_without_a_word_it_is_a_sqlite_file_beside_the_configuration(tmp_path: Path) -> None:
    assert str(database_url(loaded(tmp_path, ""))) == f"sqlite:///{tmp_path / 'ventanilla.db'}"


def test_the_password_comes_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("s3cr@t/\n")
    config = loaded(tmp_path, PG + 'database_password_file = "pw"\nworkers = 4\n')
    url = database_url(config)
    assert (url.password, config.workers) == ("s3cr@t/", 4)
    assert "s3cr" not in str(url)
    assert config.database_name == "postgresql://db.example.pe/turnos"


def test_a_password_in_the_url_is_shown_nowhere(tmp_path: Path) -> None:
    config = loaded(tmp_path, PG.replace("ventanilla@", "ventanilla:s3cret@"))
    assert database_url(config).password == "s3cret"
    assert "s3cret" not in repr(config) + config.database_name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PG + 'database = "x.db"\n', "not both"),
        ('database_password_file = "pw"\n', "goes with `database_url`"),
        ('database_url = "mysql://secret@x"\n', r"write postgresql\+psycopg://"),
        ("workers = 2\n", "on SQLite one process writes at a time"),
        ("workers = 0\n", "workers"),
        ("worker = 2\n", "did you mean 'workers'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        loaded(tmp_path, text)
    assert "secret" not in str(refused.value)


def test_a_password_file_that_is_missing_is_named(tmp_path: Path) -> None:
    config = loaded(tmp_path, PG + 'database_password_file = "missing"\n')
    with pytest.raises(ConfigError, match="missing: No such file"):
        database_url(config)
