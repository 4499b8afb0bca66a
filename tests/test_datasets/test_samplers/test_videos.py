from mmmotion.datasets.samplers import FrameEntry, group_by_video


class Entries:
    """A data set of nothing but entries (video, frame index, gaps)."""

    def __init__(self, *entries):
        self.entries = entries

    def __len__(self):
        return len(self.entries)

    def get_data_info(self, index):
        video, frame, *gaps = self.entries[index]
        info = dict(video_id=video, frame_index=frame)
        return dict(info, available_gaps=gaps[0]) if gaps else info


def positions(*entries):
    return [[frame.position for frame in video]
            for video in group_by_video(Entries(*entries))]


def test_a_video_ends_where_its_name_changes():
    assert positions(('a', 0), ('a', 1), ('b', 0), ('c', 5)) == [[0, 1], [2],
                                                                 [3]]


def test_frames_that_are_left_out_do_not_end_a_video():
    assert positions(('a', 2), ('a', 7), ('a', 9)) == [[0, 1, 2]]


def test_equal_names_of_two_data_sets_stay_apart():
    assert positions(('a', 0), ('a', 1), ('a', 0), ('a', 1)) == [[0, 1],
                                                                 [2, 3]]
    assert positions(('a', 0), ('a', 0)) == [[0], [1]]


def test_gaps_are_those_asked_for_in_that_order():
    entries = Entries(('a', 0, (1, 2)), ('a', 1, (-1, 1)), ('a', 2))
    assert group_by_video(
        entries, gaps=(2, -1, 1)
    ) == [[
        FrameEntry(0, (2, 1)),
        FrameEntry(1, (-1, 1)),
        FrameEntry(2, ()),
    ]]
    assert group_by_video(entries)[0][1].gaps == (-1, 1)


def test_an_empty_data_set_has_no_video():
    assert group_by_video(Entries()) == []
