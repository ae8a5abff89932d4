"""What can be reviewed: designs, templates, published versions, git, deployed stacks and live tables, as sides."""
