"""`python -m cfn_table`."""

from cfn_table.cli import main

main()
