"""One resource of a template without the others."""

from __future__ import annotations

from cfn_table.pipeline.sources.alone import needs_of, side_of_one
from cfn_table.review.side import Side
from cfn_table.synth.read import read_template

TEXT = """\
Parameters:
  Name: {Type: String}
  Stage: {Type: String}
  Other: {Type: String}
Mappings:
  Units: {prod: {read: 5}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsBig: !And [!Condition IsProd, !Condition IsBig]
  Unused: !Equals [!Ref Other, x]
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Condition: IsBig
    Properties:
      TableName: !Sub "${Name}-${!Other}-${AWS::Region}"
      Capacity: !FindInMap [Units, prod, read]
      Arn: !GetAtt Topic.TopicArn
  Topic: {Type: AWS::SNS::Topic}
Outputs:
  Arn: {Value: !GetAtt Table.Arn}
"""


def test_what_a_resource_needs() -> None:
    """Through conditions, in whatever form it refers; other resources are named apart."""
    data = read_template(TEXT).data
    sections, others = needs_of(data, data["Resources"]["Table"])
    assert {"Parameters": ["Name", "Stage"], "Conditions": ["IsProd", "IsBig"], "Mappings": ["Units"]} == {
        section: list(each) for section, each in sections.items()
    }
    assert ("Topic",) == others


def test_the_places_stay() -> None:
    """The text is the same, and so are the lines of what is left; the side that it came from is as it was."""
    whole = Side("t.yaml", read_template(TEXT, "t.yaml"), contract={"design": "x"}, version="1.0.0")
    side = side_of_one(whole, "Table")
    assert {"Parameters", "Mappings", "Conditions", "Resources"} == side.data.keys()
    assert ["Table"] == list(side.data["Resources"])
    assert side.template is not None
    assert "t.yaml:12:3" == str(side.template.locate(("Resources", "Table")))
    assert (None, "") == (side.contract, side.version)
    assert {"Table", "Topic"} == whole.data["Resources"].keys()
    assert whole == side_of_one(whole, "Nobody")
