"""The shades of London's map and where they change, for whatever draws it."""

from __future__ import annotations

from sim.domain.vocabulary import TARGET_PERMANENT_SHARE

SHADES = ("#E4ECF5", "#B3CBE4", "#6F9DCB", "#2F6699", "#12436D")
"""Light to dark, one hue: told apart without colour vision, and in grey."""
PERMANENT_EDGES = (0.6, 0.7, 0.8, TARGET_PERMANENT_SHARE)
