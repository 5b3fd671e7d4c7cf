"""Makes the parity fixtures, or compares fresh values with the committed ones.

    python3 test/parity/scripts/make.py all             make every fixture
    python3 test/parity/scripts/make.py optimizers distillers/kd   make some; `distillers` is all of these
    python3 test/parity/scripts/make.py --check         recompute all in float64; exit 1 where a file disagrees
    python3 test/parity/scripts/make.py inputs          choose inputs for networks' cases without one (minutes; then `networks`)
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable

# Checking must leave no folder of compiled files behind; this has to stand before our own imports.
sys.dont_write_bytecode = True

import torch

import batch_norm
import covariance
import distiller_fixtures
import generator_samples
import grids
import losses
import mixing
import network_cases
import network_fixtures
import networks
import optimizers
import picking
import rotations
import t_stddev
from fixture import FOLDER, Fixture

SUBJECTS: dict[str, Callable[[bool], list[Fixture]]] = {
    "generator": generator_samples.make,
    "cross-entropy": losses.make,
    "optimizers": optimizers.make,
    "batch-norm": batch_norm.make,
    "picking": picking.make,
    "cutmix": mixing.make_cutmix,
    "mixup": mixing.make_mixup,
    "cutout": mixing.make_cutout,
    "masking": grids.make_masking,
    "patchmix": grids.make_patchmix,
    "t-stddev": t_stddev.make,
    "covariance": covariance.make,
    "rotations": rotations.make,
    "networks": network_fixtures.make,
    **distiller_fixtures.subjects(),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", default="all", choices=["all", "inputs", "distillers", *SUBJECTS])
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    options = parser.parse_args()
    torch.set_num_threads(1)  # sums depend on the number of threads, and waiting ones would slow a busy machine
    warnings.filterwarnings("ignore", message="TF32 acceleration")
    chosen = ["all"] if options.subjects == "all" else options.subjects  # argparse gives the default as it is
    if "inputs" in chosen:
        network_fixtures.choose_inputs({name: network_cases.cases_of(name) for name in networks.PARAMETERS})
        return 0
    everything = "all" in chosen
    subjects = [subject for subject in SUBJECTS
                if everything or subject in chosen or (subject.startswith("distillers/") and "distillers" in chosen)]
    return check(subjects, everything) if options.check else make(subjects)


def make(subjects: list[str]) -> int:
    for subject in subjects:
        start = time.monotonic()
        sizes = [fixture.save() for fixture in SUBJECTS[subject](True)]
        print(f"{subject}: {len(sizes)} files, {sum(sizes)} bytes, {time.monotonic() - start:.1f} s", flush=True)
    return 0


def check(subjects: list[str], everything: bool) -> int:
    differences = []
    seen = set()
    for subject in subjects:
        start = time.monotonic()
        found = []
        for fixture in SUBJECTS[subject](False):
            seen.add(fixture.path)
            found += [f"{fixture.path}: {line}" for line in fixture.differences()]
        print(f"{subject}: {'differs' if found else 'agrees'}, {time.monotonic() - start:.1f} s", flush=True)
        differences += found
    if everything:
        stored = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
        differences += [f"{path}: no script makes this file" for path in sorted(stored - seen)]
    for line in differences:
        print(line, file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
