"""From a file of designs to what is compared: axes over a workload, or a table with figures."""
