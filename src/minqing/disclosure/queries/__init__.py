"""What links an official to a file, who judges a broken glass, and the lists of the pages."""
