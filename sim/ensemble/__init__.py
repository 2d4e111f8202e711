"""Many runs of one scenario: who draws what, who computes it, and where it is kept."""
