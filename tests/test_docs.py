"""The documentation says what is true: its code runs, its links lead."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from mmengine.evaluator import Evaluator
from mmengine.runner import Runner

from mmmotion import registry
from mmmotion.engine import check_config, load_config

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path for pattern in ('*.md', 'docs/**/*.md', 'configs/**/*.md')
    for path in ROOT.glob(pattern) if '_build' not in path.parts
)
FENCE = re.compile(r'^```(\w*)\n(.*?)^```', re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\]\(([^)\s]+)\)')
DOC_ROLE = re.compile(r'\{doc\}`(?:[^`<]*<)?([^`>]+)>?`')
CODE_SPAN = re.compile(r'`((?:python )?tools/[^`*\s]+[^`]*)`')
PLACEHOLDER = re.compile(r'\[[^\]]*\]|--cfg-options \.\.\.')


def name(path):
    return path.relative_to(ROOT).as_posix()


def blocks(page, *languages):
    return [
        code for language, code in FENCE.findall(page.read_text())
        if language in languages
    ]


def is_config(code):
    return 'import ' not in code.replace('custom_imports', '')


def python_blocks(config):
    for page in PAGES:
        for number, code in enumerate(blocks(page, 'python')):
            if is_config(code) == config:
                yield pytest.param(code, page, id=f'{name(page)}-{number}')


def commands():
    """Commands of the pages that call a tool, with all their arguments."""
    for page in PAGES:
        found = CODE_SPAN.findall(FENCE.sub('', page.read_text()))
        for code in blocks(page, 'bash', 'shell', 'sh'):
            found += code.replace('\\\n', ' ').splitlines()
        for number, line in enumerate(found):
            words = shlex.split(PLACEHOLDER.sub('', line), comments=True)
            if any(word.startswith('tools/') for word in words):
                yield pytest.param(words, id=f'{name(page)}-{number}')


@pytest.fixture
def source_tree(tmp_path, monkeypatch):
    """A working folder from which the configs are found, as in the pages."""
    for folder in ('configs', 'tests'):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
def registries(monkeypatch):
    """Forget afterwards what a block registers."""
    for value in vars(registry).values():
        if isinstance(value, registry.Registry):
            value.import_from_location()
            known = dict(value.module_dict)
            monkeypatch.setattr(value, '_module_dict', known)


@pytest.mark.parametrize('code, page', list(python_blocks(config=False)))
def test_code_runs(code, page, registries, source_tree, monkeypatch):
    trained = []
    monkeypatch.setattr(Runner, 'train', lambda run: trained.append(run))
    exec(compile(code, 'block', 'exec'), {'__name__': 'docs'})
    assert len(trained) == code.count('.train()')


@pytest.mark.parametrize('code, page', list(python_blocks(config=True)))
def test_config_can_be_built(code, page, registries, source_tree):
    if 'mylab' in code:
        part, *_ = blocks(page, 'python')
        (source_tree / 'mylab').mkdir()
        (source_tree / 'mylab' / 'losses.py').write_text(part)
    (source_tree / 'my_video.py').write_text(code)
    cfg = load_config('my_video.py')
    check_config(cfg)
    if 'model' in cfg:
        registry.MODELS.build(cfg.model)
    for split in ('train', 'val', 'test'):
        if cfg.get(f'{split}_dataloader'):
            dataset = cfg[f'{split}_dataloader'].dataset
            for part in (dataset, *dataset.get('datasets', ())):
                part.lazy_init = True
            registry.DATASETS.build(dataset)
        if cfg.get(f'{split}_evaluator'):
            Evaluator(cfg[f'{split}_evaluator'])
    sys.modules.pop('mylab.losses', None)


def test_the_readme_is_among_what_is_checked():
    checked = [*python_blocks(config=True), *commands()]
    found = {each.id.rpartition('-')[0] for each in checked}
    assert {'README.md', 'configs/gwm/README.md'} <= found


def called_tool(words, tmp_path):
    """Tool and arguments that a command runs, scripts looked through."""
    first = next(i for i, w in enumerate(words) if w.startswith('tools/'))
    assert (ROOT / words[first]).is_file()
    if not words[first].endswith('.sh') or len(words) == 1:
        return words[first], words[first + 1:]
    for program in ('srun', 'python'):
        path = tmp_path / program
        path.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        path.chmod(0o755)
    environment = dict(word.split('=', 1) for word in words[:first])
    environment['PATH'] = f'{tmp_path}:{os.environ["PATH"]}'
    done = subprocess.run(
        [ROOT / words[first], *words[first + 1:]],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    passed = done.stdout.splitlines()
    first = next(i for i, w in enumerate(passed) if w.endswith('.py'))
    return Path(passed[first]).relative_to(ROOT), passed[first + 1:]


@pytest.mark.parametrize('words', list(commands()))
def test_commands_have_arguments_that_the_tool_knows(
    words, load_tool, tmp_path, capsys
):
    tool, arguments = called_tool(words, tmp_path)
    for word in arguments:
        if word.startswith(('configs/', 'tests/')):
            assert (ROOT / word).exists(), word
    if not arguments:  # named, not called
        return
    try:
        load_tool(Path(tool).relative_to('tools')).parse_args(arguments)
    except SystemExit:
        pytest.fail(capsys.readouterr().err)


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
