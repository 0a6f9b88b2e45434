"""Models are found on this machine or said to be missing, and nothing is fetched."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from prover.errors import InputError, SetupError
from prover.policy.local.model_loader import load
from prover.policy.model_options import ModelSpec
from tests.policy.local.tiny import save

PACKAGES = ("peft", "accelerate", "bitsandbytes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("llama"), "llama", "spaced")


@pytest.fixture(autouse=True)
def _no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks the hub fails loudly, with or without a network."""
    monkeypatch.setattr("socket.getaddrinfo", _refuse)


def _refuse(*_: object, **__: object) -> None:
    pytest.fail("the hub was asked")


@pytest.mark.parametrize(("kind", "tokenizer"), [("llama", "plain"), ("t5", "answer")])
def test_folders(tmp_path: Path, kind: str, tokenizer: str) -> None:
    loaded = load(ModelSpec(str(save(tmp_path, kind, tokenizer))))
    assert loaded.model.config.model_type == kind
    assert loaded.tokenizer("simp")["input_ids"]
    assert not loaded.model.training


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for what is fetched of the hub."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("name", "revision", "command"),
    [
        ("llemma", None, "hf download EleutherAI/llemma_7b"),
        ("llemma-34b", None, "hf download EleutherAI/llemma_34b"),
        ("nobody/nothing", "v2", "hf download nobody/nothing --revision v2"),
    ],
)
def test_what_was_not_fetched(name: str, revision: str | None, command: str) -> None:
    with pytest.raises(SetupError, match="not on this machine") as caught:
        load(ModelSpec(name, revision))
    assert f"{command} (" in caught.value.hint


def test_what_was_fetched(cache: Path) -> None:
    """As the hub's own command lays it out, and then with its weights missing."""
    repository = cache / "models--EleutherAI--llemma_7b"
    snapshot = save(repository / "snapshots" / "0123abc", "llama", "spaced")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0123abc")
    assert load(ModelSpec("llemma")).model.config.model_type == "llama"
    with pytest.raises(SetupError):
        load(ModelSpec("llemma", "v2"))
    (snapshot / "model.safetensors").unlink()
    with pytest.raises(SetupError, match="not whole") as caught:
        load(ModelSpec("llemma"))
    assert caught.value.hint.endswith("hf download EleutherAI/llemma_7b")


@pytest.mark.parametrize("name", ["./no/folder", "/nowhere", "a/b/c", "a name", ""])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InputError, match="neither a folder nor a name"):
        load(ModelSpec(name))


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a language model"):
        load(ModelSpec(str(tmp_path)))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", "{"),
        ("config.json", '{"model_type": "unheard-of"}'),
        ("config.json", '{"model_type": "vit"}'),
        ("model.safetensors", "cut off"),
        ("model.safetensors", None),
        ("tokenizer.json", "{"),
    ],
)
def test_broken_folders(folder: Path, tmp_path: Path, file: str, content: str | None) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_text(content)
    with pytest.raises(InputError, match="not a language model") as caught:
        load(ModelSpec(str(tmp_path)))
    assert "\n" not in caught.value.message


def test_code_of_a_model_is_not_run(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "unheard-of", "auto_map": {"AutoConfig": "evil.Config"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "evil.py").write_text("raise SystemExit")
    with pytest.raises(InputError):
        load(ModelSpec(str(tmp_path)))


def test_an_adapter_that_is_none(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an adapter"):
        ModelSpec(str(folder), adapter=tmp_path)


@pytest.mark.filterwarnings("default::FutureWarning")
def test_an_adapter(folder: Path, tmp_path: Path) -> None:
    """What is loaded is what peft makes of model and adapter."""
    peft = pytest.importorskip("peft")
    plain: Any = load(ModelSpec(str(folder))).model
    torch.manual_seed(1)
    settings = peft.LoraConfig(
        r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False, task_type="CAUSAL_LM"
    )
    adapted = peft.get_peft_model(plain, settings).eval()
    adapted.save_pretrained(tmp_path)
    ids = torch.tensor([[5, 6, 7]])
    ours: Any = load(ModelSpec(str(folder), adapter=tmp_path)).model
    with torch.inference_mode():
        wanted, found = adapted(input_ids=ids).logits, ours(input_ids=ids).logits
        without = load(ModelSpec(str(folder))).model(input_ids=ids).logits
    assert torch.allclose(wanted, found, atol=1e-4)
    assert not torch.allclose(without, found, atol=1e-2)


@pytest.mark.parametrize("bits", [4, 8])
def test_bits_need_a_gpu(folder: Path, bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(SetupError, match="GPU"):
        load(ModelSpec(str(folder), bits=bits))
    with pytest.raises(InputError):
        ModelSpec(str(folder), bits=bits + 1)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_that_are_missing(
    folder: Path, tmp_path: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    found = importlib.util.find_spec

    def find(name: str, *rest: Any) -> Any:
        return None if name == package else found("json" if name in PACKAGES else name, *rest)

    monkeypatch.setattr("importlib.util.find_spec", find)
    if package == "peft":
        choice = ModelSpec(str(folder), adapter=tmp_path)
    else:
        monkeypatch.setattr("torch.cuda.is_available", lambda: True)
        monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
        choice = ModelSpec(str(folder), bits=4)
    with pytest.raises(SetupError, match=package) as caught:
        load(choice)
    assert caught.value.hint == f"Install it: pip install {package}"
