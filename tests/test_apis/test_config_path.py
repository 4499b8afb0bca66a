import pytest

from mmmotion.apis import config_path


def test_finds_a_config_with_and_without_suffix():
    path = config_path('gwm/gwm_unet_synthetic.py')
    assert path.is_file() and path.is_absolute()
    assert config_path('gwm/gwm_unet_synthetic') == path


def test_finds_a_config_in_a_folder_below():
    assert config_path('gwm/ablation/gwm_vit8_davis_k2').is_file()
    with pytest.raises(FileNotFoundError, match=r'gwm/ablation/gwm_vit8_dav'):
        config_path('gwm_vit8_davis_k2')


def test_error_for_an_unknown_config_lists_the_known_ones():
    with pytest.raises(FileNotFoundError, match=r'gwm/gwm_unet_synthetic\.py'):
        config_path('gwm/no_such_config.py')
