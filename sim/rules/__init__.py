"""Rules: pure functions of numbers and arrays. No Mesa, no state, no clock."""
