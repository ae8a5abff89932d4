"""Tests of publishing: versions, manifests, the folder build/ and S3."""
