"""The circle, the cap, the tax change and the package, in a minute."""
