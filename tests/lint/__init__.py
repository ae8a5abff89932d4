"""Tests of the lint gate."""
