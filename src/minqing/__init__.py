"""民情 Minqing: a county governs at the doorstep."""
