"""Pages of the phone, a file per tab."""
