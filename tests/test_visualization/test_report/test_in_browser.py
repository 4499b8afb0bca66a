"""The page in a real browser."""

import numpy as np
import pytest

from mmmotion.visualization import palette, write_report

pytestmark = pytest.mark.slow

LEFT, RIGHT, BACKGROUND = (10, 20), (60, 4), (50, 30)
GREY = [60, 60, 60]


@pytest.fixture
def report(browser, make_result, frames, tmp_path):
    """The page of six frames, opened."""
    path = tmp_path / 'report.html'
    write_report(path, make_result(), frames, 'mmmotion-segment clip.mp4')
    browser.get(path.as_uri())
    drawn(browser, 0)
    yield browser
    assert browser.errors() == []


def drawn(browser, index):
    browser.until(lambda: browser.find(f'canvas[data-drawn="{index}"]'))


def color(browser, place):
    script = 'return [...context.getImageData({}, {}, 1, 1).data]'
    return browser.run(script.format(*place))[:3]


def settle(browser, place, expected):
    """Wait until a pixel has a colour."""
    browser.until(lambda: np.allclose(color(browser, place), expected, atol=4))


def change(browser, selector, value):
    script = f'const e = document.querySelector("{selector}");'
    browser.run(f'{script} e.value = {value}; e.dispatchEvent('
                'new Event("input"))')  # yapf: disable


def mixed(share, number, grey=60):
    return (1 - share) * grey + share * palette(3)[number].astype(float)


def test_slider_changes_the_opacity_of_the_overlay(report):
    settle(report, LEFT, mixed(0.55, 1))
    change(report, '#opacity', 100)
    settle(report, LEFT, mixed(1, 1))
    settle(report, BACKGROUND, GREY)
    change(report, '#opacity', 0)
    settle(report, LEFT, GREY)
    assert report.text('#opacity-value') == '0%'


def test_keys_step_through_the_frames_and_play(report):
    report.press('\ue014', '\ue014')  # right, twice
    drawn(report, 2)
    assert report.text('#time') == '0.08 s · 3/6'
    settle(report, RIGHT, mixed(0.55, 2, grey=80))
    report.press('\ue012')  # left
    drawn(report, 1)
    report.press('\ue010')  # end
    drawn(report, 5)
    report.press('\ue011')  # home
    drawn(report, 0)
    report.press(' ')
    drawn(report, 5)
    report.until(lambda: report.find('#play[aria-label="Play"]'))


def test_numbers_of_the_frame_follow_it(report):
    row = '[data-object="2"] [data-now]'
    assert report.text(row) == '–\n–'  # noqa: RUF001
    report.press('\ue014')
    drawn(report, 1)
    assert report.text(row) == '6.3%\n0.50'


def test_an_object_can_be_hidden(report):
    settle(report, LEFT, mixed(0.55, 1))
    report.find('[data-show="1"]')[0].click()
    settle(report, LEFT, GREY)
    lines = report.find('.object-1')
    assert lines and not any(line.is_displayed() for line in lines)


def test_background_can_be_darkened_and_flow_be_shown(report):
    report.run('document.querySelector("[value=cut]").click()')
    settle(report, BACKGROUND, [0.45 * 60] * 3)
    settle(report, LEFT, GREY)
    change(report, '#opacity', 100)
    report.run('document.querySelector("[value=flow]").click()')
    report.until(lambda: not np.allclose(color(report, LEFT), GREY, atol=9))
    assert color(report, LEFT) == color(report, BACKGROUND)


def test_a_click_on_a_curve_goes_to_its_frame(report):
    report.run(
        'const plot = document.querySelector(".line-plot");'
        'const box = plot.getBoundingClientRect();'
        'plot.setPointerCapture = () => {};'
        'plot.dispatchEvent(new PointerEvent("pointerdown", {'
        'clientX: box.left + 0.6 * box.width, pointerId: 1}))'
    )
    drawn(report, 3)


def test_a_still_clip_shows_its_frames_and_no_objects(
    browser, make_result, frames, tmp_path
):
    still = make_result(
        objects=(), verdict='nothing moves',
        labels=np.zeros((6, 40, 64), np.uint8)
    )  # yapf: disable
    write_report(tmp_path / 'still.html', still, frames, '')
    browser.get((tmp_path / 'still.html').as_uri())
    drawn(browser, 0)
    assert np.allclose(color(browser, LEFT), GREY, atol=4)
    assert 'Nothing moves.' in browser.text('.verdict')
    assert not any(e.is_displayed() for e in browser.find('.objects'))
    assert browser.errors() == []
