#!/usr/bin/env python3
"""Runs the tests in a browser: python3 Tests/Browser/run.py [module|module.test …]. APUS is the server to test."""

import importlib
import os
import shutil
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../EndToEnd"), os.path.join(HERE, "../Lab")]

from apus import Skip

MODULES = ["features", "tabs", "mishaps", "whose", "spoiled", "pending", "example", "page_start", "page_talk", "page_writing",
           "page_names", "page_markdown", "page_rooms", "page_trouble", "page_scroll", "page_safety", "page_phone",
           "page_words", "page_reach", "page_pictures", "networks_sdk", "page_networks"]


def tests(names):
    for name in names or MODULES:
        module, _, wanted = name.partition(".")
        found = [(f"{module}.{key[5:]}", value) for key, value in vars(importlib.import_module(module)).items()
                 if key.startswith("test_") and wanted in ("", key[5:])]
        if not found:
            sys.exit(f"there is no test {name}")
        yield from found


def main():
    failed = passed = skipped = 0
    for name, test in tests(sys.argv[1:]):
        begun = time.monotonic()
        folder = tempfile.mkdtemp(prefix="apus-")
        try:
            test(folder)
            shutil.rmtree(folder, ignore_errors=True)
        except Skip as reason:
            skipped += 1
            print(f"skip {name}: {reason}", flush=True)
            continue
        except Exception:
            failed += 1
            print(f"FAIL {name} ({time.monotonic() - begun:.1f} s)\n{traceback.format_exc()}its folder is {folder}",
                  flush=True)
            continue
        passed += 1
        print(f"ok   {name} ({time.monotonic() - begun:.1f} s)", flush=True)
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
