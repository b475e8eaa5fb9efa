"""Lesions and repair: functions from fibre to fibre."""
