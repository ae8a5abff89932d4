"""What CloudFormation must be allowed for a template: from the registry's schemas, narrowed to what is in use."""
