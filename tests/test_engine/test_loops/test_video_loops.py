import pytest
import torch
from mmengine.dataset import BaseDataset, ConcatDataset
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.postprocessing import Postprocessor
from mmmotion.registry import METRICS, MODELS, POSTPROCESSORS
from mmmotion.structures import MotionDataSample


class Halves(BaseSegmentor):
    """Left and right half, whatever the frame shows."""

    def segment(self, inputs):
        frames = inputs['frames'][:, 0]
        logits = torch.zeros(len(frames), 2, *frames.shape[-2:])
        logits[:, 1, :, frames.shape[-1] // 2:] = 9
        logits[:, 0, :, :frames.shape[-1] // 2] = 9
        return logits

    def loss(self, inputs, data_samples):
        return dict(loss_none=inputs['frames'].sum() * 0)


class NoteVideos(Postprocessor):
    """Notes the frames of each video that it is given."""

    videos: list = []

    def __call__(self, masks, inputs, data_sample):
        return masks

    def process_video(self, masks, inputs, data_samples):
        names = [sample.frame_id for sample in data_samples]
        self.videos.append((data_samples[0].video_id, names))
        return masks


@pytest.fixture
def halves():
    MODELS.register_module(module=Halves)
    POSTPROCESSORS.register_module(module=NoteVideos)
    METRICS.register_module(module=CountingMetric)
    NoteVideos.videos = []
    yield Halves([dict(type='NoteVideos')])
    MODELS.module_dict.pop('Halves')
    POSTPROCESSORS.module_dict.pop('NoteVideos')
    METRICS.module_dict.pop('CountingMetric')


class ListDataset(torch.utils.data.Dataset):
    """Frames named ``<video><frame>`` in the order given; w is wider."""

    metainfo: dict = {}

    def __init__(self, names):
        self.names = names

    def __len__(self):
        return len(self.names)

    def __getitem__(self, index):
        video, frame = self.names[index]
        width = 10 if video == 'w' else 6
        sample = MotionDataSample(
            metainfo=dict(
                video_id=video,
                frame_id=frame,
                frame_index=int(frame),
                num_frames=9,
                ori_shape=(8, 2 * width),
            ),
            gt_masks=torch.zeros(1, 8, 2 * width, dtype=torch.bool),
        )
        return dict(
            inputs=dict(frames=torch.zeros(1, 3, 4, width)),
            data_samples=sample
        )


class EntryDataset(BaseDataset):
    """The same frames with entries, as a part of a larger data set."""

    def __init__(self, names):
        self.frames = ListDataset(names)
        super().__init__()

    def load_data_list(self):
        return [dict(video_id=video) for video, _ in self.frames.names]

    def __getitem__(self, index):
        return self.frames[index]


class CountingMetric:
    """Stands in for a metric: returns what it was given."""

    def __init__(self):
        self.frames = []

    def process(self, data_batch, data_samples):
        assert len(data_batch['data_samples']) == len(data_samples)
        self.frames += [
            (sample['video_id'], sample['frame_id'], sample['pred_seg'].shape)
            for sample in data_samples
        ]

    def evaluate(self, size):
        return dict(frames=self.frames, size=size)


def run(model, names, tmp_path, batch_size=2, loop='VideoTestLoop', hooks=()):
    runner = Runner(
        model=model,
        work_dir=str(tmp_path),
        test_dataloader=dict(
            batch_size=batch_size,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=names
            if isinstance(names, ConcatDataset) else ListDataset(names),
        ),
        test_evaluator=dict(type='CountingMetric'),
        test_cfg=dict(type=loop),
        custom_hooks=list(hooks),
        default_scope='mmmotion',
        experiment_name=f'loop_{tmp_path.name}',
        log_level='ERROR',
    )
    return runner.test()


@pytest.mark.parametrize('batch_size', [1, 2, 3])
def test_steps_see_whole_videos_in_order(halves, tmp_path, batch_size):
    names = ['a0', 'a1', 'a2', 'b0', 'c0', 'c1']
    metrics = run(halves, names, tmp_path, batch_size)
    assert NoteVideos.videos == [('a', ['0', '1', '2']), ('b', ['0']),
                                 ('c', ['0', '1'])]
    assert [a + b for a, b, _ in metrics['frames']] == names
    assert all(shape == (8, 12) for _, _, shape in metrics['frames'])


def test_videos_may_differ_in_size_if_batches_do_not(halves, tmp_path):
    names = ['a0', 'w0', 'w1', 'b0']
    metrics = run(halves, names, tmp_path, batch_size=1)
    assert [shape[1] for _, _, shape in metrics['frames']] == [12, 20, 20, 12]
    with pytest.raises(ValueError, match=r'a/0 and .* w/0;.* batch_size=1'):
        run(halves, names, tmp_path, batch_size=2)


def test_hooks_see_every_batch_once_and_complete(halves, tmp_path):
    seen = []

    class Note(Hook):

        def after_test_iter(self, runner, batch_idx, data_batch, outputs):
            seen.append((batch_idx, len([out.pred_seg for out in outputs])))

    run(halves, ['a0', 'a1', 'b0'], tmp_path, hooks=[Note()])
    assert seen == [(0, 2), (1, 1)]


def test_frames_that_come_twice_count_once(halves, tmp_path):
    names = ['a0', 'a0', 'a0', 'a1', 'b0', 'b0']
    metrics = run(halves, names, tmp_path)
    assert [a + b for a, b, _ in metrics['frames']] == ['a0', 'a1', 'b0']
    assert NoteVideos.videos == [('a', ['0', '1']), ('b', ['0'])]


def test_mixed_videos_end_in_a_clear_error(halves, tmp_path):
    with pytest.raises(ValueError, match=r"'a' do not follow .*VideoShard"):
        run(halves, ['a0', 'b0', 'a1'], tmp_path)


def test_the_usual_loop_takes_every_frame_as_a_video(halves, tmp_path):
    run(halves, ['a0', 'a1'], tmp_path, loop='TestLoop')
    assert NoteVideos.videos == [('a', ['0']), ('a', ['1'])]


@pytest.mark.parametrize('batch_size', [1, 2, 3])
def test_equal_names_of_two_data_sets_are_two_videos(
    halves, tmp_path, batch_size
):
    parts = ['a0', 'a1', 'b0'], ['b0', 'b1', 'a0', 'a1', 'c0']
    both = ConcatDataset([EntryDataset(part) for part in parts])
    metrics = run(halves, both, tmp_path, batch_size)
    assert NoteVideos.videos == [
        ('a@0', ['0', '1']),
        ('b@0', ['0']),
        ('b@1', ['0', '1']),
        ('a@1', ['0', '1']),
        ('c', ['0']),
    ]
    assert len(metrics['frames']) == metrics['size'] == 8
    assert len({frame[:2] for frame in metrics['frames']}) == 8


def test_a_frame_that_stands_in_counts_once_in_its_data_set(halves, tmp_path):
    parts = ['a0', 'a1', 'a1'], ['b0', 'a1', 'a1']
    both = ConcatDataset([EntryDataset(part) for part in parts])
    run(halves, both, tmp_path)
    assert NoteVideos.videos == [('a@0', ['0', '1']), ('b', ['0']),
                                 ('a@1', ['1'])]
