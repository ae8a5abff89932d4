"""The hook of everything.yaml: a topic for the alarms' readers, beside what the design makes."""

from troposphere import GetAtt, Output, Template, sns

from cfn_table import Design


def add_topic(template: Template, design: Design) -> None:
    """Add an SNS topic and its output."""
    topic = template.add_resource(sns.Topic("NewsTopic", DisplayName=f"News of {design.name}"))
    template.add_output(Output("NewsTopicArn", Value=GetAtt(topic, "TopicArn")))
