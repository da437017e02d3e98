"""The web part carries nothing that only other processes need."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def test_the_web_part_loads_no_queue_and_no_async_server() -> None:
    code = "import sys, dashboard.factory; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "flask" in loaded.stdout.split()
    assert not {"procrastinate", "asgiref"}.intersection(loaded.stdout.split())
