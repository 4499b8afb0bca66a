"""The runner of mmengine with a better memory."""

from pathlib import Path

from mmengine.dist import master_only
from mmengine.runner import Runner
from torch import nn

from mmmotion.registry import RUNNERS


@RUNNERS.register_module()
class MotionRunner(Runner):
    """Keep the config of a training when its model is evaluated.

    mmengine writes the config of every run to ``<work_dir>/<config>.py``, so
    that an evaluation in the folder of a training replaces what the model was
    trained with. Here only a training writes there; the config of a
    validation or test goes to the folder of its log, which no other run has.
    """

    def train(self) -> nn.Module:
        """Train, after the config was written to the work directory."""
        self._write_config(self.work_dir)
        return super().train()

    def val(self) -> dict:
        """Validate, after the config was written beside the log."""
        self._write_config(self.log_dir)
        return super().val()

    def test(self) -> dict:
        """Test, after the config was written beside the log."""
        self._write_config(self.log_dir)
        return super().test()

    def dump_config(self) -> None:
        """Write nothing yet: the runner does not know what it is for."""

    @master_only
    def _write_config(self, folder: str) -> None:
        name = Path(self.cfg.filename or f'{self.timestamp}.py').name
        self.cfg.dump(Path(folder, name))
