"""``python -m remyelin``."""

from remyelin.commands.start import main

main()
