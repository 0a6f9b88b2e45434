"""Makes the policy that the user named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.policy.model_options import ModelOptions
from prover.policy.policy import Policy
from prover.policy.spec import BuiltinSpec, EndpointSpec, LocalSpec, MixtureSpec, PolicySpec


@asynccontextmanager
async def open_policy(
    spec: PolicySpec, options: ModelOptions | None = None
) -> AsyncIterator[Policy]:
    """The policy for as long as the block lasts; what it has of its own is before `options`.

    Raises `InputError` for options that don't fit it, `SetupError` when a model is not
    here or its server does not answer.
    """
    options = options or ModelOptions()
    if not isinstance(spec, MixtureSpec):
        options = options.changed(dict(spec.own))
    match spec:
        case BuiltinSpec():
            yield BuiltinPolicy(seed=options.seed)
            return
        case LocalSpec():
            opened = _local(spec, options)
        case EndpointSpec():
            opened = _endpoint(spec, options)
        case MixtureSpec():
            opened = _mixture(spec, options)
    async with opened as policy:
        yield policy


# Templates need YAML, models torch, servers an HTTP client: seconds that the built-in policy does
# not cost.


@asynccontextmanager
async def _local(spec: LocalSpec, options: ModelOptions) -> AsyncIterator[Policy]:
    from prover.policy.language_model import LanguageModelPolicy
    from prover.policy.local.transformers_generator import TransformersGenerator
    from prover.policy.model_options import DecodingOptions, ModelSpec
    from prover.policy.prompts import default_for, named

    template = named(options.template) if options.template else default_for(spec.model)
    temperature = options.temperature or 0.0
    decoding = DecodingOptions(temperature, options.top_p, options.seed, options.max_tokens)
    choice = ModelSpec(spec.model, bits=options.bits)
    generator = await asyncio.to_thread(TransformersGenerator.load, choice, decoding)
    try:
        yield LanguageModelPolicy(
            generator,
            template,
            completions=options.samples,
            completion_tokens=options.max_tokens,
            repairs=options.repair,
        )
    finally:
        await generator.close()


@asynccontextmanager
async def _endpoint(spec: EndpointSpec, options: ModelOptions) -> AsyncIterator[Policy]:
    from prover.policy.language_model import LanguageModelPolicy
    from prover.policy.prompts import default_for, named
    from prover.policy.remote.openai_generator import open_endpoint

    # A wrong name is told before the server is asked.
    template = named(options.template) if options.template else None
    async with open_endpoint(spec.address, spec.model, options) as generator:
        yield LanguageModelPolicy(
            generator,
            template or default_for(generator.model, chat=generator.chat),
            completion_tokens=generator.answer_tokens,
            repairs=options.repair,
        )


@asynccontextmanager
async def _mixture(spec: MixtureSpec, options: ModelOptions) -> AsyncIterator[Policy]:
    from prover.policy.mixture import Member, MixturePolicy

    async with AsyncExitStack() as stack:
        members = [
            Member(await stack.enter_async_context(open_policy(one.policy, options)), one.share)
            for one in spec.members
        ]
        yield MixturePolicy(members)
