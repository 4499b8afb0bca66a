#!/usr/bin/env python
"""Find the moving objects of a video, as ``mmmotion-segment`` does."""

import sys

from mmmotion.apis.segment_command import main, parse_args

__all__ = ['main', 'parse_args']

if __name__ == '__main__':
    sys.exit(main())
