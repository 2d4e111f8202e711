"""Charts: titles that say the finding, alternative text, one function each."""
