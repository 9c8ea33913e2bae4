"""``python -m samenspraak`` is the command ``samenspraak``, for starting it without its script."""

from samenspraak.cli import main

if __name__ == "__main__":
    main(prog_name="samenspraak")
