"""The district of the flow's tests."""

from tests.demands.conftest import world

__all__ = ["world"]
