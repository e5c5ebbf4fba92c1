"""Which models an address has, for the list in Settings."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from interviewer.errors import ModelError, ModelNonsense, SettingsError
from interviewer.llm.chat import is_loopback
from interviewer.llm.endpoint import Endpoint
from interviewer.llm.faults import Late, Surroundings, translate
from interviewer.llm.model import check_address
from interviewer.llm.redact import quiet, secrets_of

log = logging.getLogger("interviewer.llm")

_LIMIT = 10.0
_LARGEST = 4_000_000


async def list_models(endpoint: Endpoint, *, limit: float = _LIMIT) -> tuple[str, ...]:
    """The names of the models at an OpenAI-compatible address, sorted, within `limit` seconds.

    Raises:
        SettingsError: the provider has no such list, or the address is not usable.
        ModelError: the server did not give the list.
    """
    if not endpoint.address:
        raise SettingsError(f"{endpoint.provider!r} gives no list of models. Type the model's name in Settings.")
    check_address(endpoint)
    error: ModelError
    try:
        async with asyncio.timeout(limit):
            data = await _fetch(endpoint)
        return _names(data)
    except ModelNonsense as nonsense:
        error = nonsense
    except TimeoutError:
        error = translate(Late("total", limit), Surroundings(endpoint.place)).error
    except Exception as failed:
        secrets = secrets_of(endpoint.api_key.get_secret_value(), endpoint.base_url)
        error = translate(failed, Surroundings(endpoint.place, secrets)).error
    log.warning("list of models: %s", type(error).__name__)
    raise error


class Refused(Exception):
    """The server answered with an error status; looks like an SDK's exception to `translate`."""

    def __init__(self, response: Any, body: Any) -> None:
        super().__init__("")
        self.status_code = response.status_code
        self.response = response
        self.body = body


async def _fetch(endpoint: Endpoint) -> Any:
    import httpx

    quiet()
    key = endpoint.api_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    direct = is_loopback(endpoint.address)
    async with (
        httpx.AsyncClient(timeout=_LIMIT, trust_env=not direct) as client,
        client.stream("GET", f"{endpoint.address}/models", headers=headers) as response,
    ):
        body = b""
        async for part in response.aiter_bytes():
            body += part
            if len(body) > _LARGEST:
                raise ValueError("too long")
        try:
            data = json.loads(body)
        except ValueError as error:
            data = None
            if response.status_code < 400:
                raise Refused(response, None) from error
        if response.status_code >= 300:
            raise Refused(response, data)
        return data


def _names(data: Any) -> tuple[str, ...]:
    rows = data.get("data") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise ModelNonsense("The address does not list its models. Type the model's name in Settings.")
    return tuple(sorted({str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row}))
