"""Pictures are decoded in worker processes: a decoder that crashes or hangs costs one photo, never the run."""

from cullr.pool.jobs import Job, Measured, Outcome, Reading, Rendered, RenderOrder

__all__ = ["Job", "Measured", "Outcome", "Reading", "RenderOrder", "Rendered"]
