"""Bills of materials: what devices and systems are made of, and the carbon of making it."""
