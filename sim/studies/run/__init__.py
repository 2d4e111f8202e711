"""An ensemble of a scenario."""
