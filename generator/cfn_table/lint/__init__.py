"""The gate that every template passes before it is published: cfn-lint, and the laws that cfn-lint does not know.

`runner` decides about one text, `pool` and `worker` do so in other processes, `verdicts` remembers decisions, and each
file of `rules` is one law about the template. Importing this package imports none of them: cfn-lint is slow to load.
"""
