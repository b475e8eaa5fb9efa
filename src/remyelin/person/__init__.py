"""One human being, from case file to course."""
