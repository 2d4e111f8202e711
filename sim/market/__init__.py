"""The market: boroughs, their pledge and the workforce, month by month. Mesa lives here."""
