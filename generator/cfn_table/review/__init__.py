"""What a change of a template or a design does to data, dependents and permissions, and the steps that deploy it."""
