"""Prints which folder of the house includes which, from the ground up, with the number of files and of includes;
an include that runs upward is marked and makes the exit code 1. The order is that of walls_test.cpp."""
import collections
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
order = re.search(r'kFolders = R"\((.*?)\)"', (root / "tests/house/walls_test.cpp").read_text(), re.S)[1].split()
upward = False
for floor, folder in enumerate(order):
    files = [file for file in (root / folder).iterdir() if file.suffix in (".cpp", ".hpp")]
    arrows = collections.Counter(
        str(pathlib.PurePosixPath(header).parent)
        for file in files
        for header in re.findall(r'#include "([^"]+)"', file.read_text())
    )
    arrows.pop(folder, None)
    print(f"{folder}  ({len(files)} files)")
    for target, count in sorted(arrows.items(), key=lambda arrow: order.index(arrow[0])):
        up = order.index(target) > floor
        upward |= up
        print(f"    -> {target}  {count}{'  UPWARD' if up else ''}")
sys.exit(upward)
