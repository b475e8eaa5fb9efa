"""``python -m remyelin``."""

from remyelin.cli.start import main

main()
