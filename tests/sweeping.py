"""Garbage is looked for among what tests make, not over and over in all the code that was loaded,
which took an eighth of their time; a pytest plugin."""

import gc

gc.set_threshold(10_000, 20, 100)  # as `kam-sync` itself does


def pytest_collection_finish() -> None:
    """Leave alone, from now on, what is there."""
    gc.collect()
    gc.freeze()
