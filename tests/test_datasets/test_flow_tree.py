import pytest

from mmmotion.datasets.flow_tree import FlowTree
from mmmotion.flow.meta import make_meta, record_meta


def test_finds_the_files_of_each_gap_by_frame(tree):
    tree.add_video('a', 3, gaps=(1, -1))
    found = FlowTree(str(tree.root), 'dis').find((1, -1, 2), 'a', ())
    assert found == {
        1: {
            name: str(tree.flow(1, 'a', name))
            for name in ('00000', '00001')
        },
        -1: {
            name: str(tree.flow(-1, 'a', name))
            for name in ('00001', '00002')
        },
        2: {},
    }


def test_a_tree_may_have_another_name_than_its_estimator(tree):
    tree.add_note(name='mine')
    path = tree.add_flow(1, 'a', '00000', estimator='mine')
    flows = FlowTree(str(tree.root), dict(type='dis'), name='mine')
    assert flows.find([1], 'a', ()) == {1: {'00000': str(path)}}
    assert str(flows) == str(tree.root.absolute() / 'Flows' / 'mine')


@pytest.mark.parametrize('size', [None, (48, 64)])
def test_tells_the_size_at_which_flows_were_made(tree, size):
    meta = make_meta('dis', {}, size, 'npy16', [(12, 20)])
    record_meta(tree.root, 'dis', meta)
    assert FlowTree(str(tree.root), 'dis').size == size


def test_reads_the_trees_of_other_projects(tree):
    path = tree.root / 'Flows_gap-2' / '1080p' / 'a' / '00002.flo'
    path.parent.mkdir(parents=True)
    path.touch()
    flows = FlowTree(str(tree.root), None, 'mg', resolution='1080p')
    assert flows.find([-2], 'a', ()) == {-2: {'00002': str(path)}}
    assert flows.size is None
    assert str(flows) == f"{tree.root.absolute()} (flow_layout='mg')"


def test_flows_that_were_not_made_are_named_with_the_remedy(tree):
    with pytest.raises(FileNotFoundError,
                       match=r'Flows/dis .*tools/extract_flow\.py'):
        FlowTree(str(tree.root), 'dis')


@pytest.mark.parametrize(
    'layout, folder', [
        ('mg', 'Flows_gap-1/480p/cat'),
        ('rcf', 'BackwardFlows_NewCT/480p/cat'),
    ]
)
def test_missing_files_of_other_projects_are_told_by_their_place(
    tree, layout, folder
):
    flows = FlowTree(str(tree.root), None, layout, resolution='480p')
    said = flows.explain_missing((1, -1), 'cat')
    assert f"{tree.root} (flow_layout='{layout}'), expected in" in said
    assert f' {folder}; what' in said
    assert "is read with flow_layout='mmmotion'" in said


def test_flows_of_another_estimator_are_refused(tree):
    tree.add_note('farneback')
    with pytest.raises(ValueError, match='another estimator'):
        FlowTree(str(tree.root), 'dis')


def test_an_unknown_layout_lists_the_known_ones(tree):
    with pytest.raises(ValueError, match=r"'mmmotion', 'mg', 'rcf'.*'davis'"):
        FlowTree(str(tree.root), 'dis', 'davis')


@pytest.mark.parametrize(
    'estimator, layout', [(None, 'mmmotion'), ('dis', 'mg')]
)
def test_an_estimator_that_cannot_be_checked_is_refused(
    tree, estimator, layout
):
    with pytest.raises(ValueError, match='expected a flow_estimator with'):
        FlowTree(str(tree.root), estimator, layout)
