"""The next census, forecast before it is known, and scored after."""
