#!/usr/bin/env python
"""Serve a page on this machine: drop a video, see what moves, download it.

The page is only reached from this machine, unless --host says otherwise.
Uploads and results lie in a private temporary folder, which is removed when
their tab is closed and when the page ends (Ctrl-C).
"""

import argparse
import ipaddress
import signal
import sys
from threading import Event

from mmmotion.apis.web import PageSettings, serve


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--host', default='127.0.0.1', help='address to serve at (127.0.0.1)'
    )
    parser.add_argument(
        '--port', type=int, help='port (the first free one from 7860 on)'
    )
    parser.add_argument(
        '--max-mb', type=int, default=200, help='largest upload in MB (200)'
    )
    parser.add_argument(
        '--max-frames',
        type=int,
        default=600,
        help='frames of a video that are used at most (600)'
    )
    parser.add_argument('--device', help='cpu, cuda or cuda:N')
    return parser.parse_args(argv)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def main(argv: list[str] | None = None) -> int:
    """Serve until Ctrl-C or a request to end.

    Returns:
        0, 1 if the page cannot be served, or 2 for wrong arguments.
    """
    args = parse_args(argv)
    try:
        settings = PageSettings(
            args.host, args.port, args.max_mb, args.max_frames, args.device
        )
    except ValueError as error:
        return fail(2, error)
    if not is_loopback(args.host):
        sys.stderr.write(
            f'whoever reaches {args.host} can use this page: it has no login\n'
        )
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        serve(settings, stop, lambda url: print(f'open {url}', flush=True))
    except (ImportError, OSError) as error:  # no Gradio, or the port is taken
        return fail(1, error)
    return 0


def fail(code: int, error: Exception) -> int:
    """Say what went wrong."""
    sys.stderr.write(f'webdemo: {error}\n')
    return code


if __name__ == '__main__':
    sys.exit(main())
