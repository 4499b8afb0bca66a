"""The documentation says what is true: its code runs, its links lead."""

import re
from pathlib import Path

import pytest

from mmmotion import registry

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path for pattern in ('*.md', 'docs/**/*.md', 'configs/**/*.md')
    for path in ROOT.glob(pattern) if '_build' not in path.parts
)
FENCE = re.compile(r'^```python\n# run\n(.*?)^```', re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\]\(([^)\s]+)\)')
DOC_ROLE = re.compile(r'\{doc\}`(?:[^`<]*<)?([^`>]+)>?`')


def name(path):
    return path.relative_to(ROOT).as_posix()


def executable_blocks():
    for page in PAGES:
        for number, match in enumerate(FENCE.finditer(page.read_text())):
            yield pytest.param(match[1], id=f'{name(page)}-{number}')


@pytest.fixture
def registries(monkeypatch):
    """Forget afterwards what a block registers."""
    for value in vars(registry).values():
        if isinstance(value, registry.Registry):
            value.import_from_location()
            known = dict(value.module_dict)
            monkeypatch.setattr(value, '_module_dict', known)


@pytest.mark.parametrize('code', list(executable_blocks()))
def test_marked_code_blocks_run(code, registries, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, 'block', 'exec'), {'__name__': 'docs'})


@pytest.mark.parametrize('page', PAGES, ids=name)
def test_relative_links_lead_to_files(page):
    text = page.read_text()
    links = [link.split('#')[0] for link in LINK.findall(text)]
    targets = [page.parent / link for link in links if '://' not in link]
    targets += [page.parent / f'{doc}.md' for doc in DOC_ROLE.findall(text)]
    missing = [str(target) for target in targets if not target.exists()]
    assert not missing


def test_ci_runs_the_test_command_of_the_readme():
    readme = (ROOT / 'README.md').read_text()
    block = re.search(
        r'<!-- tests -->\n```bash\n(.*?)```\n<!-- end of tests -->', readme,
        re.DOTALL
    )
    assert '-m pytest' in block[1] and '.venv' in block[1]
    script = (ROOT / '.ci' / 'run').read_text()
    assert '<!-- tests -->' in script and 'README.md' in script
    assert 'pytest -' not in script
