#!/usr/bin/env python
"""Find the moving objects of a video, as ``mmmotion-segment`` does."""

import sys

from mmmotion.apis.segment_command import main

if __name__ == '__main__':
    sys.exit(main())
