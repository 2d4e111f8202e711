"""The trial, and the files it keeps."""
