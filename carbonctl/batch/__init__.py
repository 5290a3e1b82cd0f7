"""Many workloads: one after the other or in several processes."""
