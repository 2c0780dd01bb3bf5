"""The pages of accounts: signing in, showing again who one is, and one's own account."""
