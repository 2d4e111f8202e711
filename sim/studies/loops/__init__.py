"""How strong each link and loop of the circle is, and which dominates when."""
