"""What an installation carries, and whether the files name each other."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from mmengine.config import Config

ROOT = Path(__file__).parents[1]
IGNORED = shutil.ignore_patterns(
    '.*', '__pycache__', '*.egg-info', 'build', 'dist', 'data', 'work_dirs',
    'tests', 'docs'
)
# What the package itself is made of: code, and the parts of the report.
MODULES = ('.css', '.html', '.js', '.py')


def shipped_files():
    files = [ROOT / 'model-index.yml']
    for folder, suffixes in (('configs', ('.py', '.yml', '.md')),
                             ('tools', ('.json', '.py', '.sh'))):
        files += [
            path for path in (ROOT / folder).rglob('*')
            if path.suffix in suffixes
        ]
    return {path.relative_to(ROOT).as_posix() for path in files}


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    """Build a wheel from a copy of the source tree, without a network."""
    folder = tmp_path_factory.mktemp('wheel')
    source = shutil.copytree(ROOT, folder / 'source', ignore=IGNORED)
    command = [
        sys.executable, '-m', 'pip', 'wheel', '--no-deps',
        '--no-build-isolation', '--no-index', '-q', '-w',
        str(folder),
        str(source)
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    path, = folder.glob('mmmotion-*.whl')
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / 'site')
    return folder / 'site'


def test_wheel_carries_configs_tools_and_model_index(wheel):
    assets = wheel / 'mmmotion' / '.mim'
    packed = {
        path.relative_to(assets).as_posix()
        for path in assets.rglob('*') if path.is_file()
    }
    assert packed == shipped_files()


def test_wheel_carries_every_module_and_nothing_beside_the_package(wheel):
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / 'mmmotion').rglob('*.*')
        if path.suffix in MODULES and '.mim' not in path.parts
    }
    packed = {
        path.relative_to(wheel).as_posix()
        for path in wheel.rglob('*.*')
        if path.suffix in MODULES and '.mim' not in path.parts
    }
    assert packed == sources


def test_wheel_metadata_holds_the_requirements_and_the_licence(wheel):
    info, = wheel.glob('*.dist-info')
    metadata = (info / 'METADATA').read_text()
    assert 'Requires-Dist: mmengine<1,>=0.10.7' in metadata
    assert 'Provides-Extra: tests' in metadata
    assert 'License: Apache-2.0' in metadata
    assert (info / 'licenses' /
            'LICENSE').read_bytes() == (ROOT / 'LICENSE').read_bytes()


def test_configs_of_the_wheel_are_found_and_load(wheel, tmp_path):
    code = (
        'from mmengine.config import Config\n'
        'from mmmotion.apis import config_path\n'
        "path = config_path('gwm/gwm_unet_synthetic')\n"
        "print(path, Config.fromfile(path).model.type, sep='|')"
    )
    result = subprocess.run(
        [sys.executable, '-c', code],
        cwd=tmp_path,
        env=dict(PYTHONPATH=str(wheel), PATH=''),
        check=True,
        capture_output=True,
        text=True,
    )
    path, model = result.stdout.strip().splitlines()[-1].split('|')
    assert Path(path).is_relative_to(wheel)
    assert model == 'GWM'


def test_model_index_and_metafiles_name_the_files_that_exist(load_tool):
    assert load_tool('misc/model_index.py').find_problems(ROOT) == []


def test_model_index_check_finds_what_is_wrong(load_tool, tmp_path):
    tool = load_tool('misc/model_index.py')
    folder = tmp_path / 'configs' / 'new'
    folder.mkdir(parents=True)
    (folder / 'listed.py').touch()
    (folder / 'forgotten.py').touch()
    (folder / 'metafile.yml').write_text(
        'Collections: [{Name: New}]\n'
        'Models:\n'
        '- {Name: a, In Collection: New, Config: configs/new/listed.py}\n'
        '- {Name: b, In Collection: Old, Config: configs/new/gone.py}\n'
    )
    problems = '\n'.join(tool.find_problems(tmp_path))
    for expected in ('model-index.yml is not', 'new/README.md is missing',
                     "b is in the unknown collection 'Old'",
                     'gone.py does not exist', 'forgotten.py is missing'):
        assert expected in problems
    assert 'listed.py does' not in problems


def test_model_index_check_finds_what_comes_twice(load_tool, tmp_path):
    tool = load_tool('misc/model_index.py')
    for folder, models in dict(one=['a', 'b', 'b'], two=['a']).items():
        path = tmp_path / 'configs' / folder / 'metafile.yml'
        path.parent.mkdir(parents=True)
        path.write_text(
            'Models:\n' + ''.join(
                f'- {{Name: {name}, Config: configs/{folder}/{name}.py}}\n'
                for name in models
            )
        )
    problems = [p for p in tool.find_problems(tmp_path) if 'times' in p]
    one, two = 'configs/one/metafile.yml', 'configs/two/metafile.yml'
    assert problems == [
        f'Name a comes 2 times, in {one} and {two}',
        f'Name b comes 2 times, in {one}',
        f'Config configs/one/b.py comes 2 times, in {one}',
    ]


@pytest.mark.parametrize(
    'path',
    sorted((ROOT / 'configs').rglob('*.py')),
    ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_config_parses(path):
    assert Config.fromfile(path)


def test_requirements_stand_once():
    setup = (ROOT / 'setup.cfg').read_text()
    assert 'install_requires = file: requirements/runtime.txt' in setup


def test_constraints_pin_every_requirement_exactly():
    names = set()
    for line in (ROOT / 'requirements' /
                 'constraints.txt').read_text().splitlines():
        if not line.startswith('#'):
            name, version = line.split(';')[0].split('==')
            assert version.strip()
            names.add(name)
    for path in (ROOT / 'requirements').glob('*.txt'):
        if path.name == 'constraints.txt':
            continue
        for line in path.read_text().splitlines():
            if not line.startswith('#'):
                assert line.split('>')[0].lower() in names
