"""One module per group of use cases: codes, sessions, requests, carrying out, copies."""
