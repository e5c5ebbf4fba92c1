"""What the Settings page knows and does, without the page: its form, its sentences, and the actions of its buttons.

The saved keys never come out of here, and each goes only to the server that it was saved for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from interviewer.errors import SettingsError
from interviewer.llm import Endpoint
from interviewer.llm import embedding as embeddings
from interviewer.llm.chat import is_loopback
from interviewer.program import Program, endpoint
from interviewer.settings import FORGET, KEYS, Settings

PRESETS: Final = (
    ("OpenAI", "https://api.openai.com/v1"),
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
)
"""Names and the addresses at which they usually are."""

STEPS: Final = (
    ("Observe: what an answer shows, while you talk", "observe"),
    ("Speak: the interviewer's words", "speak"),
    ("Grade: the marks of a finished topic", "grade"),
    ("Author: questions from the documents of your library", "author"),
)
"""Words and names of the steps that can be kept for the built-in interviewer."""

_SENTENCES: Final = {
    "base_url": "The address has to begin with http:// or https:// and to hold no user name, password or query, "
    "for example http://127.0.0.1:11434/v1.",
    "api_key": "That cannot be a key: a key has no spaces and only plain ASCII characters.",
    "model": "The model's name has at most 200 characters, on one line.",
    "price_in": "The input price has to be a number of at least 0.",
    "price_out": "The output price has to be a number of at least 0.",
    "cap": "The monthly cap has to be a number of at least 0.",
    "embedding_base_url": "The address for embeddings has to begin with http:// or https:// and to hold no user name, "
    "password or query, for example http://127.0.0.1:11434/v1.",
    "embedding_api_key": "That cannot be a key for embeddings: a key has no spaces and only plain ASCII characters.",
    "embedding_model": "The embedding model's name has at most 200 characters, on one line.",
    "currency": "The currency has 1 to 12 characters, for example USD.",
    "builtin_steps": "The steps that the built-in interviewer keeps are not among those offered: reload the page.",
}

_VARIABLES: Final = {
    "base_url": "INTERVIEWER_BASE_URL or OPENAI_BASE_URL",
    "api_key": "INTERVIEWER_API_KEY or OPENAI_API_KEY",
    "model": "INTERVIEWER_MODEL, or --model at the start",
    "price_in": "INTERVIEWER_PRICE_IN",
    "price_out": "INTERVIEWER_PRICE_OUT",
    "cap": "INTERVIEWER_CAP",
    "embedding_base_url": "INTERVIEWER_EMBEDDING_BASE_URL",
    "embedding_api_key": "INTERVIEWER_EMBEDDING_API_KEY",
    "embedding_model": "INTERVIEWER_EMBEDDING_MODEL",
}


@dataclass(frozen=True)
class Form:
    """The fields as they stand on the page. An empty key means: keep the saved one."""

    base_url: str = ""
    api_key: str = ""
    model: str = ""
    price_in: float | None = None
    price_out: float | None = None
    cap: float | None = None
    currency: str = "USD"
    builtin_steps: tuple[str, ...] = ()
    embedding_base_url: str = ""
    embedding_api_key: str = ""
    embedding_model: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a button did, for the notice beside it."""

    sentence: str
    ok: bool = True


def form_of(program: Program) -> Form:
    """The fields as the settings are now; the keys are left out."""
    settings = program.settings
    return Form(
        base_url=settings.base_url,
        model=settings.model,
        price_in=settings.price_in,
        price_out=settings.price_out,
        cap=settings.cap,
        currency=settings.currency,
        builtin_steps=tuple(sorted(settings.builtin_steps)),
        embedding_base_url=settings.embedding_base_url,
        embedding_model=settings.embedding_model,
    )


def fixed(program: Program, field: str) -> str:
    """Empty, or the sentence that says why a field cannot be changed here."""
    if field not in program.loaded.from_environment:
        return ""
    return f"Fixed by {_VARIABLES.get(field, 'the environment')}; change it there."


def key_line(program: Program, name: str = "api_key") -> str:
    """Whether there is a key in this field of the settings, and whose; never the key."""
    if getattr(program.settings, name) is None:
        usual = "Servers on your own machine usually need none."
        if name == "embedding_api_key":
            usual = "At the model's own server its key is used."
        return f"No key is saved. {usual}"
    if fixed(program, name):
        return f"A key comes from {_VARIABLES[name]}. It is not shown."
    place = _target(program.settings, name).place
    return f"A key for {place} is saved, readable only by your user account. It is not shown again."


