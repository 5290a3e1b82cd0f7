"""Embodied carbon by itself: the bills of devices, of systems, and of other tools' lists."""

from carbonctl.embodied.report import Bill

__all__ = ["Bill"]
