import numpy as np

from knowledge_base.leaning import Leaning


def test_what_tells_entries_apart_counts_more():
    rows = np.array([[0.8, 0.6, 0], [0.8, 0, 0.6], [-0.8, 0.6, 0], [-0.8, 0, 0.6]], dtype=np.float32)
    leaning = Leaning(rows, np.array([0, 0, 1, 1]))
    leant = leaning.of(rows)
    assert leant[0] @ leant[1] > rows[0] @ rows[1]
    assert leant[0] @ leant[2] < rows[0] @ rows[2]
    assert np.allclose(np.linalg.norm(leant, axis=1), 1)
    assert np.allclose(leaning.of(rows[2]), leant[2])


def test_what_says_nothing_stays_nothing():
    nothing = np.zeros((3, 4), dtype=np.float32)
    assert not Leaning(nothing, np.array([0, 1, 1])).of(nothing).any()
    assert not Leaning(np.eye(4, dtype=np.float32), np.arange(4)).of(nothing[0]).any()
