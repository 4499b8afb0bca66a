import io

import numpy as np
from PIL import Image

from mmmotion.structures import encode_labels


def test_a_png_holds_the_labels_as_indices():
    labels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    with Image.open(io.BytesIO(encode_labels(labels))) as image:
        assert image.mode == 'P'
        np.testing.assert_array_equal(np.array(image), labels)
        assert image.convert('RGB').getpixel((1, 0)) == (128, 0, 0)
