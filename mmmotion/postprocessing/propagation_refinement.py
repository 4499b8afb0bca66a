"""Masks of a video carried along by features that were adapted to it."""

import zlib
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.logging import print_log
from torch import Tensor

from mmmotion.flow.file_names import encode_name
from mmmotion.flow.frames import read_frame
from mmmotion.registry import MODELS, POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .contrast_tuning import tune_features
from .dynamic_refinement import (
    RefinedLabels,
    label_errors,
    refine_labels,
    stretch_labels,
)
from .frame_encoder import FrameEncoder
from .postprocessor import Postprocessor
from .video_tokens import VideoTokens, check_encoder


@POSTPROCESSORS.register_module()
class PropagationRefinement(Postprocessor):
    """Correct masks by what the frames look like: test-time adaptation.

    For each video: the key frame is the one whose masks agree best with those
    of its neighbours when features of DINO carry them; the last blocks of the
    encoder are trained to tell the objects of the video from their
    surroundings, with its own masks as labels; and the masks of the key frame
    are carried to all others, mixed with those of frames that agree. No
    annotation is read. Every video starts from the given weights, so that the
    order of videos makes no difference (the release goes on training one
    model from video to video).

    It works after any method whose first region is the background, once a
    video, with the loops by video; ``AdaptLoop(num_steps=0)`` stores what is
    done. ``DenseCRF`` may follow.

    Memory grows with the video by the tokens of its frames: 10 MB a frame for
    ViT-S/8 at 480 x 832 pixels, on the device of the masks.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, in the form of its
    release.

    Args:
        encoder: Config of a ``ViTEncoder``, with its weights under
            ``init_cfg``; without, they are random, which is logged.
        data_preprocessor: ``mean`` and ``std`` of the frames, as for
            ``MotionDataPreprocessor``.
        short_side: Shorter side of the frames that the encoder sees.
        side_multiple: The longer side is rounded down to a multiple of it.
        num_blocks: Number of blocks that are trained, from the last one.
        num_steps: Iterations of the training; 0 leaves the features as they
            are.
        num_warmup: Iterations in which the rate rises to that of the config.
        max_gap: Largest distance of two frames that are contrasted.
        optim_wrapper: Config of the optimizer; Adam with a rate of 1e-5 if
            None.
        loss: Config of the loss; ``LabelContrastLoss`` if None.
        radius: See ``propagate_labels``.
        top_k: See ``propagate_labels``.
        temperature: See ``propagate_labels``.
        num_last: See ``refine_labels``.

    Raises:
        TypeError: If the encoder is of another kind.
        ValueError: If a number is out of its range.
    """

    def __init__(
        self,
        encoder: dict,
        data_preprocessor: dict | None = None,
        short_side: int = 480,
        side_multiple: int = 64,
        num_blocks: int = 2,
        num_steps: int = 1000,
        num_warmup: int = 100,
        max_gap: int = 5,
        optim_wrapper: dict | None = None,
        loss: dict | None = None,
        radius: int = 12,
        top_k: int = 5,
        temperature: float = 0.1,
        num_last: int = 7,
    ) -> None:
        least = dict(num_steps=0, num_warmup=0, radius=0)
        for key, value in dict(
                short_side=short_side,
                side_multiple=side_multiple,
                num_steps=num_steps,
                num_warmup=num_warmup,
                max_gap=max_gap,
                radius=radius,
                top_k=top_k,
                num_last=num_last,
        ).items():
            if value < least.get(key, 1):
                raise ValueError(
                    f'expected {key} to be at least {least.get(key, 1)}, got '
                    f'{value}'
                )
        self.encoder = FrameEncoder(
            encoder, data_preprocessor=data_preprocessor
        )
        check_encoder(self.encoder.encoder, num_blocks)
        self.short_side = short_side
        self.side_multiple = side_multiple
        self.num_blocks = num_blocks
        self.loss = MODELS.build(loss or dict(type='LabelContrastLoss'))
        self.num_last = num_last
        self._tuning: dict[str, Any] = dict(
            optim_wrapper=optim_wrapper
            or dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-5)),
            num_steps=num_steps,
            num_warmup=num_warmup,
            max_gap=max_gap,
        )
        self._propagation = dict(
            radius=radius, top_k=top_k, temperature=temperature
        )

    def init_weights(self) -> None:
        """Load the weights of the encoder."""
        self.encoder.init_weights()

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Process one frame as a video of its own."""
        return self.process_video([masks], [inputs], [data_sample])[0]

    def process_video(
        self,
        masks: list[Tensor],
        inputs: list[dict[str, Tensor]],
        data_samples: list[MotionDataSample],
    ) -> list[Tensor]:
        """Adapt to a video and carry its masks from frame to frame.

        Returns:
            Soft masks (K, H0, W0) at the size of the original frames; those
            of the key frame are zeros and ones. A video without any object
            is left as it is.

        Raises:
            ValueError: If there is a single region, or no frame.
        """
        self.losses = []
        if len(masks[0]) < 2:
            raise ValueError(
                'PropagationRefinement needs a background and objects, got '
                'one region'
            )
        video = VideoTokens(self.encoder, self.num_blocks)
        labels, seen = [], []
        for mask, given, sample in zip(masks, inputs, data_samples):
            frame = _load_frame(given, sample).to(mask.device)
            grid = video.add(self._resize(frame))
            size = sample.get('ori_shape', tuple(frame.shape[-2:]))
            labels.append(_decide(mask, size))
            seen.append(_to_grid(labels[-1], grid, len(mask)))
        video_id = str(data_samples[0].get('video_id', ''))
        if not any(label.any() for label in labels):
            print_log(f'{video_id}: no object to refine', logger='current')
            return masks
        refined = self._refine(video, seen, zlib.crc32(encode_name(video_id)))
        del video  # before the results come, which are large as well
        key = refined.key_frame
        print_log(
            f'{video_id}: key frame {data_samples[key].get("frame_id", key)}, '
            f'{_describe(self.losses)}',
            logger='current',
        )
        enlarged = [
            self._enlarge(soft, label)
            for soft, label in zip(refined.labels, labels)
        ]
        enlarged[key] = _one_hot(labels[key], len(masks[0]))
        return enlarged

    def _refine(
        self, video: VideoTokens, masks: list[Tensor], seed: int
    ) -> RefinedLabels:
        """Train the features and carry masks (L, h, w) with them."""
        errors = label_errors(video.all_features(), masks, **self._propagation)
        self.losses = tune_features(
            video,
            [mask[1:] for mask in masks],
            self.loss.to(masks[0].device),
            seed=seed,
            **self._tuning,
        )
        return refine_labels(
            video.all_features(),
            masks,
            self.num_last,
            errors=errors,
            **self._propagation,
        )

    def _resize(self, frame: Tensor) -> Tensor:
        """Bring a frame (3, H, W) to the size that the encoder sees."""
        height, width = frame.shape[-2:]
        longer = self.short_side * max(height, width) / min(height, width)
        multiple = self.side_multiple
        longer = max(1, int(longer / multiple)) * multiple
        size = self.short_side, longer
        return F.interpolate(
            frame[None],
            size=size[::-1] if height > width else size,
            mode='bilinear',
        )[0]

    def _enlarge(self, soft: Tensor, label: Tensor) -> Tensor:
        """Bring labels (L, h, w) to the size of a map (H0, W0)."""
        patch = self.encoder.encoder.patch_size
        size = [side * patch for side in soft.shape[-2:]]
        stretched = stretch_labels(soft, size)
        # As the release; at 480p the sizes differ by a few columns.
        return F.interpolate(
            stretched[None], size=label.shape, mode='nearest-exact'
        )[0]


def _load_frame(
    inputs: dict[str, Tensor], data_sample: MotionDataSample
) -> Tensor:
    """The frame (3, H, W), RGB in 0..255, as it was before the pipeline."""
    path = data_sample.get('img_path')
    if path is not None:
        return torch.from_numpy(read_frame(path)).permute(2, 0, 1).float()
    if 'frames' not in inputs:
        raise ValueError(
            'PropagationRefinement needs frames, but the sample names no file '
            f'(img_path) and the inputs are {sorted(inputs)}: add LoadFrames '
            'to the test pipeline'
        )
    return inputs['frames'][0].float()


def _decide(masks: Tensor, size: Sequence[int]) -> Tensor:
    """Labels (H0, W0), 8 bits, of soft masks (K, h, w)."""
    large = F.interpolate(
        masks[None].float(), size=tuple(size), mode='bilinear'
    )
    return large[0].argmax(dim=0).byte()


def _one_hot(labels: Tensor, num_labels: int) -> Tensor:
    """Masks (L, H, W) of labels (H, W)."""
    index = torch.arange(num_labels, device=labels.device)
    return (labels == index[:, None, None]).float()


def _to_grid(labels: Tensor, grid: tuple[int, int], num_labels: int) -> Tensor:
    """Masks (L, h, w) of the labels (H, W) in the middle of each cell."""
    masks = _one_hot(labels, num_labels)
    return F.interpolate(masks[None], size=grid, mode='nearest-exact')[0]


def _describe(losses: Sequence[float]) -> str:
    if not losses:
        return 'features are not trained'
    return f'loss {losses[0]:.4g} -> {losses[-1]:.4g} in {len(losses)} steps'
