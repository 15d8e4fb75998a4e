# The Debian package: `cpack -G DEB` in the build folder, or the target `package`. Program, library, headers and data in one.
set(CPACK_GENERATOR DEB)
set(FOVEA_PACKAGE_CONTACT "The fovea authors <fovea@localhost>" CACHE STRING "Maintainer of the Debian package: NAME <ADDRESS>")
set(CPACK_PACKAGE_CONTACT "${FOVEA_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "saliency maps of ONNX image classifiers, program and C++ library")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"fovea shows what an image classifier looks at and what it has learnt. It reads
the classifier from its ONNX file, differentiates a class score with respect to
the input picture, and makes from that saliency maps, class models,
reconstructions of what excites a unit, and masks and boxes of objects.
.
This package holds the command-line program with its manual pages, the C++20
library with its headers, a small network for ten classes and sample pictures.")
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian_files.cmake)

# The libraries that the program is linked to, found by their symbols.
find_program(FOVEA_DPKG_SHLIBDEPS dpkg-shlibdeps)
find_program(FOVEA_FILE file)
mark_as_advanced(FOVEA_DPKG_SHLIBDEPS FOVEA_FILE)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF)
if(FOVEA_DPKG_SHLIBDEPS AND FOVEA_FILE)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()

# What the program loads itself (cli/download.cpp), which its symbols do not tell.
if(FOVEA_BUILD_CLI)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS libcurl4)
endif()

# What a program that links the static library needs besides: the list of packages for building, less the tools and the
# headers that only fovea's own sources read.
file(STRINGS ${PROJECT_SOURCE_DIR}/tools/debian-packages.txt build_packages REGEX "^build: ")
string(REGEX MATCHALL "lib[a-z0-9-]+-dev" suggested "${build_packages}")
list(REMOVE_ITEM suggested libcli11-dev)
if(NOT FOVEA_IS_SHARED)
  list(JOIN suggested ", " CPACK_DEBIAN_PACKAGE_SUGGESTS)
endif()
include(CPack)
