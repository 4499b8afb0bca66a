import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from mmmotion.visualization import write_report

NASTY = '</script><b>"{{command}}" & \'x\'</b>'


class Page(HTMLParser):
    """Texts by the tag around them, and all attributes."""

    def __init__(self, text):
        super().__init__()
        self.open, self.texts, self.attributes = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, *pair) for pair in attrs]
        self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, text):
        self.texts.append((self.open[-1] if self.open else None, text.strip()))

    def get(self, tag):
        return [text for owner, text in self.texts if owner == tag and text]


@pytest.fixture
def write(tmp_path, frames):

    def write(result, command='mmmotion-segment clip.mp4'):
        path = tmp_path / 'new' / 'report.html'
        write_report(path, result, frames, command)
        text = path.read_text()
        return text, Page(text)

    return write


def data_of(text):
    pattern = r'<script type="application/json" id="data">(.*?)</script>'
    return json.loads(re.search(pattern, text)[1])


def test_page_tells_what_was_found(make_result, write):
    text, page = write(make_result())
    assert page.get('title') == ['clip \u2013 moving objects']
    assert page.get('li') == ['64 \u00d7 40', '6 frames', '25 frames/s',
                              '0.2 s']  # yapf: disable
    assert '2 moving objects.' in page.get('p')
    assert page.get('code') == ['mmmotion-segment clip.mp4']
    cells = page.get('td')
    assert cells[:3] == ['3.00', '6 of 6', '50.0%']
    assert cells[5:8] == ['1.50', '5 of 6', '6.2%']
    settings = dict(zip(page.get('th')[-3:], cells[-3:]))
    assert settings == {'method': 'gwm', 'weights': 'none', 'adapt.iters': '9'}
    data = data_of(text)
    assert data['numFrames'] == 6 and len(data['frames']) == 6
    assert data['objects'][1]['areas'] == [0] + 5 * [6.25]


def test_a_clip_in_which_nothing_moves_gets_that_answer(make_result, write):
    still = make_result(
        objects=(), verdict='nothing moves', labels=np.zeros((6, 40, 64))
    )
    text, page = write(still)
    assert 'Nothing moves.' in page.get('p')
    assert 'class="clip flow nothing"' in text
    assert data_of(text)['objects'] == []


def test_the_page_says_no_more_than_is_known(make_result, write):
    tracks = [
        replace(track, motion_score=math.nan)
        for track in make_result().objects
    ]
    image = make_result(objects=tuple(tracks[:1]), is_counted=False)
    text, page = write(image)
    assert 'Something was found, as one mask.' in page.get('p')
    assert any('not told apart' in note for note in page.get('p'))
    assert page.get('td')[0] == '\u2013'
    empty = make_result(objects=(), verdict='nothing found')
    text, page = write(empty)
    assert 'Nothing found.' in page.get('p')
    assert 'against its background' not in text


def test_names_that_are_no_unicode_can_be_written(make_result, write):
    assert write(make_result(name='caf\udce9'))[1].get('h1') == ['caf?']


def test_texts_of_the_user_are_never_markup(make_result, write):
    result = make_result(
        name=NASTY,
        frame_names=(NASTY, ) * 6,
        settings={NASTY: NASTY},
        warnings=(NASTY, NASTY),
    )
    text, page = write(result, command=NASTY)
    assert '<b>' not in text
    assert text.count('</script>') == 2
    assert page.get('h1') == [NASTY] and page.get('code') == [NASTY]
    assert page.get('li')[-2:] == [NASTY, NASTY]
    assert page.get('td')[-1] == NASTY and page.get('th')[-1] == NASTY
    assert data_of(text)['names'] == [NASTY] * 6


def test_page_asks_for_nothing_beside_itself(make_result, write):
    text, page = write(make_result())
    assert not re.search(r'https?:|url\(|@import|fetch\(', text)
    sources = [
        value for _, key, value in page.attributes if key in ('src', 'href')
    ]
    assert all(value.startswith('data:image/') for value in sources)
    policy = next(v for _, k, v in page.attributes if v and 'default-src' in v)
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_an_image_has_no_controls_of_time(make_result, write):
    text, page = write(make_result(1))
    assert 'class="image no-flow found"' in text
    assert page.get('li')[:2] == ['64 \u00d7 40', '1 frame']


def test_a_long_video_says_what_is_left_out(make_result, tmp_path):
    base = make_result(6)
    tracks = tuple(
        replace(track, areas=track.areas * 400, scores=track.scores * 400)
        for track in base.objects
    )
    names = tuple(map(str, range(2400)))

    class Repeated:

        def __init__(self, values):
            self.values = values

        def __len__(self):
            return 2400

        def __getitem__(self, index):
            return self.values[index % 6]

    long = replace(
        base, frame_names=names, objects=tracks,
        labels=Repeated(base.labels), flows=Repeated(base.flows),
        soft_masks=Repeated(base.soft_masks)
    )  # yapf: disable
    frame = np.zeros((40, 64, 3), np.uint8)
    write_report(tmp_path / 'a.html', long, lambda index: frame, '')
    text = (tmp_path / 'a.html').read_text()
    assert 'Of 2,400 frames one in 12 is shown.' in text
    assert 'Curves are means of 2.4 frames.' in text
    assert data_of(text)['names'][:2] == ['0', '12']


def test_a_video_without_frames_is_refused(make_result, frames, tmp_path):
    with pytest.raises(ValueError, match=r'a\.html: .* at least one frame'):
        write_report(tmp_path / 'a.html', make_result(0), frames, '')
    assert list(tmp_path.iterdir()) == []
