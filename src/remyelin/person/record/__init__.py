"""Dated record of one person: laboratory values, findings, studies, treatments, as they were written down."""

from remyelin.person.record.entries import KINDS, Entry, NotUnderstood, Record
from remyelin.person.record.from_case import record_of_case, understood
from remyelin.person.record.reading import load_record, parse_csv, parse_record_toml, read_record
from remyelin.person.record.schema import json_schema, template
from remyelin.person.record.writing import to_csv

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
    "understood",
]
