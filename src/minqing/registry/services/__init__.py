"""What is done to files: registering, editing, moving, tagging, importing."""
