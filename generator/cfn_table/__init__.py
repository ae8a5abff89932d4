"""cfn-table: describe a DynamoDB table once, get CloudFormation that is linted, versioned, reviewed, proven and importable."""

from __future__ import annotations

__version__ = "0.1.0"
