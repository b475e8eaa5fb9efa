"""Routes of the web page, named like the view that asks them; `quick` and `jobs` serve several."""
