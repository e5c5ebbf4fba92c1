"""What the Settings page knows and does, without the page: its form, its sentences, and the actions of its buttons.

The saved key never comes out of here, and it goes only to the server that it was saved for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from interviewer.errors import SettingsError
from interviewer.llm.chat import is_loopback
from interviewer.program import Program, endpoint
from interviewer.settings import FORGET, Settings

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


@dataclass(frozen=True)
class Outcome:
    """What a button did, for the notice beside it."""

    sentence: str
    ok: bool = True


def form_of(program: Program) -> Form:
    """The fields as the settings are now; the key is left out."""
    settings = program.settings
    return Form(
        base_url=settings.base_url,
        model=settings.model,
        price_in=settings.price_in,
        price_out=settings.price_out,
        cap=settings.cap,
        currency=settings.currency,
        builtin_steps=tuple(sorted(settings.builtin_steps)),
    )


def fixed(program: Program, field: str) -> str:
    """Empty, or the sentence that says why a field cannot be changed here."""
    if field not in program.loaded.from_environment:
        return ""
    return f"Fixed by {_VARIABLES.get(field, 'the environment')}; change it there."


def key_line(program: Program) -> str:
    """Whether there is a key, and whose; never the key."""
    if program.settings.api_key is None:
        return "No key is saved. Servers on your own machine usually need none."
    if fixed(program, "api_key"):
        return f"A key comes from {_VARIABLES['api_key']}. It is not shown."
    return f"A key for {_place(program.settings)} is saved, readable only by your user account. It is not shown again."


def candidate(program: Program, form: Form) -> Settings:
    """The settings that the form would make, without saving them. Raises SettingsError.

    Fields that the environment fixes keep their value whatever the form says. Without a key in the form, the saved one
    is used, but only at the server that it was saved for.
    """
    now = program.settings
    values = {name: value for name, value in _typed(form).items() if not fixed(program, name)}
    try:
        wanted = Settings.model_validate({**now.model_dump(exclude={"api_key"}), **values, "api_key": None})
        key = SecretStr(form.api_key) if form.api_key.strip() and not fixed(program, "api_key") else None
        if key is not None:
            return Settings.model_validate({**wanted.model_dump(exclude={"api_key"}), "api_key": key})
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
    else:
        keeps = bool(fixed(program, "api_key")) or _server(wanted) == _server(now)
        return wanted.model_copy(update={"api_key": now.api_key if keeps else None})
    # Raised outside the handler: the library's error keeps the values that it refused.
    raise SettingsError(_SENTENCES.get(field, f"The field {field!r} cannot be used as it is."))


async def load_models(program: Program, form: Form) -> tuple[tuple[str, ...], Outcome]:
    """The names that the server lists, and a sentence. Raises SettingsError, ModelError."""
    names = await program.models_offered(candidate(program, form))
    where = _place(candidate(program, form))
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


async def save(program: Program, form: Form) -> Outcome:
    """Write what stands in the form; it counts from the next step on. Raises SettingsError, and nothing has changed."""
    wanted = candidate(program, form)
    if wanted.cap is not None and (wanted.price_in is None or wanted.price_out is None):
        raise SettingsError("A cap can only hold with both prices: fill them in, or leave the cap empty.")
    changes: dict[str, object] = {name: value for name, value in _typed(form).items() if not fixed(program, name)}
    dropped = program.settings.api_key is not None and wanted.api_key is None
    if not fixed(program, "api_key"):
        changes["api_key"] = FORGET if dropped else form.api_key.strip()
    before = _place(program.settings)
    await asyncio.to_thread(program.save, changes)
    if dropped:
        return Outcome(f"Saved. The key was for {before} and is removed: enter one if the new server needs it.")
    if wanted.base_url and not wanted.model:
        return Outcome("Saved, but no model is chosen, so the built-in interviewer does everything.")
    return Outcome("Saved. It counts from the next answer on.")


async def forget_key(program: Program) -> Outcome:
    """Remove the saved key. Raises SettingsError."""
    await asyncio.to_thread(program.save, {"api_key": FORGET})
    if program.settings.api_key is not None:
        return Outcome(f"The saved key is removed, but {_VARIABLES['api_key']} still gives one.", ok=False)
    return Outcome("The key is removed from this machine.")


async def use_builtin(program: Program) -> Outcome:
    """Stop using a model; address, key and prices stay for later. Raises SettingsError."""
    if why := fixed(program, "model"):
        raise SettingsError(f"The model cannot be switched off here. {why}")
    await asyncio.to_thread(program.save, {"model": None})
    return Outcome("The built-in interviewer does everything from now on. Address and key are kept for later.")


def leaves(program: Program, form: Form) -> str:
    """Two sentences: what leaves this machine if the form is saved as it stands."""
    try:
        wanted = candidate(program, form)
    except SettingsError:
        return "The address is not complete yet. Nothing is sent until you press Load models, Test or Save."
    if not wanted.model and not wanted.base_url:
        return "Nothing leaves this machine. The built-in interviewer observes, speaks and grades."
    where = _place(wanted)
    if wanted.builtin_steps >= {name for _, name in STEPS}:
        return f"Nothing leaves this machine, because the built-in interviewer keeps every step. {where} is not called."
    if is_loopback(endpoint(wanted.model_copy(update={"model": wanted.model or "any"})).address):
        return (
            f"Questions and answers go to the program at {where}, which is this machine. "
            "Nothing leaves it, unless that program passes it on."
        )
    way = (
        ", unencrypted, so that others on the way can read it," if wanted.base_url.lower().startswith("http://") else ""
    )
    return (
        f"The questions, your answers and what they are graded by are sent to {where}{way} as you talk. "
        "Earlier interviews, scores and these settings stay on this machine."
    )


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
    """The form's fields as settings; the key apart."""
    return {
        "base_url": form.base_url,
        "model": form.model,
        "price_in": form.price_in,
        "price_out": form.price_out,
        "cap": form.cap,
        "currency": form.currency.strip(),
        "builtin_steps": list(form.builtin_steps),
    }


def _place(settings: Settings) -> str:
    return endpoint(settings.model_copy(update={"model": settings.model or "any"})).place


def _server(settings: Settings) -> tuple[str, str]:
    """What a key belongs to: scheme and server, or the provider."""
    target = endpoint(settings.model_copy(update={"model": settings.model or "any"}))
    parts = urlsplit(target.address)
    return (parts.scheme, parts.netloc.lower()) if parts.netloc else ("", target.provider)
