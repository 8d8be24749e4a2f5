"""Backups, the doctor, and deriving what stands in the record again."""
