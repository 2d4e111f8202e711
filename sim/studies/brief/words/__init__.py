"""The words of a brief, and the page they are set on: HTML, Markdown, Word, PowerPoint."""
