"""The sequence of templates that CloudFormation can deploy one after another to get from one template to another.

    rollout = plan(old, new)
    for step in rollout.steps:          # the last one's template is the new one
        step.template, step.command, step.wait, step.back

An update in one step fails, or takes away what is still used, because of these laws:

- DynamoDB makes or deletes one global secondary index of a table at a time, and CloudFormation refuses an update with
  more (API reference, UpdateTable; template reference, AWS::DynamoDB::Table). Tables count each for themselves.
- An index whose key or projection changes is another index; under the same name it must go before it comes (template
  reference, GlobalSecondaryIndex).
- The time to live takes one change per hour; another attribute takes two (API reference, UpdateTimeToLive).
- An export that is imported can neither be removed nor change its value (User Guide, Fn::ImportValue).
- Another view of a stream is another stream, with another ARN (Developer Guide, DynamoDB Streams).
- What is replaced or removed is deleted where its policies do not say Retain, and not at all where it is protected
  (User Guide, DeletionPolicy and UpdateReplacePolicy).
- A global table takes one change of its replicas at a time (template reference, AWS::DynamoDB::GlobalTable).

So the order is:

1. Retain what is replaced or goes; switch off its protection; switch off a time to live whose attribute changes.
2. Indexes that readers need, one by one, on top of the old template. Whatever else changes comes with the last of them:
   policies, alarms and outputs can name an index from the update on that makes it, since they depend on the table.
3. From there on the template is the new one with what goes held back: exports, resources, indexes, and what policies
   allow on these indexes. The billing mode becomes on-demand before step 2 and provisioned in the last step, so that
   no index ever needs a throughput that neither template states.
4. Old exports, in a step of their own: CloudFormation finds out about importers late, and would undo the other changes.
   They go before the indexes, since an export may name one, and whoever imports it is a reader.
5. A stream whose view changes: off, then on.
6. Indexes that go, one by one; then those that could only come when others have gone.
7. The new template, exactly.

Where nothing leads there (the key of a named table, a local secondary index, the resource's type), `Rollout.obstacles`
says why and `Rollout.migration` has the way around it.
"""

from __future__ import annotations

from cfn_table.review.rollout.plan import plan
from cfn_table.review.rollout.values import Migration, Obstacle, Rollout, Step

__all__ = ["Migration", "Obstacle", "Rollout", "Step", "plan"]
