"""What all connectors share: records, errors, contract, HTTP, paging, picking fields."""
