"""What a user of dlt would write for the same lists; first_load.py runs it in dlt's own Python.

The REST source of dlt, all else as it comes: `append`, its own default, which is also its quickest
way of writing. Prints one line of JSON: its version, the seconds of the run alone, rows by table.

    python dlt_load.py URL TOKEN POSTGRES_URL FOLDER NESTING    (NESTING: 0 or default)
"""

import json
import sys
from time import monotonic
from typing import Any

import dlt
from dlt.sources.rest_api import rest_api_source

_NOUNS = ("companies", "contacts", "leads")


def main(url: str, token: str, database: str, folder: str, nesting: str) -> None:
    """Load the three lists into a database that is still empty."""
    limits = {} if nesting == "default" else {"max_table_nesting": int(nesting)}
    source = rest_api_source(_lists(url, token), **limits)
    pipeline = dlt.pipeline(
        "first_load",
        destination=dlt.destinations.postgres(database),
        dataset_name="amocrm",
        pipelines_dir=folder,
    )
    began = monotonic()
    pipeline.run(source).raise_on_failed_jobs()
    seconds = monotonic() - began
    rows = dict(pipeline.last_trace.last_normalize_info.row_counts)
    sys.stdout.write(json.dumps({"version": dlt.__version__, "seconds": seconds, "rows": rows}))


def _lists(url: str, token: str) -> dict[str, Any]:
    pages = {
        "type": "page_number",
        "base_page": 1,
        "total_path": None,
        "stop_after_empty_page": True,
    }
    return {
        "client": {
            "base_url": f"{url}/api/v4/",
            "auth": {"type": "bearer", "token": token},
            "paginator": pages,
        },
        "resource_defaults": {
            "primary_key": "id",
            # amoCRM ends a list with 204 and no body
            "endpoint": {"response_actions": [{"status_code": 204, "action": "ignore"}]},
        },
        "resources": [_list(noun) for noun in _NOUNS],
    }


def _list(noun: str) -> dict[str, Any]:
    params: dict[str, Any] = {"order[id]": "asc", "limit": 250}
    if noun == "leads":
        params["with"] = "contacts"
    endpoint = {"path": noun, "params": params, "data_selector": f"_embedded.{noun}"}
    return {"name": noun, "endpoint": endpoint}


if __name__ == "__main__":
    main(*sys.argv[1:])
