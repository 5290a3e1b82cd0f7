"""``python -m carbonctl``."""

from carbonctl.cli import main

if __name__ == "__main__":
    main()
