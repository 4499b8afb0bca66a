import pytest

CONFIG = """
model = dict(
    type='RobustBackground',
    postprocess=[dict(type='MotionFusion')],
)
test_dataloader = dict(
    dataset=dict(
        type='SyntheticMotion',
        split='val',
        num_videos=2,
        num_frames=3,
        size=(32, 48),
        gaps=(1, -1),
        test_mode=True,
        pipeline=[
            dict(type='RenderScene', gaps=(1, -1), missing='opposite'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
"""


@pytest.fixture
def tool(load_tool):
    return load_tool('analysis_tools/benchmark_inference.py')


@pytest.fixture
def config(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text(CONFIG)
    return str(path)


def rates(output):
    lines = [line for line in output.splitlines() if 'frames/s' in line]
    return {line[:32].strip(): float(line.split()[-2]) for line in lines}


def test_every_stage_is_printed(tool, config, capsys):
    tool.main([config, '--num-frames', '5', '--device', 'cpu'])
    found = rates(capsys.readouterr().out)
    assert list(found) == [
        'loading', 'network', 'post-processing', 'all of these'
    ]
    assert 0 < found['all of these'] <= min(found.values())


def test_a_network_that_waits_for_the_video_has_no_row_of_its_own(
    tool, repo_root, capsys
):
    config = str(repo_root / 'configs/oclr/oclr-small_synthetic.py')
    tool.main([config, '--num-frames', '2', '--device', 'cpu'])
    found = rates(capsys.readouterr().out)
    assert list(found) == [
        'loading', 'network and post-processing', 'all of these'
    ]
    assert 0 < found['all of these'] <= min(found.values())


def test_a_model_that_segments_nothing_is_named(tool, repo_root):
    config = str(repo_root / 'configs/flow/pwclite_synthetic.py')
    with pytest.raises(TypeError, match=r'pwclite_synthetic.* got Unsuperv'):
        tool.main([config, '--num-frames', '2', '--device', 'cpu'])


def test_flow_is_counted_apart_and_for_all_gaps(tool, config, capsys):
    args = [config, '--num-frames', '2', '--device', 'cpu']
    tool.main([*args, '--flow-estimator', 'dis', '--flow-size', '64', '96'])
    found = rates(capsys.readouterr().out)
    assert 'flow estimation (2 a frame)' in found
    assert list(found)[-2] == 'all of these'


def test_a_checkpoint_of_another_model_is_refused(tool, config, tmp_path):
    missing = str(tmp_path / 'missing.pth')
    with pytest.raises(FileNotFoundError, match=r'missing\.pth'):
        tool.main([config, missing])


def test_one_frame_is_too_few(tool, config, capsys):
    with pytest.raises(SystemExit):
        tool.main([config, '--num-frames', '1'])
    assert 'expected at least 2, got 1' in capsys.readouterr().err
