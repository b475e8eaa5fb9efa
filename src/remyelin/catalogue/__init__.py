"""Names of things: causes, pathways, markers, plans, and the variables of a course.

Each name stands here once, with its label, its colour and what kind of thing it is. There are no numbers of biology in
this room, and nothing heavy is imported.
"""