def candidate(program: Program, form: Form) -> Settings:
    """The settings that the form would make, without saving them. Raises SettingsError.

    Fields that the environment fixes keep their value whatever the form says. Without a key in the form, the saved one
    is used, but only at the server that it was saved for.
    """
    now = program.settings
    values = {name: value for name, value in _typed(form).items() if not fixed(program, name)}
    entered = {name: key for name in KEYS if (key := getattr(form, name).strip()) and not fixed(program, name)}
    try:
        wanted = Settings.model_validate({**now.model_dump(exclude=set(KEYS)), **values, **entered})
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
    else:
        keeps = [
            name
            for name in KEYS - entered.keys()
            if fixed(program, name) or _server(wanted, name) == _server(now, name)
        ]
        return wanted.model_copy(update={name: getattr(now, name) for name in keeps})
    # Raised outside the handler: the library's error keeps the values that it refused.
    raise SettingsError(_SENTENCES.get(field, f"The field {field!r} cannot be used as it is."))


async def load_models(program: Program, form: Form) -> tuple[tuple[str, ...], Outcome]:
    """The names that the server lists, and a sentence. Raises SettingsError, ModelError."""
    names = await program.models_offered(candidate(program, form))
    where = _target(candidate(program, form)).place
    if not names:
        return (), Outcome(f"{where} lists no models. Type the model's name yourself.", ok=False)
    counted = "1 model" if len(names) == 1 else f"{len(names)} models"
    return names, Outcome(f"{where} offers {counted}: choose one.")


async def test(program: Program, form: Form) -> Outcome:
    """Call the model once with what stands in the form. Raises SettingsError."""
    wanted = candidate(program, form)
    if not wanted.model:
        return Outcome("Choose a model first; with none, the built-in interviewer needs no test.", ok=False)
    result = await program.test_model(wanted)
    return Outcome(result.sentence, ok=result.ok)


test.__test__ = False  # type: ignore[attr-defined]


async def test_embedding(program: Program, form: Form) -> Outcome:
    """Have the server in the form embed one sentence. Raises SettingsError."""
    where = embeddings.endpoint(candidate(program, form))
    if where is None:
        return Outcome("Enter an embedding model first; the packaged one needs no test.", ok=False)
    result = await asyncio.to_thread(embeddings.remote(where).test)
    return Outcome(result.sentence, ok=result.ok)


test_embedding.__test__ = False  # type: ignore[attr-defined]


async def save(program: Program, form: Form) -> Outcome:
    """Write what stands in the form; it counts from the next step on. Raises SettingsError, and nothing has changed."""
    wanted = candidate(program, form)
    if wanted.cap is not None and (wanted.price_in is None or wanted.price_out is None):
        raise SettingsError("A cap can only hold with both prices: fill them in, or leave the cap empty.")
    before = program.settings
    embeddings.embedding(wanted)  # refuses what cannot be used
    embeds_anew = _embedder(wanted) != _embedder(before)
    changes: dict[str, object] = {name: value for name, value in _typed(form).items() if not fixed(program, name)}
    dropped = [name for name in sorted(KEYS) if getattr(before, name) is not None and getattr(wanted, name) is None]
    for name in KEYS:
        if not fixed(program, name):
            changes[name] = FORGET if name in dropped else getattr(form, name).strip()
    await asyncio.to_thread(program.save, changes)
    said = ["Saved."]
    for name in dropped:
        place = _target(before, name).place
        said.append(f"The key was for {place} and is removed: enter one if the new server needs it.")
    if wanted.base_url and not wanted.model:
        said = ["Saved, but no model is chosen, so the built-in interviewer does everything.", *said[1:]]
    elif not dropped:
        said.append("It counts from the next answer on.")
    if embeds_anew:
        said.append("Documents that are in the library have to be embedded again: press Rebuild there.")
    return Outcome(" ".join(said))


async def forget_key(program: Program, name: str = "api_key") -> Outcome:
    """Remove the key saved in this field. Raises SettingsError."""
    await asyncio.to_thread(program.save, {name: FORGET})
    if getattr(program.settings, name) is not None:
        return Outcome(f"The saved key is removed, but {_VARIABLES[name]} still gives one.", ok=False)
    return Outcome("The key is removed from this machine.")


async def use_builtin(program: Program) -> Outcome:
    """Stop using a model; address, key and prices stay for later. Raises SettingsError."""
    if why := fixed(program, "model"):
        raise SettingsError(f"The model cannot be switched off here. {why}")
    await asyncio.to_thread(program.save, {"model": None})
    return Outcome("The built-in interviewer does everything from now on. Address and key are kept for later.")


