"""Loads language models from this machine: from a folder, or from what was fetched of the hub."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import try_to_load_from_cache
from huggingface_hub.errors import HFValidationError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging

from prover.errors import InputError, ProverError, SetupError
from prover.policy.model_options import SHORT_NAMES, ModelSpec


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


def load(choice: ModelSpec) -> LoadedModel:
    """Loads the model, on all GPUs where there are several. Takes seconds, and fetches nothing.

    Raises `InputError` when there can be no such model, `SetupError` when it has not been
    fetched, or a package or memory is missing.
    """
    folder = str(_folder(choice))
    if not sys.stderr.isatty():
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    # Code that comes with a model is never run.
    arguments: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    with _explained(choice):
        config = AutoConfig.from_pretrained(folder, **arguments)
        tokenizer = AutoTokenizer.from_pretrained(folder, **arguments)
        kind: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        placement = _placement(choice)
        model = kind.from_pretrained(folder, **arguments, **placement)
        if torch.cuda.is_available() and "device_map" not in placement:
            model = model.to("cuda")
        if choice.adapter is not None:
            model = _adapted(model, choice)
    return LoadedModel(model.eval(), tokenizer)


def _folder(choice: ModelSpec) -> Path:
    """Where its files are. A name of the hub is looked up here and given to transformers as a
    folder: with a name, its libraries talk to the hub even when told to keep to local files."""
    if choice.local:
        return Path(choice.source)
    try:
        found = try_to_load_from_cache(choice.source, "config.json", revision=choice.revision)
    except HFValidationError:
        raise InputError(
            f"{choice.source!r} is neither a folder nor a name on the Hugging Face Hub",
            f"Give a folder, a name such as owner/model, or one of {', '.join(SHORT_NAMES)}.",
        ) from None
    if not isinstance(found, str):
        raise SetupError(
            f"{choice.source} is not on this machine",
            f"Fetch it once: {_fetching(choice)} (the built-in policy needs no model)",
        )
    return Path(found).parent


@contextmanager
def _explained(choice: ModelSpec) -> Iterator[None]:
    try:
        yield
    except torch.OutOfMemoryError:
        raise SetupError(
            f"{choice.source} does not fit into the GPU's memory", "Load it with 8 or 4 bits."
        ) from None
    except ImportError as error:
        raise SetupError(
            f"{choice.source} needs a package that is missing: {_first_line(error)}",
            "Install it and try again.",
        ) from error
    except OSError as error:
        if choice.local:
            raise _not_a_model(choice, error) from error
        raise SetupError(
            f"{choice.source} is not whole on this machine: {_first_line(error)}",
            f"Fetch it: {_fetching(choice)}",
        ) from error
    except ProverError:
        raise
    # Broken files raise whatever the libraries below happen to raise.
    except Exception as error:
        raise _not_a_model(choice, error) from error


def _fetching(choice: ModelSpec) -> str:
    revision = f" --revision {choice.revision}" if choice.revision else ""
    return f"hf download {choice.source}{revision}"


def _not_a_model(choice: ModelSpec, error: Exception) -> InputError:
    hint = (
        "It needs config.json, safetensors and tokenizer.json, of an architecture that the "
        "installed transformers knows."
    )
    if not choice.local:
        hint += f" If it was not fetched whole: {_fetching(choice)}"
    return InputError(
        f"{choice.source} is not a language model that can be loaded: {_first_line(error)}", hint
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _placement(choice: ModelSpec) -> dict[str, Any]:
    """How the weights are kept, and where."""
    if not torch.cuda.is_available():
        if choice.bits < 16:
            raise SetupError(
                f"There is no GPU, and {choice.bits} bits need one", "Load it with 16 bits."
            )
        return {"dtype": torch.float32}
    placement: dict[str, Any] = {"dtype": torch.bfloat16}
    several = torch.cuda.device_count() > 1
    if several or choice.bits < 16:
        _need("accelerate", "a model on several GPUs or with fewer bits")
        placement["device_map"] = "auto" if several else {"": 0}
    if choice.bits < 16:
        _need("bitsandbytes", f"{choice.bits} bits")
        placement["quantization_config"] = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_8bit=choice.bits == 8,
            load_in_4bit=choice.bits == 4,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    return placement


def _adapted(model: PreTrainedModel, choice: ModelSpec) -> PreTrainedModel:
    """The model with its adapter in its weights."""
    _need("peft", "an adapter")
    peft: Any = importlib.import_module("peft")
    adapted = peft.PeftModel.from_pretrained(model, str(choice.adapter))
    if choice.bits < 16:
        # Rounded weights cannot take it up without being rounded again: it stays beside them.
        beside: PreTrainedModel = adapted.get_base_model()
        return beside
    whole: PreTrainedModel = adapted.merge_and_unload()
    return whole


def _need(package: str, purpose: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise SetupError(
            f"{package} is not installed, and {purpose} needs it",
            f"Install it: pip install {package}",
        )
