import os
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile
from io import BytesIO

import pytest

from mmmotion.apis.web import PageSettings, page
from mmmotion.apis.web.upload import STAGE_TEXTS
from mmmotion.visualization import write_video


def test_bounds_below_one_are_refused():
    with pytest.raises(ValueError, match='max_frames to be 1 or more, got 0'):
        PageSettings(max_frames=0)


@pytest.mark.parametrize(
    'arguments, code, expected',
    [
        (('--max-mb', '0'), 2, 'max_megabytes to be 1 or more, got 0'),
        (('--port', '99999'), 2, 'port to be 1 to 65535, got 99999'),
        (('--device', 'toaster'), 2, "no such device: 'toaster'"),
        ((), 1, 'the port is taken'),
    ],
)
def test_what_keeps_the_page_from_being_served_is_told_in_a_line(
    load_tool, monkeypatch, capsys, arguments, code, expected
):
    tool = load_tool('webdemo.py')

    def refuse(*args):
        raise OSError('the port is taken')

    monkeypatch.setattr(tool, 'serve', refuse)
    monkeypatch.setattr(signal, 'signal', lambda *args: None)
    assert tool.main(list(arguments)) == code
    assert expected in capsys.readouterr().err


def test_only_addresses_of_this_machine_pass_without_a_word(
    load_tool, monkeypatch, capsys
):
    tool = load_tool('webdemo.py')
    monkeypatch.setattr(tool, 'serve', lambda *args: None)
    monkeypatch.setattr(signal, 'signal', lambda *args: None)
    for host in ('127.0.0.1', 'localhost', '::1'):
        assert tool.main(['--host', host]) == 0
    assert capsys.readouterr().err == ''
    for host in ('0.0.0.0', 'example.org'):
        tool.main(['--host', host])
        assert f'whoever reaches {host}' in capsys.readouterr().err


def test_without_gradio_the_page_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'gradio', None)
    with pytest.raises(ImportError, match=r"pip install 'mmmotion\[demo\]'"):
        page._import_gradio()


@pytest.fixture
def server(repo_root, tmp_path):
    """The page in a process of its own, which is told to end afterwards."""
    pytest.importorskip('gradio', reason="Gradio, of the extra 'demo'")
    pytest.importorskip('av', reason="PyAV, of the extra 'video'")
    scratch = tmp_path / 'scratch'
    scratch.mkdir()
    command = [
        sys.executable, str(repo_root / 'tools' / 'webdemo.py'), '--device',
        'cpu', '--max-mb', '1', '--max-frames', '5'
    ]  # yapf: disable
    environment = os.environ | dict(
        TMPDIR=str(scratch), PYTHONPATH=str(repo_root), OMP_NUM_THREADS='1'
    )
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True
    )
    line = process.stdout.readline()
    assert line.startswith('open http://127.0.0.1:'), line
    yield line.split()[1], scratch
    process.send_signal(signal.SIGTERM)
    assert process.wait(300) == 0
    assert list(scratch.glob('mmmotion-page-*')) == []


def choose(browser, path):
    browser.wait('#upload input[type=file]').send_keys(str(path))


def find(browser, selector, text):
    """Wait for an element that says something."""
    browser.until(lambda: text in browser.text(selector))


@pytest.mark.slow
def test_a_video_goes_in_and_masks_come_out(browser, server, clip, tmp_path):
    address, scratch = server
    write_video(tmp_path / 'square.mp4', clip, 12)
    browser.get(address)
    choose(browser, tmp_path / 'square.mp4')
    find(browser, '#upload', 'square')
    browser.wait('#start').click()
    told = []

    def is_done():
        told.append(browser.text('#status'))
        return browser.find('#report iframe')

    browser.until(is_done)
    assert any(
        stage in text for stage in STAGE_TEXTS.values() for text in told
    )
    assert '1 moving object.' in browser.text('#status')
    assert 'first 5 frames' in browser.text('#status')
    links = {
        link.get_attribute('href').rsplit('/', 1)[-1]: link.
        get_attribute('href')
        for link in browser.find('#files a')
    }
    with urllib.request.urlopen(links['masks.zip']) as answer:
        masks = zipfile.ZipFile(BytesIO(answer.read())).namelist()
    assert sum(name.endswith('.png') for name in masks) == 5
    with urllib.request.urlopen(links['overlay.mp4']) as answer:
        assert answer.read(8)[4:] == b'ftyp'
    assert browser.foreign_addresses() == []

    browser.enter('#report iframe')
    browser.until(lambda: browser.find('canvas[data-drawn="0"]'))
    before = browser.run('return canvas.toDataURL()')
    browser.run('show(3)')
    browser.until(lambda: browser.find('canvas[data-drawn="3"]'))
    tinted = browser.run('return canvas.toDataURL()')
    browser.run('setOpacity(0)')
    browser.until(lambda: browser.run('return canvas.toDataURL()') != tinted)
    assert len({before, tinted, browser.run('return canvas.toDataURL()')}) == 3

    left = list(scratch.glob('mmmotion-page-*/**/*.*'))
    assert {'overlay.mp4', 'square.mp4'} <= {path.name for path in left}
    browser.get('about:blank')
    deadline = time.monotonic() + 30
    while any(path.exists() for path in left) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [path.name for path in left if path.exists()] == []


@pytest.mark.slow
def test_what_the_page_refuses_is_told(browser, server, tmp_path):
    browser.get(server[0])
    (tmp_path / 'letter.mp4').write_text('Dear all')
    choose(browser, tmp_path / 'letter.mp4')
    find(browser, '#upload', 'letter')
    browser.wait('#start').click()
    find(browser, '#status', 'This does not work: ')
    assert 'letter.mp4' in browser.text('#status')
    assert str(server[1]) not in browser.text('#status')
    browser.get(server[0])
    (tmp_path / 'big.mp4').write_bytes(bytes(2_000_000))
    choose(browser, tmp_path / 'big.mp4')
    find(browser, 'body', 'size')
    assert list(server[1].glob('mmmotion-page-*/**/big.mp4')) == []
