"""The commands, one file each; heavy imports happen inside the functions, so that ``--help`` stays fast."""
