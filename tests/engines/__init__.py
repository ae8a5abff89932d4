"""Real engines for tests: AWS's own DynamoDB Local, MiniStack for CloudFormation, and the real AWS CLI.

Each lives in a folder of its own outside of git (`install`), since their dependencies contradict those of cfn-lint and
moto, and runs in a process of its own (`servers`, `aws_cli`). Where one cannot be had, `require` decides whether that
skips the test or fails it.
"""
