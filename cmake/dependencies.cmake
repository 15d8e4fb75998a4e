# Every library fovea stands on; tools/debian-packages.txt names their Debian packages.
include(cmake/fovea-dependencies.cmake)
if(FOVEA_BUILD_CLI)
  find_package(nlohmann_json REQUIRED)
endif()
