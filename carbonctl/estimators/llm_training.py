"""``kind: llm_training``: training or tuning of a language model, from its tokens.

FLOP follow from parameters and tokens, device time from them and the share of the peak that
training reaches (MFU), which is that of published runs unless it is given.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from carbonctl.estimators.base import ActivityContext, ActivityData, ActivityError, repeated
from carbonctl.estimators.language_model import Known, ModelFields, known_model
from carbonctl.estimators.machine_fields import OnMachine
from carbonctl.estimators.trained_model import Trainer
from carbonctl.numbers.quantities import Quantity, grouped, of
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional


class ReinforcementLearning(Spec):
    """Reinforcement learning: answers are sampled, and the model is updated on them."""

    prompts: f.PositiveTokens = Field(description="prompts of the whole run")
    samples: f.PositiveTokens = Field(description="answers that are sampled for each prompt")
    input_tokens: f.Tokens | None = optional("tokens of a prompt, mean; 0 unless given")
    output_tokens: f.AnswerTokens = Field(description="tokens of one answer, mean")
    batch: f.PositiveCount | None = optional("answers in flight in one replica, mean")
    reference_model: f.Switch | None = optional(
        "whether a frozen copy scores each answer: one more forward pass"
    )


class LlmTraining(ModelFields, OnMachine):
    """Training or tuning of a language model: by its tokens and devices."""

    tokens: f.Corpus | None = optional("tokens of one epoch; not with rl")
    epochs: f.PositiveCount | None = optional("how often they are passed; 1 unless given")
    method: f.Method | None = optional(
        "what is updated: all weights, or an adapter; full unless given"
    )
    devices: f.WholeDevices = Field(
        description="devices in all: for wall time and memory; device time does not depend on it"
    )
    sequence: f.PositiveTokens | None = optional(
        "tokens of a sequence, for attention; 4096 unless given, or the context where that is less"
    )
    mfu: f.Utilization | None = optional(
        "model FLOP over peak bf16 FLOP of the time that computes; that of published runs "
        "unless given"
    )
    hfu: f.Utilization | None = optional("the same with the FLOP of recomputation, instead of mfu")
    recompute: f.Recompute | None = optional(
        "how much is computed again in the backward pass; none unless given"
    )
    exposed_communication: f.Loss | None = optional(
        "share of device time in which nothing computes; with mfu"
    )
    restarts: f.Ratio | None = optional(
        "device time added by restarts and failed runs, as a share of it; with mfu"
    )
    rl: ReinforcementLearning | None = optional("reinforcement learning, instead of tokens")

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.mfu is not None and self.hfu is not None:
            raise ValueError("give `mfu` or `hfu`, not both")
        if (self.tokens is None) == (self.rl is None):
            raise ValueError("what is trained on? give `tokens`, or `rl`")
        if self.rl is not None and (key := self.first_given("epochs", "sequence")):
            raise ValueError(f"`{key}` has no use with rl, whose answers are passed once")
        return self

    def delivered(self, unit: str) -> Quantity | None:
        """Return how many tokens it trains on, repeats included; None of other units."""
        if unit not in ("token", "tokens"):
            return None
        try:
            return repeated(self, "", self.tokens_once())
        except ActivityError:  # said of the activity itself
            return None

    def tokens_once(self) -> Quantity:
        """Return the tokens of all epochs, or of all prompts and answers that are sampled."""
        if self.tokens is not None:
            return of(self.tokens) if self.epochs is None else of(self.tokens) * self.epochs
        assert self.rl is not None
        answers, length = of(self.rl.prompts) * self.rl.samples, of(self.rl.output_tokens)
        prompt = self.rl.input_tokens
        return answers * (length if prompt is None else grouped(of(prompt), length))


MODEL = LlmTraining


def activity_data(activity: LlmTraining, setting: ActivityContext) -> ActivityData:
    """Return what training on tokens draws and occupies.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    known = known_model(activity, setting)
    if not isinstance(known, Known):
        message = f"{known.name} is closed: give `parameters` instead of `model`"
        raise ActivityError.at(f"{setting.path}.model", message)
    return Trainer(activity, setting, known).data()
