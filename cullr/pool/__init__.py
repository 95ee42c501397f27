"""Pictures are decoded in worker processes: a decoder that crashes or hangs costs one photo, never the run."""

from cullr.pool.crew import Crew
from cullr.pool.jobs import Job, Measured, Outcome, Rendered, RenderOrder

__all__ = ["Crew", "Job", "Measured", "Outcome", "RenderOrder", "Rendered"]
