"""One payslip: a year's take-home pay by engagement route."""
