"""Questions, a room each: the work, the words, the chart, and the doors to them."""
