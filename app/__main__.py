"""Starts the command line: `yihu`, or `python -m app`."""

import gc


def main() -> None:
    """Load everything with the garbage collector off, which finds nothing then and takes a sixth of the time."""
    gc.disable()
    from app import cli  # noqa: PLC0415 - after that

    gc.enable()
    cli.main()


if __name__ == "__main__":
    main()
