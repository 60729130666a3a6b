"""Starts the command line: `yihu`, or `python -m app`."""

import gc


def main() -> None:
    """Load everything with the garbage collector off, which finds nothing then and takes a sixth of the time."""
    gc.disable()
    from app import cli  # noqa: PLC0415 - after that

    gc.freeze()  # it stays: else this process and each of its forks would look through it, a fifth of a second each
    gc.enable()
    cli.main()


if __name__ == "__main__":
    main()
