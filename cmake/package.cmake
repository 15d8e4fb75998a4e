# The Debian package: `cpack -G DEB` in the build folder, or the target `package`. Program, library, headers and data in one.
# The tarball that runs anywhere: `cpack -G TGZ`. The wheel with all that the Python module needs: the target `wheel`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_FILE_NAME fovea-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
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
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/packed_files.cmake)

# The libraries that the program is linked to, found by their symbols.
find_program(FOVEA_DPKG_SHLIBDEPS dpkg-shlibdeps)
find_program(FOVEA_FILE file)
mark_as_advanced(FOVEA_DPKG_SHLIBDEPS FOVEA_FILE)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS OFF)
if(FOVEA_DPKG_SHLIBDEPS AND FOVEA_FILE)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()

# The libraries that library and program load themselves (image/cairo_library.cpp, networks/download.cpp,
# networks/sha256.cpp, batch/archive_reader.cpp), which their
# symbols do not show, the font of figures, and the certificates of the places that networks are loaded from.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libpangocairo-1.0-0, libarchive13, libssl3, fonts-dejavu-core")
if(FOVEA_BUILD_CLI)
  string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", libcurl4, ca-certificates")
endif()

# The further needs of a program that links the static library: the list of packages for building, less the tools and the
# headers that only the program's own sources read.
file(STRINGS ${PROJECT_SOURCE_DIR}/tools/debian-packages.txt build_packages REGEX "^build: ")
string(REGEX MATCHALL "lib[a-z0-9-]+-dev" suggested "${build_packages}")
list(REMOVE_ITEM suggested libcpp-httplib-dev libcli11-dev libcairo2-dev libcurl4-openssl-dev libssl-dev libarchive-dev)
if(NOT FOVEA_IS_SHARED)
  list(JOIN suggested ", " CPACK_DEBIAN_PACKAGE_SUGGESTS)
endif()
include(CPack)

# The wheel for the system's Python, in dist/.
find_program(FOVEA_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
mark_as_advanced(FOVEA_PYTHON)
if(FOVEA_PYTHON)
  add_custom_target(wheel
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DLIBRARY=$<TARGET_FILE:fovea_c> -DPYTHON=${FOVEA_PYTHON}
            -DPROCESSOR=${CMAKE_SYSTEM_PROCESSOR} -DSTRIP=${CMAKE_STRIP} -DWORK=${PROJECT_BINARY_DIR}/wheel
            -DINTO=${PROJECT_BINARY_DIR}/dist -P ${PROJECT_SOURCE_DIR}/cmake/wheel.cmake
    DEPENDS fovea_c COMMENT "Making the wheel" VERBATIM)
endif()
