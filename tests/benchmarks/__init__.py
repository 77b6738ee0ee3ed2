"""Speed and accuracy of the parts, as ratios to named baselines: `make bench`."""

# Before anything here loads numpy: it says how many threads matrices get, and a worker gives them one.
import knowledge_base as knowledge_base
