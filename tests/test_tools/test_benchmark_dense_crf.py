import numpy as np
import pytest
import torch
from PIL import Image

from mmmotion.postprocessing.crf import CRFParameters, dense_crf

TOOL = 'analysis_tools/benchmark_dense_crf.py'


class OtherCRF:
    """What the benchmark calls of the other package, by the exact sum."""

    NORMALIZE_SYMMETRIC = 'symmetric'
    NORMALIZE_AFTER = 'after'

    def __init__(self, width, height, num_labels):
        self.shape = (1, num_labels, height, width)

    def setUnaryEnergy(self, unary):
        self.unary = torch.from_numpy(unary).view(self.shape)

    def addPairwiseBilateral(self, sxy, srgb, rgbim, compat, normalization):
        self.image = torch.from_numpy(rgbim).permute(2, 0, 1)[None]
        self.settings = dict(
            spatial_sigma=sxy,
            color_sigma=srgb,
            bilateral_weight=compat,
            normalization=normalization,
        )

    def inference(self, num_iters):
        parameters = CRFParameters(num_iters=num_iters, **self.settings)
        labels = dense_crf(self.unary, self.image, parameters, exact=True)
        return labels.numpy()


OtherCRF.DenseCRF2D = OtherCRF


@pytest.fixture
def tool(load_tool):
    threads = torch.get_num_threads()
    yield load_tool(TOOL)
    torch.set_num_threads(threads)


def run(tool, monkeypatch, capsys, package, *args):
    monkeypatch.setattr(tool, 'find_pydensecrf', lambda: package)
    options = '--iterations 1 2 --repeats 1 --size 12 18'.split()
    code = tool.main([*options, *args])
    return code, capsys.readouterr().out.splitlines()


def test_times_made_frames_alone(tool, monkeypatch, capsys):
    code, lines = run(tool, monkeypatch, capsys, None)
    assert code == 0
    assert 'not installed' in lines[0]
    assert len(lines) == 2 + 2 * 5
    assert lines[2].split()[-3:-1] == ['12x18', '1']


def test_compares_labels_on_files(tool, monkeypatch, capsys, tmp_path):
    frame = np.zeros((24, 36, 3), np.uint8)
    frame[6:18, 9:27] = 200
    path = str(tmp_path / 'frame.png')
    Image.fromarray(frame).save(path)
    args = (path, '--masks', path)
    code, lines = run(tool, monkeypatch, capsys, OtherCRF, *args)
    assert code == 0
    assert len(lines) == 1 + 2
    assert float(lines[1].split()[-1]) <= 1e-3


def test_other_labels_are_a_failure(tool, monkeypatch, capsys):

    class Inverted(OtherCRF):

        def inference(self, num_iters):
            return super().inference(num_iters)[:, ::-1]

    Inverted.DenseCRF2D = Inverted
    code, lines = run(tool, monkeypatch, capsys, Inverted)
    assert code == 1
    assert float(lines[1].split()[-1]) > 0.5


def test_every_image_needs_a_mask(tool, capsys):
    with pytest.raises(SystemExit):
        tool.main(['a.png', '--masks', 'b.png', 'c.png'])
    assert 'as many files' in capsys.readouterr().err
