"""The tool about itself: keys, schemas, templates, the catalog as rows, integrity."""
