"""The values of the model seam: where a model is, how long it may take, what was said to it and what that used.

Frozen, without I/O, and free of langchain, so that importing them costs nothing.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from interviewer.domain import Value

OPENAI_ADDRESS = "https://api.openai.com/v1"
"""Where `openai:` models are when no address is given; always passed on, so that no environment variable decides."""

PROVIDERS = {
    "openai": "langchain_openai",
    "anthropic": "langchain_anthropic",
    "google_genai": "langchain_google_genai",
    "mistralai": "langchain_mistralai",
    "groq": "langchain_groq",
    "deepseek": "langchain_deepseek",
    "xai": "langchain_xai",
    "cohere": "langchain_cohere",
    "fireworks": "langchain_fireworks",
    "together": "langchain_together",
    "openrouter": "langchain_openrouter",
}
"""The prefixes that name a provider, with the module that reaches it. Any other prefix is part of a model's name,
because local servers use names such as `llama3.2:3b`."""

StructuredMode = Literal["auto", "json_schema", "tools", "text"]


class Endpoint(Value):
    """One model at one address. Prices and cap are in one currency, whichever the user thinks in."""

    model: str = Field(min_length=1)
    """`openai:NAME`, another provider's `PROVIDER:NAME`, or a bare name, which is taken as OpenAI-compatible."""
    base_url: str = ""
    """Any OpenAI-compatible address, usually ending in `/v1`; empty: the provider's own."""
    api_key: SecretStr = SecretStr("")
    """Empty for servers that ask for none."""
    price_in: float | None = Field(default=None, ge=0)
    """Per million tokens of input; None: unknown."""
    price_out: float | None = Field(default=None, ge=0)
    """Per million tokens of output; None: unknown."""
    cap: float | None = Field(default=None, ge=0)
    """What may be spent in a month; None: no cap. Enforced by `Budget`."""
    structured: StructuredMode = "auto"
    """How answers are held to a schema; `auto` finds out what the server can do and remembers it."""

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, base_url: str) -> str:
        return base_url.strip().rstrip("/")

    @property
    def provider(self) -> str:
        """The key of `PROVIDERS` that this model is reached through."""
        prefix, colon, _ = self.model.partition(":")
        return prefix if colon and prefix in PROVIDERS else "openai"

    @property
    def name(self) -> str:
        """The model's name without the provider, as the server knows it."""
        prefix, colon, rest = self.model.partition(":")
        return rest if colon and prefix in PROVIDERS else self.model

    @property
    def address(self) -> str:
        """The address that is called; empty if only the provider's package knows it."""
        return self.base_url or (OPENAI_ADDRESS if self.provider == "openai" else "")

    @property
    def place(self) -> str:
        """Host and port for a sentence: never the user info that an address may carry."""
        try:
            parts = urlsplit(self.address)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return "its address"
        return f"{parts.hostname}{port}" if parts.hostname else self.provider

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        """Price of so many tokens; None if a price is not set."""
        if self.price_in is None or self.price_out is None:
            return None
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000


class Deadlines(Value):
    """Limits of one call, in seconds: altogether, until the first token, and between two pieces after it."""

    total: float = Field(gt=0)
    first_token: float = Field(gt=0)
    idle: float = Field(gt=0)


CHAT = Deadlines(total=60, first_token=20, idle=15)
"""While somebody waits in the room."""

GRADE = Deadlines(total=90, first_token=30, idle=15)
"""For what runs in the background."""

BACKGROUND = frozenset({"grade", "author", "embed"})
"""The purposes that get `GRADE`."""


class Usage(Value):
    """What one or more calls used. `calls` counts requests that the server began to answer."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    """None if the endpoint has no prices."""
    seconds: float = 0.0
    calls: int = 0
    estimated: bool = False
    """True: the server did not say, so tokens were counted as 4 characters each, at least in part."""

    def __add__(self, other: Usage) -> Usage:
        """Both together; the cost is unknown only if both are."""
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            cost=sum(costs) if costs else None,
            seconds=self.seconds + other.seconds,
            calls=self.calls + other.calls,
            estimated=self.estimated or other.estimated,
        )


class Message(Value):
    """One message to the model."""

    role: Literal["system", "user", "assistant"]
    text: str


class TestResult(Value):
    """What a tiny call showed, for the Test button."""

    __test__ = False

    ok: bool
    sentence: str
    """One sentence for whoever pressed the button."""
    first_token: float | None = None
    """Seconds until the first token."""
    tokens_per_second: float | None = None
    """Writing speed; None if the answer was too short to tell."""


def approximate_tokens(text: str) -> int:
    """About how many tokens a text is: 4 characters each, rounded up (no tokenizer fits every model)."""
    return (len(text) + 3) // 4
