"""Tools without biology: writing files and folders, text from outside on a terminal."""
