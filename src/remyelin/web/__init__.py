"""The web page: one application on the loopback interface, drawn by hand-written modules without a build step."""
