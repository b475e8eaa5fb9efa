"""Dated record of one person: laboratory values, findings, studies, treatments, as they were written down."""

from remyelin.record.entries import KINDS, Entry, NotUnderstood, Record
from remyelin.record.from_case import record_of_case
from remyelin.record.reading import load_record, parse_csv, parse_record_toml, read_record, to_csv
from remyelin.record.schema import json_schema, template

__all__ = [
    "KINDS",
    "Entry",
    "NotUnderstood",
    "Record",
    "json_schema",
    "load_record",
    "parse_csv",
    "parse_record_toml",
    "read_record",
    "record_of_case",
    "template",
    "to_csv",
]
