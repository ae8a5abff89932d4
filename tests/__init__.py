"""The tests of cfn-table, in folders named after what they test."""
