"""DUT-OMRON, one or more salient objects before a complex background."""

from typing import Any

from mmmotion.registry import DATASETS

from .image_seg_dataset import ImageSegDataset


@DATASETS.register_module()
class DUTOMRON(ImageSegDataset):
    """DUT-OMRON as its archives unpack, 5,168 images.

    ::

        <data_root>/
            DUT-OMRON-image/<image>.jpg
            pixelwiseGT-new-PNG/<image>.png

    Source: Yang et al., "Saliency Detection via Graph-Based Manifold
    Ranking", CVPR 2013.

    Args:
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`ImageSegDataset`.
    """

    def __init__(
        self,
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of ImageSegDataset
    ) -> None:
        prefix = dict(img='DUT-OMRON-image', mask='pixelwiseGT-new-PNG')
        kwargs.setdefault('num_images', 5168)
        super().__init__(data_prefix=prefix | (data_prefix or {}), **kwargs)
