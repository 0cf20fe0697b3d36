"""CRMs that are read as a profile says: SberCRM, and any other one that has an API of lists.

A profile is a text in YAML (docs/profiles.md): how to sign in, how lists are asked for and walked,
and how each attribute reads in our words. It is data; nothing in it is run.

What is known of SberCRM is in docs/sbercrm.md: its maker publishes no description of the API, so
that its profile is an experiment, which has been tried on our sandbox alone.
"""

from connectors.profiled.client import Generic, SberCrm
from connectors.profiled.reading import BadProfile

__all__ = ["BadProfile", "Generic", "SberCrm"]
