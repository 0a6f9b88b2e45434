"""How a policy is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError
from prover.policy.remote.client_config import BaseUrl
from prover.policy.spec import (
    BuiltinSpec,
    EndpointSpec,
    LocalSpec,
    MemberSpec,
    MixtureSpec,
    PolicySpec,
    Single,
    parse,
    single,
)

URL = "http://localhost:8000"
SINGLE = (
    st.just(BuiltinSpec())
    | st.sampled_from(["llemma", "llemma-34b", "owner/model", "./folder", "ordner/mödel"]).map(
        LocalSpec
    )
    | st.builds(
        EndpointSpec,
        st.sampled_from([URL, "https://[::1]:80/api/v1", "http://a.b"]).map(BaseUrl),
        st.sampled_from(["", "llama3:8b", "a/b#c"]),
    )
)
SHARES = st.floats(min_value=0, exclude_min=True, allow_infinity=False)
MIXTURES = st.lists(st.builds(MemberSpec, SINGLE, SHARES), min_size=1, max_size=4).map(
    lambda members: MixtureSpec(tuple(members))
)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("llemma", LocalSpec("llemma")),
        ("llemma-34b", LocalSpec("llemma-34b")),
        ("hf:a+b/c*2", LocalSpec("a+b/c*2")),
        (f"endpoint:{URL}", EndpointSpec(BaseUrl(URL))),
        (f"endpoint:{URL}/v1#qwen:7b", EndpointSpec(BaseUrl(f"{URL}/v1"), "qwen:7b")),
    ],
)
def test_which_policy_is_meant(text: str, spec: Single) -> None:
    assert single(text) == spec
    assert str(spec) == text


@pytest.mark.parametrize("text", ["llemma", "hf:owner/model", f"endpoint:{URL}"])
def test_a_model_named_alone_comes_with_the_built_in_policy(text: str) -> None:
    assert parse(text) == parse(f"mix:{text}+builtin")
    assert parse(f"mix:{text}") == MixtureSpec((MemberSpec(single(text)),))


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("builtin", BuiltinSpec()),
        (
            f"mix:llemma*3+builtin+endpoint:{URL}#m*0.5",
            MixtureSpec(
                (
                    MemberSpec(LocalSpec("llemma"), 3.0),
                    MemberSpec(BuiltinSpec()),
                    MemberSpec(EndpointSpec(BaseUrl(URL), "m"), 0.5),
                )
            ),
        ),
    ],
)
def test_what_is_meant(text: str, spec: PolicySpec) -> None:
    assert parse(text) == spec
    assert str(spec) == text


@given(SINGLE)
def test_names_are_read_back(spec: Single) -> None:
    assert single(str(spec)) == spec


@given(MIXTURES)
def test_mixtures_are_read_back(spec: MixtureSpec) -> None:
    assert parse(str(spec)) == spec


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("bultin", "no policy is called `bultin`", "Did you mean `builtin`?"),
        ("llema", "no policy is called `llema`", "Did you mean `llemma`?"),
        ("llemma-43b", "no policy is called `llemma-43b`", "Did you mean `llemma-34b`?"),
        ("", "no policy is called ``", "Known: builtin"),
        ("hf:", "no policy is called `hf:`", "Known: builtin"),
        ("mix:", "no policy is called ``", "Known: builtin"),
        ("mix:llemma+bultin", "no policy is called `bultin`", "Did you mean `builtin`?"),
        ("mix:mix:llemma", "no policy is called `mix:llemma`", "llemma"),
        ("mix:llemma*x+builtin", "`x` is no share", "mix:llemma*3+builtin"),
        ("mix:llemma*0", "the share of `llemma` is 0.0", "above 0"),
        ("mix:llemma*nan", "the share of `llemma` is nan", "above 0"),
        ("mix:llemma*inf", "the share of `llemma` is inf", "above 0"),
        ("http://localhost:8000", "an address is no policy", "endpoint:http://"),
        ("endpoint:", "`` is no address", URL),
        ("endpoint:localhost:8000", "`localhost:8000` is no address", URL),
        ("endpoint:ftp://a", "`ftp://a` is no address", URL),
        ("endpoint:http://", "`http://` is no URL", URL),
        ("endpoint:http://a:b", "`http://a:b` is no URL", URL),
        ("endpoint:http://a:99999", "`http://a:99999` is no URL", URL),
        ("endpoint:http://[::1", "`http://[::1` is no URL", URL),
        ("endpoint:http://a b", "`http://a b` is no URL", URL),
    ],
)
def test_what_means_nothing(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        parse(text)
    assert message in raised.value.message
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "endpoint:http://me:secret@host",
        "endpoint:me:secret@host",
        "endpoint:http://host/?key=secret",
        "http://me:secret@host",
        "mix:endpoint:http://me:secret@host+builtin",
    ],
)
def test_a_password_is_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as raised:
        parse(text)
    assert "secret" not in raised.value.message + raised.value.hint


def test_the_signs_of_mixtures_are_not_for_names_in_them() -> None:
    with pytest.raises(InputError, match="can't be in a mixture"):
        MemberSpec(LocalSpec("a+b"))


@pytest.mark.parametrize(
    ("url", "models"),
    [
        (URL, f"{URL}/v1/models"),
        (f"{URL}/", f"{URL}/v1/models"),
        (f"{URL}/v1", f"{URL}/v1/models"),
        (f"{URL}/v1/", f"{URL}/v1/models"),
        ("https://host/api/v1beta/openai/", "https://host/api/v1beta/openai/models"),
    ],
)
def test_where_the_protocol_is(url: str, models: str) -> None:
    assert BaseUrl(url).to("models") == models
