"""Settings: who wins, what is refused, what is written, and that the key never shows."""

from __future__ import annotations

import json
import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from interviewer import settings
from interviewer.errors import SettingsError
from interviewer.settings import FILE, FORGET, KEYS, Settings, load, save

KEY = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine takes part."""
    for name in list(os.environ):
        if name.startswith(("INTERVIEWER_", "OPENAI_")):
            monkeypatch.delenv(name)


def key_of(found: Settings, field: str = "api_key") -> str:
    """The key in clear, empty for none."""
    key = getattr(found, field)
    return str(key.get_secret_value()) if key else ""


def test_without_anything_everything_is_built_in(tmp_path: Path) -> None:
    found, fixed = load(tmp_path)
    assert found == Settings() and fixed == frozenset()
    assert (found.model, found.host, found.port, found.cap) == ("", "127.0.0.1", 7860, None)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, {"model": "small", "base_url": "http://127.0.0.1:1/v1", "api_key": "filed", "cap": 3})
    for name, value in {
        "BASE_URL": "https://llm.example/v1/",
        "API_KEY": KEY,
        "MODEL": "large",
        "PRICE_IN": "0.5",
        "PRICE_OUT": " 2 ",
        "CAP": "10",
        "EMBEDDING_MODEL": "embed-small",
        "EMBEDDING_BASE_URL": "https://vectors.example/v1/",
        "EMBEDDING_API_KEY": "own-key",
        "HOST": "127.0.0.2",
        "PORT": "8000",
    }.items():
        monkeypatch.setenv(f"INTERVIEWER_{name}", value)
    found, fixed = load(tmp_path)
    assert (found.base_url, key_of(found), found.model) == ("https://llm.example/v1", KEY, "large")
    assert (found.price_in, found.price_out, found.cap) == (0.5, 2.0, 10.0)
    assert (found.host, found.port) == ("127.0.0.2", 8000)
    assert (found.embedding_base_url, found.embedding_model) == ("https://vectors.example/v1", "embed-small")
    assert key_of(found, "embedding_api_key") == "own-key"
    embedding = {"embedding_base_url", "embedding_api_key", "embedding_model"}
    assert fixed == {"base_url", "api_key", "model", "price_in", "price_out", "cap", "host", "port"} | embedding


def test_an_empty_variable_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, {"model": "small"})
    monkeypatch.setenv("INTERVIEWER_MODEL", " ")
    found, fixed = load(tmp_path)
    assert found.model == "small" and not fixed


def test_model_none_forces_the_built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, {"model": "small"})
    monkeypatch.setenv("INTERVIEWER_MODEL", "None")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    found, fixed = load(tmp_path)
    assert found.model == "" and found.api_key is None and fixed == frozenset({"model"})


@pytest.mark.parametrize(
    ("stored", "variables", "address", "key"),
    [
        ({}, {"OPENAI_API_KEY": KEY}, "", ""),
        ({"model": "m"}, {"OPENAI_API_KEY": KEY}, "", KEY),
        ({"model": "openai:m"}, {"OPENAI_API_KEY": KEY}, "", KEY),
        ({"model": "ft:m:x"}, {"OPENAI_API_KEY": KEY}, "", KEY),
        ({"model": "anthropic:m"}, {"OPENAI_API_KEY": KEY}, "", ""),
        ({"model": "llama:8b"}, {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://h/v1"}, "http://h/v1", KEY),
        ({}, {"INTERVIEWER_MODEL": "m", "OPENAI_API_KEY": KEY}, "", KEY),
        ({"model": "m"}, {"OPENAI_API_KEY": KEY, "INTERVIEWER_API_KEY": "own"}, "", "own"),
        ({"model": "m", "api_key": "filed"}, {"OPENAI_API_KEY": KEY}, "", "filed"),
        ({"model": "m", "base_url": "http://h/v1"}, {"OPENAI_API_KEY": KEY}, "http://h/v1", ""),
        (
            {"model": "m", "base_url": "https://api.openai.com/v1"},
            {"OPENAI_API_KEY": KEY},
            "https://api.openai.com/v1",
            KEY,
        ),
        (
            {"model": "m", "base_url": "http://h/v2"},
            {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://h/v1"},
            "http://h/v2",
            KEY,
        ),
    ],
)
def test_openai_variables_are_a_fall_back_and_the_key_goes_only_where_it_belongs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stored: dict[str, str],
    variables: dict[str, str],
    address: str,
    key: str,
) -> None:
    save(tmp_path, stored)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found, fixed = load(tmp_path)
    assert (found.base_url, key_of(found)) == (address, key)
    assert ("api_key" in fixed) == (bool(key) and key != "filed")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTERVIEWER_BASE_URL", "ftp://host/v1"),
        ("INTERVIEWER_BASE_URL", "https://user:secret@host/v1"),
        ("INTERVIEWER_BASE_URL", "https://@host/v1"),
        ("INTERVIEWER_BASE_URL", "https://host:port/v1"),
        ("INTERVIEWER_BASE_URL", "https://host:0/v1"),
        ("INTERVIEWER_BASE_URL", "https://[::1/v1"),
        ("INTERVIEWER_BASE_URL", "https://"),
        ("INTERVIEWER_BASE_URL", "https://host/v1?key=secret"),
        ("INTERVIEWER_BASE_URL", "https://host/v1#secret"),
        ("INTERVIEWER_BASE_URL", "https://host/a b"),
        ("INTERVIEWER_BASE_URL", "secret"),
        ("INTERVIEWER_API_KEY", "two secret"),
        ("INTERVIEWER_API_KEY", "sécret"),
        ("INTERVIEWER_MODEL", "a\x07secret"),
        ("INTERVIEWER_MODEL", "m" * 201),
        ("INTERVIEWER_EMBEDDING_BASE_URL", "https://user:secret@host/v1"),
        ("INTERVIEWER_EMBEDDING_API_KEY", "two secret"),
        ("INTERVIEWER_EMBEDDING_MODEL", "a\x07secret"),
        ("INTERVIEWER_PRICE_IN", "secret"),
        ("INTERVIEWER_PRICE_IN", "-1"),
        ("INTERVIEWER_PRICE_OUT", "inf"),
        ("INTERVIEWER_CAP", "nan"),
        ("INTERVIEWER_HOST", "a b"),
        ("INTERVIEWER_PORT", "80.5"),
        ("INTERVIEWER_PORT", "70000"),
    ],
)
def test_a_bad_variable_is_named_and_never_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load(tmp_path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{name} must be ") and sentence.endswith(".") and sentence.count(". ") == 0
    assert "secret" not in sentence and caught.value.__cause__ is None and caught.value.__context__ is None


def test_a_bad_openai_address_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, {"model": "m"})
    monkeypatch.setenv("OPENAI_BASE_URL", "ftp://host")
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL must be"):
        load(tmp_path)


def test_a_stored_address_that_cannot_be_split_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE).write_text('{"model": "m", "base_url": "http://[::1/v1"}')
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(SettingsError, match="'base_url'"):
        load(tmp_path)


def test_a_bad_field_of_the_file_is_named(tmp_path: Path) -> None:
    for stored, named in (
        ({"builtin_steps": ["dance"]}, "'builtin_steps'"),
        ({"currency": ""}, "'currency'"),
        ({"price_in": [1]}, "'price_in'"),
        ({"colour": "red"}, "'colour'"),
    ):
        (tmp_path / FILE).write_text(json.dumps(stored))
        with pytest.raises(SettingsError, match=named):
            load(tmp_path)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe{}", b"", b"[" * 100_000, b'{"api_key": "sk-canary'])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    calls: list[Callable[[], object]] = [lambda: load(tmp_path), lambda: save(tmp_path, {"model": "m"})]
    for call in calls:
        with pytest.raises(SettingsError, match="is damaged: mend it, or move it away") as caught:
            call()
        assert str(tmp_path / FILE) in str(caught.value) and "canary" not in repr(caught.value.__context__)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        save(tmp_path / "nowhere", {"model": "m"})
    save(tmp_path, {"model": "m"})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30, before[1]))
    try:
        with pytest.raises(SettingsError, match="cannot be written"):
            save(tmp_path, {"base_url": "https://llm.example/v1"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert load(tmp_path).settings == Settings(model="m")


def test_fields_can_be_emptied(tmp_path: Path) -> None:
    save(tmp_path, {"model": "m", "base_url": "http://127.0.0.1:1", "currency": "EUR"})
    assert save(tmp_path, {"model": "none", "base_url": " ", "currency": None}).settings == Settings()


def test_saving_is_private_whole_and_without_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_API_KEY", KEY)
    monkeypatch.setenv("INTERVIEWER_CAP", "99")
    before = os.umask(0)
    try:
        found, fixed = save(tmp_path, {"model": " m ", "price_in": "0.1", "builtin_steps": ["grade", "speak"]})
    finally:
        os.umask(before)
    assert json.loads((tmp_path / FILE).read_text()) == {
        "model": "m",
        "price_in": 0.1,
        "builtin_steps": ["grade", "speak"],
    }
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert found.builtin_steps == frozenset({"grade", "speak"}) and found.cap == 99.0
    assert fixed == frozenset({"api_key", "cap"})


@pytest.mark.parametrize("field", sorted(KEYS))
@pytest.mark.parametrize("empty", ["", "  ", None, SecretStr("")])
def test_an_empty_key_keeps_the_old_one_and_only_the_sentinel_forgets_it(
    tmp_path: Path, empty: object, field: str
) -> None:
    (other,) = KEYS - {field}
    save(tmp_path, {"model": "m", field: SecretStr(KEY), other: "the-other"})
    assert key_of(save(tmp_path, {field: empty, "cap": 5}).settings, field) == KEY
    assert key_of(save(tmp_path, {"cap": None}).settings, field) == KEY
    found = save(tmp_path, {field: FORGET}).settings
    assert (key_of(found, field), key_of(found, other)) == ("", "the-other")
    assert KEY not in (tmp_path / FILE).read_text()
    assert save(tmp_path, {field: FORGET}).settings == save(tmp_path, {field: empty}).settings


def test_a_refused_change_leaves_the_file(tmp_path: Path) -> None:
    save(tmp_path, {"model": "m", "api_key": KEY})
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(SettingsError, match="'cap'"):
        save(tmp_path, {"cap": -1, "model": "other"})
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("field", sorted(KEYS))
def test_a_key_never_shows(tmp_path: Path, field: str) -> None:
    loaded = save(tmp_path, {"model": "m", field: KEY})
    found = loaded.settings
    shown = [repr(loaded), str(found), repr(found), f"{found.model_dump()}", found.model_dump_json(), repr(vars(found))]
    assert not any(KEY in text for text in shown)
    assert key_of(found, field) == KEY


def test_home_is_the_folder_of_the_variable_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path / "a" / "b"))
    before = os.umask(0)
    try:
        assert settings.home() == tmp_path / "a" / "b"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert settings.home() == tmp_path / "a" / "b"


def test_home_is_else_the_platforms_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = settings.home()
    assert found.is_dir() and found.name == "interviewer" and tmp_path in found.parents


def test_a_home_that_cannot_be_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    for impossible in ("file", "file/below"):
        monkeypatch.setenv("INTERVIEWER_HOME", str(tmp_path / impossible))
        with pytest.raises(SettingsError, match="set INTERVIEWER_HOME to a folder"):
            settings.home()
