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

_OF_TRAINING = ("e_compute", "rated_power", "power_floor", "k_compute")
BY_MFU = ("mfu", "recomputed", "exposed_communication", *_OF_TRAINING)
BY_HFU = ("hfu", "exposed_communication", *_OF_TRAINING)
