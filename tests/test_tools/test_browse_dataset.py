from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
YOUTUBE_VOS = ROOT / 'configs' / 'amd' / 'amd_r50_ytvos.py'

CONFIG = """
train_dataloader = dict(
    dataset=dict(
        type='SyntheticMotion', num_videos=3, num_frames=4, size=(32, 48),
        pipeline=[dict(type='RenderScene', gaps={gaps}),
                  dict(type='PackMotionInputs')]))
"""


@pytest.fixture
def tool(load_tool):
    return load_tool('analysis_tools/browse_dataset.py')


def write_config(folder, gaps):
    path = folder / 'config.py'
    path.write_text(CONFIG.format(gaps=gaps))
    return str(path)


def test_sheet_shows_frame_flow_and_masks(tool, tmp_path):
    out = tmp_path / 'new' / 'sheet.png'
    config = write_config(tmp_path, None)
    tool.main([config, str(out), '--num', '3', '--height', '32'])
    sheet = cv2.imread(str(out))
    # Two columns of three pictures each; the fourth place stays empty.
    assert sheet.shape == (2 * 32 + 3, 2 * (3 * 48 + 2 * 3) + 9, 3)
    assert (sheet[35:, 159:] == 255).all()
    for left in (0, 51, 102):
        assert sheet[:32, left:left + 48].std() > 5


def test_chosen_frames_are_drawn_in_order(tool, tmp_path):
    config = write_config(tmp_path, None)
    sheets = []
    for indices in (['5', '1'], ['1']):
        out = tmp_path / f'{len(indices)}.png'
        tool.main([config, str(out), '--columns', '1', '--indices', *indices])
        sheets.append(cv2.imread(str(out)))
    np.testing.assert_array_equal(sheets[0][131:], sheets[1])


def test_missing_flow_leaves_its_place_white(tool, tmp_path):
    out = tmp_path / 'sheet.png'
    tool.main([write_config(tmp_path, ()), str(out), '--height', '32'])
    sheet = cv2.imread(str(out))
    assert (sheet[:32, 51:99] == 255).all()


def test_a_split_that_the_config_lacks_is_named(tool, tmp_path):
    config = write_config(tmp_path, None)
    with pytest.raises(KeyError, match='no val_dataloader'):
        tool.main([config, str(tmp_path / 'x.png'), '--split', 'val'])


def test_numbers_below_one_are_refused(tool, tmp_path, capsys):
    with pytest.raises(SystemExit):
        tool.parse_args(['config.py', 'x.png', '--columns', '0'])
    assert '--columns must be at least 1' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        tool.parse_args(['config.py', 'x.jpg'])
    assert 'a .png or .gif to write, got x.jpg' in capsys.readouterr().err


def test_a_film_of_a_short_data_set_begins_early_enough(tool):
    assert tool.choose_frames(None, 2, 12, 1) == [3, 9]
    assert tool.choose_frames(None, 12, 12, 10) == [0, 1, 2]
    with pytest.raises(IndexError, match='--length of at most 12'):
        tool.choose_frames(None, 2, 12, 13)


def test_of_a_pair_without_flow_both_frames_are_drawn(tool, tmp_path):
    for t in range(3):
        path = tmp_path / f'train_all_frames/JPEGImages/cat/{t:05d}.jpg'
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((64, 48, 3), 40 * t + 20, np.uint8))
    sheet = tmp_path / 'sheet.png'
    root = f'train_dataloader.dataset.data_root={tmp_path}'
    arguments = ['--num', '3', '--columns', '1', '--cfg-options', root]
    tool.main([str(YOUTUBE_VOS), str(sheet), *arguments])
    values = cv2.imread(str(sheet))[64::131, 64:260:131, 0]
    np.testing.assert_allclose(
        values, [[20, 60], [60, 100], [100, 255]], atol=2
    )


def test_whole_shapes_are_drawn_when_asked_for(tool, tmp_path):
    config = write_config(tmp_path, None)
    sheets = []
    for more in ([], ['--shapes']):
        out = tmp_path / f'{len(more)}.png'
        tool.main([
            config,
            str(out), '--indices', '9', '--height', '32', *more
        ])
        sheets.append(cv2.imread(str(out)))
    assert sheets[1].shape[1] == sheets[0].shape[1] + 51
    np.testing.assert_array_equal(sheets[1][:, :150], sheets[0][:, :150])
    assert sheets[1][:, 153:].std() > 5


def test_of_a_clip_the_first_frame_is_drawn(tool, tmp_path):
    config = write_config(tmp_path, (1, ))
    clips = tmp_path / 'clips.py'
    clips.write_text(
        f"_base_ = ['{config}']\n"
        'train_dataloader = dict(dataset=dict(clip_length=2, pipeline=[\n'
        "    dict(type='TransformClip', transforms=[\n"
        "        dict(type='RenderScene', gaps=(1, ))]),\n"
        "    dict(type='PackMotionInputs')]))\n"
    )
    sheets = []
    for path in (config, str(clips)):
        out = tmp_path / 'sheet.png'
        tool.main([path, str(out), '--indices', '0', '--shapes'])
        sheets.append(cv2.imread(str(out)))
    np.testing.assert_array_equal(*sheets)


def test_a_film_shows_frames_in_a_row(tool, tmp_path):
    config, out = write_config(tmp_path, (1, )), tmp_path / 'film.gif'
    tool.main([config, str(out), '--indices', '0', '4', '--length', '3'])
    with Image.open(out) as film:
        assert film.n_frames == 3
        first = np.array(film.convert('RGB')).astype(float)
        film.seek(2)
        assert np.abs(np.array(film.convert('RGB')) - first).mean() > 1
    with pytest.raises(IndexError, match='from 0 to 9, got'):
        tool.main([config, str(out), '--indices', '10', '--length', '3'])
