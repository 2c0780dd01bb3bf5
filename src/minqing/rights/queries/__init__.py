"""What is asked of rights: codes, one's own file, requests, counts."""
