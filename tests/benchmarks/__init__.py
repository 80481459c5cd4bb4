"""What the library costs beside its peers: ``python -m tests.benchmarks [part]`` prints a table for each part."""
