"""Groups whose best frame is known, made from real photos by controlled harm, and how often the rules agree."""
