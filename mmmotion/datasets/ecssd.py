"""ECSSD, salient objects before structured backgrounds."""

from typing import Any

from mmmotion.registry import DATASETS

from .image_seg_dataset import ImageSegDataset


@DATASETS.register_module()
class ECSSD(ImageSegDataset):
    """ECSSD as its archives unpack, 1,000 images.

    ::

        <data_root>/
            images/<image>.jpg
            ground_truth_mask/<image>.png

    Source: Shi, Yan, Xu, Jia, "Hierarchical Image Saliency Detection on
    Extended CSSD", PAMI 2016.

    Args:
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`ImageSegDataset`.
    """

    def __init__(
        self,
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of ImageSegDataset
    ) -> None:
        prefix = dict(img='images', mask='ground_truth_mask')
        kwargs.setdefault('num_images', 1000)
        super().__init__(data_prefix=prefix | (data_prefix or {}), **kwargs)