def leaves(program: Program, form: Form) -> str:
    """What leaves this machine if the form is saved as it stands, in a few sentences."""
    try:
        wanted = candidate(program, form)
        library = embeddings.endpoint(wanted)
    except SettingsError:
        return "The address is not complete yet. Nothing is sent until you press Load models, Test or Save."
    talk = _talk_leaves(wanted)
    if library is None:
        return talk
    if is_loopback(library.address):
        where = f"the program at {library.place} on this machine"
    else:
        where = f"{library.place}{_unencrypted(library.address)}"
        talk = talk.replace("Nothing leaves", "Nothing of an interview leaves")
    return f"{talk} All passages of your library, and what you search for, are sent to {where} to be embedded."


def _talk_leaves(wanted: Settings) -> str:
    if not wanted.model and not wanted.base_url:
        return "Nothing leaves this machine. The built-in interviewer observes, speaks and grades."
    where = _target(wanted).place
    if wanted.builtin_steps >= {name for _, name in STEPS}:
        return f"Nothing leaves this machine, because the built-in interviewer keeps every step. {where} is not called."
    address = _target(wanted).address
    if is_loopback(address):
        return (
            f"Questions and answers go to the program at {where}, which is this machine. "
            "Nothing leaves it, unless that program passes it on."
        )
    authored = ", and passages of your library when questions are written from them"
    return (
        f"The questions, your answers and what they are graded by are sent to {where}{_unencrypted(address)} "
        f"as you talk{'' if 'author' in wanted.builtin_steps else authored}. "
        "Earlier interviews, scores and these settings stay on this machine."
    )


def _unencrypted(address: str) -> str:
    plain = address.lower().startswith("http://")
    return ", unencrypted, so that others on the way can read it," if plain else ""


@dataclass(frozen=True)
class Spending:
    """What calls have cost this month."""

    sentence: str
    share: float | None = None
    """Of the cap, 0–1; None without a cap."""


def spending(program: Program) -> Spending:
    """What was spent this month. Blocks. Raises StoreUnavailable."""
    settings, spent = program.settings, program.spent()
    month = f"{datetime.now(UTC):%B %Y}"
    amount = money(spent, settings.currency)
    if settings.cap is None:
        return Spending(f"{amount} spent in {month}; there is no cap.")
    share = min(1.0, spent / settings.cap) if settings.cap else 1.0
    over = " The cap is reached: the built-in interviewer carries on." if share >= 1 else ""
    return Spending(f"{amount} of {money(settings.cap, settings.currency)} spent in {month}.{over}", share)


def money(amount: float, currency: str) -> str:
    """An amount with its currency; small ones keep what would round to nothing."""
    digits = 2 if amount >= 1 or amount == 0 else 4
    return f"{amount:.{digits}f} {currency}"


def choices(names: Sequence[str], chosen: str) -> list[str]:
    """What the list of models offers: the names, and the chosen one even if the server does not list it."""
    return list(names) if not chosen or chosen in names else [chosen, *names]


def _typed(form: Form) -> dict[str, object]:
    """The form's fields as settings; the keys apart."""
    return {
        "base_url": form.base_url,
        "model": form.model,
        "price_in": form.price_in,
        "price_out": form.price_out,
        "cap": form.cap,
        "currency": form.currency.strip(),
        "builtin_steps": list(form.builtin_steps),
        "embedding_base_url": form.embedding_base_url,
        "embedding_model": form.embedding_model,
    }


def _target(settings: Settings, name: str = "api_key") -> Endpoint:
    """Where the key in this field is for, even while no model is chosen."""
    if name == "api_key":
        return endpoint(settings.model_copy(update={"model": settings.model or "any"}))
    chosen = settings.embedding_model or "any"
    where = embeddings.endpoint(settings.model_copy(update={"embedding_model": chosen}))
    assert where is not None, "a model is named"
    return where


def _embedder(settings: Settings) -> tuple[str, str]:
    """What makes vectors comparable: model and server, empty for the packaged one."""
    where = embeddings.endpoint(settings)
    return (where.name, where.place) if where is not None else ("", "")


def _server(settings: Settings, name: str) -> tuple[str, str]:
    """What a key belongs to: scheme and server, or the provider."""
    target = _target(settings, name)
    parts = urlsplit(target.address)
    return (parts.scheme, parts.netloc.lower()) if parts.netloc else ("", target.provider)
