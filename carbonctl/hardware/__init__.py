"""Bills of materials: what devices and machines are made of, and the carbon of making it."""
