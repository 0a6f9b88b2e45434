"""How language models are to be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from prover.errors import InputError
from prover.policy.model_options import ModelOptions

FILE = """
template: llemma
temperature: 1
samples: 16
window: null
key_file: ~/key
chat: true
"""


def test_options_come_from_yaml() -> None:
    assert ModelOptions(seed=3).changed(yaml.safe_load(FILE)) == ModelOptions(
        template="llemma",
        temperature=1.0,
        samples=16,
        key_file=Path("~/key"),
        chat=True,
        seed=3,
    )
    assert ModelOptions().changed({}) == ModelOptions()


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"temprature": 1}, "called `temprature`", "Did you mean `temperature`?"),
        ({"sample": 1}, "called `sample`", "Did you mean `samples`?"),
        ({3: 1}, "called `3`", "Known: template"),
        ({"samples": "many"}, "`samples` is 'many'", "int"),
        ({"samples": 1.5}, "`samples` is 1.5", "int"),
        ({"samples": True}, "`samples` is True", "int"),
        ({"samples": None}, "`samples` is None", "int"),
        ({"chat": 1}, "`chat` is 1", "bool"),
        ({"temperature": True}, "`temperature` is True", "float"),
        ({"template": 3}, "`template` is 3", "str"),
        ({"key_file": 3}, "`key_file` is 3", "path"),
        ({"samples": 0}, "`samples` is 0", "at least 1"),
        ({"temperature": -1}, "`temperature` is -1.0", "at least 0"),
        ({"temperature": float("nan")}, "`temperature` is nan", "at least 0"),
        ({"top_p": 0.0}, "`top_p` is 0.0", "above 0"),
        ({"repair": -1}, "`repair` is -1", "at least 0"),
        ({"bits": 5}, "`bits` is 5", "4, 8 or 16"),
        ({"window": 256}, "`window` is 256", "above `max_tokens`"),
        ({"max_tokens": 0}, "`max_tokens` is 0", "at least 1"),
        ({"requests": 0}, "`requests` is 0", "at least 1"),
        ({"answer_seconds": 0}, "`answer_seconds` is 0.0", "above 0"),
    ],
)
def test_what_is_no_option(values: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        ModelOptions().changed(values)
    assert message in raised.value.message
    assert hint.lower() in raised.value.hint.lower()
