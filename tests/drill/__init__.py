"""The fault drill: a running installation is broken in every way that we fear, and judged."""
