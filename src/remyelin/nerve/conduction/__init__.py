"""Conduction of populations of fibres in healthy and lesioned nerves."""
