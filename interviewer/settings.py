"""Settings: the only reader of the environment and of the settings file.

`home()` is the folder where everything is kept; `load(home)` gives the settings and says which of them the environment
decides (it wins over the file); `save(home, changes)` writes the file in one step that cannot tear. Errors are
`SettingsError`: one sentence that names the variable or the field, and never repeats a value, because a key may have
been pasted into the wrong place.
"""

from __future__ import annotations

import enum
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from interviewer.errors import SettingsError

FILE: Final = "settings.json"

KEYS: Final = frozenset({"api_key", "embedding_api_key"})
"""The fields that hold keys."""

Step = Literal["observe", "speak", "grade", "author"]
"""A step that a model or the built-in interviewer can do."""

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Forget(enum.Enum):
    """What `save` is given instead of a key, to remove the stored one."""

    KEY = "forget the key"


FORGET: Final = Forget.KEY


class Settings(BaseModel):
    """What the user configured. Empty `model`: everything is built-in. Keys are never in `repr`, `str` or a dump."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = ""
    """Address of an OpenAI-compatible server without a trailing slash; empty: the provider's own."""
    api_key: SecretStr | None = None
    model: str = ""
    price_in: Amount | None = None
    """Price of a million input tokens, in `currency`; None: unknown."""
    price_out: Amount | None = None
    """Price of a million output tokens."""
    cap: Amount | None = None
    """The most that may be spent in a calendar month; None: no cap. It can only hold where both prices are known."""
    builtin_steps: frozenset[Step] = frozenset()
    """Steps that the user explicitly gave to the built-in one though a model is configured."""
    embedding_model: str = ""
    """What embeds the library's passages on an OpenAI-compatible server; empty: the packaged model, on this machine."""
    embedding_base_url: str = ""
    """Address of that server without a trailing slash; empty: that of `model`."""
    embedding_api_key: SecretStr | None = None
    currency: str = Field(default="USD", min_length=1, max_length=12)
    """A label beside amounts; nothing is converted."""
    host: str = Field(default="127.0.0.1", min_length=1, max_length=255)
    port: int = Field(default=7860, ge=0, le=65535)
    """0: any free port."""

    @field_validator("base_url", "embedding_base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        address = value.strip().rstrip("/")
        if not address:
            return ""
        parts = urlsplit(address)
        # `port` raises ValueError by itself when it is not a number in range.
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        if not usable or "@" in parts.netloc or parts.query or parts.fragment or not _plain(address):
            raise ValueError("not an address")
        return address

    @field_validator("api_key", "embedding_api_key")
    @classmethod
    def _key(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value else ""
        # A key travels in a header: anything else would fail there, with the key in the message.
        if key and not (_plain(key) and key.isascii()):
            raise ValueError("not a key")
        return SecretStr(key) if key else None

    @field_validator("model", "embedding_model")
    @classmethod
    def _name(cls, value: str) -> str:
        name = value.strip()
        if not all(character.isprintable() for character in name) or len(name) > 200:
            raise ValueError("not a name")
        return "" if name.casefold() == "none" else name

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        if not _plain(value):
            raise ValueError("not a host")
        return value


class Loaded(NamedTuple):
    """Settings, and the names of those fields that the environment decides (the page shows these as fixed)."""

    settings: Settings
    from_environment: frozenset[str]


_VARIABLES: Final = {
    "base_url": "INTERVIEWER_BASE_URL",
    "api_key": "INTERVIEWER_API_KEY",
    "model": "INTERVIEWER_MODEL",
    "price_in": "INTERVIEWER_PRICE_IN",
    "price_out": "INTERVIEWER_PRICE_OUT",
    "cap": "INTERVIEWER_CAP",
    "embedding_model": "INTERVIEWER_EMBEDDING_MODEL",
    "embedding_base_url": "INTERVIEWER_EMBEDDING_BASE_URL",
    "embedding_api_key": "INTERVIEWER_EMBEDDING_API_KEY",
    "host": "INTERVIEWER_HOST",
    "port": "INTERVIEWER_PORT",
}

_MUST_BE: Final = {
    "base_url": "an http or https address without user name, password, query or fragment",
    "api_key": "the key alone: ASCII characters without spaces",
    "model": "the name of a model in at most 200 printable characters, or none",
    "price_in": "a number of at least 0, the price of a million tokens",
    "price_out": "a number of at least 0, the price of a million tokens",
    "cap": "a number of at least 0, the most to spend in a month",
    "builtin_steps": "a list of any of observe, speak, grade and author",
    "embedding_model": "the name of an embedding model in at most 200 printable characters, or none",
    "embedding_base_url": "an http or https address without user name, password, query or fragment",
    "embedding_api_key": "the key alone: ASCII characters without spaces",
    "currency": "1 to 12 characters",
    "host": "a host name or address, such as 127.0.0.1",
    "port": "a whole number from 0 to 65535",
}


def home() -> Path:
    """The folder where everything is kept: $INTERVIEWER_HOME, or the platform's data folder; created private.

    Raises SettingsError if it cannot be created or is not a folder.
    """
    chosen = _variable("INTERVIEWER_HOME")
    try:
        folder = Path(chosen).expanduser() if chosen else platformdirs.user_data_path("interviewer", appauthor=False)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder.absolute()
    except (OSError, ValueError, RuntimeError) as error:
        raise SettingsError(
            "The data folder cannot be created: set INTERVIEWER_HOME to a folder that can be written to."
        ) from error


def load(home: Path, *, model: str | None = None) -> Loaded:
    """The settings of the file in `home`, with the environment's on top, and over both a `model` given for this run.

    Raises SettingsError for a file that cannot be read and for a value that cannot be used, from either place.
    """
    stored = _read(home / FILE)
    labels = dict.fromkeys(stored, "")
    values: dict[str, object] = dict(stored)
    given = {field: (name, value) for field, name in _VARIABLES.items() if (value := _variable(name))}
    if model is not None:
        given["model"] = ("--model", model)
    given |= _openai_variables({**stored, **{field: value for field, (_, value) in given.items()}})
    for field, (name, value) in given.items():
        values[field] = value
        labels[field] = name
    return Loaded(_validated(values, labels, path=home / FILE), frozenset(given))


def save(home: Path, changes: Mapping[str, object]) -> Loaded:
    """Merge `changes` (field → value) into the file in `home`, and load again.

    An empty or missing key keeps the stored one; `FORGET` removes it. None for another field puts its default
    back. What the environment decides is never written. Raises SettingsError, with the file as it was, if the file is
    damaged, a value cannot be used, or the file cannot be written.
    """
    path = home / FILE
    values: dict[str, object] = {**_read(path), **changes}
    for name in KEYS & changes.keys():
        key = changes[name]
        if isinstance(key, SecretStr):
            key = key.get_secret_value()
        if key is FORGET:
            values[name] = None
        elif key is None or not str(key).strip():
            values[name] = _read(path).get(name)
    values = {field: value for field, value in values.items() if value is not None}
    _write(path, _as_json(_validated(values, {}, path=path), frozenset(values)))
    return load(home)


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip()


def _plain(text: str) -> bool:
    return all(character.isprintable() and not character.isspace() for character in text)


def _openai_variables(values: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """OPENAI_API_KEY and OPENAI_BASE_URL as a fall-back: field → (variable, value).

    Only when a model was chosen, for otherwise a variable set for other programs would send answers away. The key
    goes only where it was meant to: to the address it came with, or to OpenAI itself.
    """
    model = str(values.get("model") or "").strip()
    if not model or model.casefold() == "none":
        return {}
    address, key = _variable("OPENAI_BASE_URL"), _variable("OPENAI_API_KEY")
    provider = model.partition(":")[0] if ":" in model else "openai"
    if provider not in ("openai", "ft") and not address:
        return {}
    found: dict[str, tuple[str, str]] = {}
    chosen = values.get("base_url")
    if not chosen and address:
        found["base_url"] = ("OPENAI_BASE_URL", address)
    if not values.get("api_key") and key and (not chosen or _same_server(str(chosen), address)):
        found["api_key"] = ("OPENAI_API_KEY", key)
    return found


def _same_server(chosen: str, address: str) -> bool:
    servers = ("https://api.openai.com", address) if address else ("https://api.openai.com",)
    try:
        return urlsplit(chosen.strip())[:2] in [urlsplit(server)[:2] for server in servers]
    except ValueError:
        return False


def _read(path: Path) -> dict[str, object]:
    """The file's object as it stands; empty if there is no file."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        reason = error.strerror or "unknown error"
        raise SettingsError(f"The settings file {str(path)!r} cannot be read ({reason}): check who owns it.") from error
    except (ValueError, RecursionError):
        stored = None
    if not isinstance(stored, dict):
        # Raised outside the handler: the parser's own error holds the text of the file, and so the key.
        raise SettingsError(
            f"The settings file {str(path)!r} is damaged: mend it, or move it away and enter the settings again."
        )
    return stored


def _validated(values: Mapping[str, object], labels: Mapping[str, str], *, path: Path) -> Settings:
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
    # Raised outside the handler: the library's error keeps the values that it refused.
    if field not in _MUST_BE:
        raise SettingsError(f"The field {field!r} of {str(path)!r} is not known to this version: remove it.")
    place = labels.get(field) or f"The setting {field!r} in {str(path)!r}"
    raise SettingsError(f"{place} must be {_MUST_BE[field]}.")


def _as_json(settings: Settings, fields: frozenset[str]) -> str:
    stored: dict[str, object] = {}
    for field in sorted(fields):
        value = getattr(settings, field)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        stored[field] = sorted(value) if isinstance(value, frozenset) else value
    return json.dumps(stored, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    """Replace the file in one step: a crash leaves the old one or the new one, and nobody else can read either."""
    temporary: Path | None = None
    try:
        # mkstemp opens with mode 0600, so that the key is private from the first byte.
        handle, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        reason = error.strerror or "unknown error"
        raise SettingsError(
            f"The settings file {str(path)!r} cannot be written ({reason}): free some space or check who owns it."
        ) from error


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # pragma: no cover - Windows cannot open a folder
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
