"""Builds the wheel: the Python module, the shared library libfovea_c.so and the bundled network.

Where this folder lies in fovea's sources, CMake builds the library in build/cmake, and a later installation builds only
what has changed. Environment variables:

    FOVEA_BUILD_DIR             a CMake build folder of fovea to take the library from instead
    CMAKE_ARGS                  further arguments for CMake, e.g. -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
    CMAKE_BUILD_PARALLEL_LEVEL  how many files are compiled at a time (default: one for each processor)

A copy of this folder that holds fovea/libfovea_c.so already (cmake/wheel.cmake makes one) is only packed.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from setuptools.errors import SetupError

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70, Debian's among them
    from wheel.bdist_wheel import bdist_wheel

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent
LIBRARY = "libfovea_c.so"
MODELS = ("imagenette-resnet.onnx", "README.md", "zoo.json")
#: Only what the library needs, compiled in little time.
OPTIONS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON",
    "-DFOVEA_BUILD_CLI=OFF",
    "-DFOVEA_BUILD_TESTS=OFF",
    "-DFOVEA_BUILD_EXAMPLES=OFF",
    "-DFOVEA_WERROR=OFF",
    "-DFOVEA_UNITE_SOURCES=ON",
    "-DFOVEA_PRECOMPILE_HEADERS=ON",
)


def is_source_tree():
    file = SOURCE / "CMakeLists.txt"
    return file.is_file() and "project(fovea " in file.read_text(encoding="utf-8")


def run(*command):
    try:
        subprocess.run([str(part) for part in command], check=True)
    except FileNotFoundError:
        raise SetupError(
            "{} is not installed: tools/install-packages.sh build, in fovea's sources, installs on Debian what the "
            "library is built with".format(command[0])
        ) from None
    except subprocess.CalledProcessError as error:
        raise SetupError(
            "building fovea's library failed ({}): see above what is missing; on Debian tools/install-packages.sh "
            "build, in fovea's sources, installs what it needs".format(error)
        ) from None


def build_library():
    """The path of the built library."""
    given = os.environ.get("FOVEA_BUILD_DIR")
    folder = pathlib.Path(given) if given else HERE / "build" / "cmake"
    if not given:
        generator = ["-G", "Ninja"] if shutil.which("ninja") and not (folder / "CMakeCache.txt").exists() else []
        further = shlex.split(os.environ.get("CMAKE_ARGS", ""))
        run("cmake", "-S", SOURCE, "-B", folder, *generator, *OPTIONS, *further)
    elif not (folder / "CMakeCache.txt").is_file():
        raise SetupError("FOVEA_BUILD_DIR is {}: that is no CMake build folder".format(folder))
    workers = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL") or str(os.cpu_count() or 1)
    run("cmake", "--build", folder, "--target", "fovea_c", "--parallel", workers)
    return (folder / "src" / LIBRARY).resolve(strict=True)


class BuildModule(build_py):
    """Adds the library and the network to the module."""

    def run(self):
        package = pathlib.Path(self.build_lib, "fovea")
        if self.editable_mode:
            package = HERE / "fovea"
        else:
            shutil.rmtree(self.build_lib, ignore_errors=True)  # files that the module no longer has
        super().run()
        if not is_source_tree():
            if not (HERE / "fovea" / LIBRARY).is_file():
                raise SetupError(
                    "{} is not within fovea's sources, from which the library is built: install from there".format(HERE)
                )
            return
        (package / "models").mkdir(parents=True, exist_ok=True)
        for name in MODELS:
            shutil.copy2(SOURCE / "models" / name, package / "models" / name)
        shutil.copy2(build_library(), package / LIBRARY)
        if shutil.which("strip"):
            run("strip", "--strip-unneeded", package / LIBRARY)


class AnyPython(bdist_wheel):
    """The library does not depend on the Python that loads it, only on the machine."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


setup(
    name="fovea",
    version=re.search('"(.*)"', (HERE / "fovea" / "_version.py").read_text(encoding="utf-8")).group(1),
    description="Saliency maps, class models and objects of ONNX image classifiers",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.9",
    install_requires=["numpy>=1.22"],
    extras_require={"plot": ["matplotlib"], "progress": ["tqdm"], "all": ["matplotlib", "tqdm", "pillow"]},
    packages=["fovea"],
    package_data={"fovea": ["py.typed", LIBRARY, "libraries/*", "models/*"]},
    cmdclass={"build_py": BuildModule, "bdist_wheel": AnyPython},
    distclass=WithLibrary,
)
