"""Does the vicious circle close, and which link holds it together?"""
