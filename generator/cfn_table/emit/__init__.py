"""Texts for people and programs that are made from a design, beside its template."""
