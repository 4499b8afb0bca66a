from dataclasses import FrozenInstanceError

import pytest
import torch

from mmmotion.models.motion_models import MotionFit


def test_a_model_may_say_nothing_but_the_flow():
    fit = MotionFit(torch.zeros(1, 2, 3, 4))
    assert fit.params is fit.pyramid is fit.region_flows is None


def test_a_fit_does_not_change():
    fit = MotionFit(torch.zeros(1, 2, 3, 4))
    with pytest.raises(FrozenInstanceError):
        fit.flow = torch.ones(1, 2, 3, 4)


def test_fits_are_told_apart_without_comparing_images():
    flow = torch.zeros(1, 2, 3, 4)
    assert MotionFit(flow) != MotionFit(flow)
