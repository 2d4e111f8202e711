"""What verification does: runs a result again, and looks at every part of what was kept."""
