"""Lists of materials of ACT's."""
