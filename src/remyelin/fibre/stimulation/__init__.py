"""What is done to a fibre: sources of current, fields from outside, their courses in time."""
