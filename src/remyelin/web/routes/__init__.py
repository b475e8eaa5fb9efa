"""Routes of the web page, one file a view."""
