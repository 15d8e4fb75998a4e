#!/usr/bin/env python3
"""Check whole networks against PyTorch in float64. Two collections of networks, one module for each:

    python3 tools/zoo_check.py build/release/fovea                             torchvision's networks, every rule: zoo_torchvision.py
    python3 tools/zoo_check.py --timm --export-to FOLDER                       a member of each family of timm: zoo_timm.py,
    python3 tools/zoo_check.py --timm build/release/fovea --check FOLDER       in two phases

Further options: --help, and --timm --help.
"""
import sys


def main(arguments):
    # The modules are imported here because each needs packages that the other does not: zoo_timm's second phase, only numpy.
    if "--timm" in arguments:
        import zoo_timm
        return zoo_timm.main([argument for argument in arguments if argument != "--timm"])
    import zoo_torchvision
    return zoo_torchvision.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
