import pytest
import torch
from mmengine.model import BaseModel
from PIL import Image
from torch import nn

from mmmotion.registry import MODELS

CONFIG = """
model = dict(type='OneConvolution')
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1))
train_dataloader = dict(
    batch_size=2,
    num_workers=1,
    persistent_workers=True,
    prefetch_factor=2,
    sampler=dict(type='VideoSampler'),
    dataset=dict(
        type='VideoSegDataset',
        data_root={root!r},
        data_prefix=dict(img='frames'),
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='ResizeFrames', size=(8, 8)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
"""


@MODELS.register_module(force=True)
class OneConvolution(BaseModel):
    """A model with as little to compute as there can be."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 1, 1)

    def forward(self, inputs, data_samples=None, mode='loss'):
        frames = torch.stack(inputs['frames'])[:, 0]
        return dict(loss=self.layer(frames).mean())


@pytest.fixture
def config(tmp_path):
    folder = tmp_path / 'frames' / 'cat'
    folder.mkdir(parents=True)
    for t in range(5):
        Image.new('RGB', (16, 12)).save(folder / f'{t}.jpg')
    path = tmp_path / 'config.py'
    path.write_text(CONFIG.format(root=str(tmp_path)))
    return str(path)


@pytest.fixture
def tool(load_tool):
    return load_tool('analysis_tools/benchmark_dataloading.py')


def test_one_line_for_each_number_of_workers(tool, config, capsys):
    arguments = [config, '--num-batches', '2', '--num-workers', '0', '1']
    tool.main([*arguments, '--device', 'cpu'])
    lines = capsys.readouterr().out.splitlines()
    assert 'batch size 2' in lines[0]
    assert [line.split()[0] for line in lines[2:4]] == ['0', '1']
    assert lines[-1].startswith('Fastest with num_workers=')
    assert lines[-1].endswith(('model.', 'data loading.'))


def test_the_slower_part_is_the_bottleneck(tool):
    slow_data = tool.Timing(0, loading=50, training=100, together=30)
    slow_model = tool.Timing(2, loading=200, training=100, together=95)
    assert slow_data.bottleneck == 'data loading'
    assert slow_model.bottleneck == 'model'
    assert slow_data.lost == pytest.approx(0.7)


def test_samples_are_counted_not_batches(tool, monkeypatch):
    clock = iter([10.0, 14.0])
    monkeypatch.setattr(tool.time, 'perf_counter', lambda: next(clock))

    class Loader(list):
        num_workers, prefetch_factor = 0, None

    loader = Loader([dict(data_samples=[1, 2, 3])])
    assert tool.time_loading(loader, 8) == 24 / 4


def test_refuses_no_batches(tool, config, capsys):
    with pytest.raises(SystemExit):
        tool.parse_args([config, '--num-batches', '0'])
    assert '--num-batches' in capsys.readouterr().err
