"""The sampler, its targets, and what it keeps."""
