"""From a `Design` to a troposphere `Template`, and to its text."""
