"""What figures of models follow from, by name: the arguments of kernels in their order.

They stand apart from the kernels, which only workloads with a model need.
"""

# Of a step of a replica: its load.
LOAD = ("batch", "input_tokens", "output_tokens", "cached_input")
# What a step is made of, apart from its load: times at a speedup of 1 [s], counts, layers.
PARTS = (
    "replica_devices", "weights_s", "experts_s", "chosen_share", "cache_s", "state_s",
    "full_layers", "window_layers", "window", "token_s", "position_s", "fixed_s", "sequence_s",
)  # fmt: skip
# What its power follows from, beside the times.
OF_POWER = ("rated_power", "power_floor", "k_memory", "k_compute")

# What they are, in words.
SAID = {
    "replica_devices": "devices of the replica",
    "weights_s": "reading all weights but those of routed experts",
    "experts_s": "reading all routed experts",
    "chosen_share": "of the routed experts, for a token",
    "cache_s": "reading a position of a sequence",
    "state_s": "reading and writing the recurrent state of a sequence",
    "full_layers": "that attend to all tokens",
    "window_layers": "that attend to a window of tokens",
    "window": "tokens of it",
    "token_s": "computing a token",
    "position_s": "attention of a token to a position",
    "fixed_s": "fixed time of a step: scheduler and layers",
    "sequence_s": "fixed time of a step for each sequence",
    "power_floor": "of rated power, with nothing to do",
    "k_memory": "exponent of power per share of time that memory is busy",
    "k_compute": "exponent of power per share of time that arithmetic is busy",
    "e_compute": "share of the peak that busy arithmetic reaches",
    "recomputed": "FLOP done over FLOP of the model",
}

_OF_TRAINING = ("e_compute", "rated_power", "power_floor", "k_compute")
BY_MFU = ("mfu", "recomputed", "exposed_communication", *_OF_TRAINING)
BY_HFU = ("hfu", "exposed_communication", *_OF_TRAINING)
