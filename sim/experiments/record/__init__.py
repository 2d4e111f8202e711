"""The model held against the record: forecasts scored, patterns looked for."""
