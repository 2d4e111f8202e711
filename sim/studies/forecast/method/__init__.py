"""The forecast registered, judged, and the census it is held against."""
