"""carbonctl: from a YAML description of an AI workload to a carbon account."""

__all__ = ["__version__"]

__version__ = "0.1.0"
