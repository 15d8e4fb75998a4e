# Every library fovea stands on, and the compiler; tools/debian-packages.txt names their Debian packages. All that is missing is
# told at once.
foreach(oldest "GNU 12 g++" "Clang 14 clang")
  separate_arguments(oldest)
  list(GET oldest 0 compiler)
  list(GET oldest 1 version)
  if(CMAKE_CXX_COMPILER_ID STREQUAL compiler AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS version)
    message(FATAL_ERROR "fovea is written in C++20 and tried with ${compiler} ${version} and newer: "
                        "${CMAKE_CXX_COMPILER} is ${CMAKE_CXX_COMPILER_VERSION}")
  endif()
endforeach()

include(cmake/fovea-dependencies.cmake)
if(FOVEA_BUILD_CLI OR FOVEA_BUILD_TESTS OR FOVEA_BUILD_FUZZERS)
  fovea_package(CLI11 2.1 libcli11-dev)
endif()
fovea_package(nlohmann_json 3.11 nlohmann-json3-dev)
# Headers only: the first download loads them.
fovea_package(CURL 7.88 libcurl4-openssl-dev)
fovea_package(OpenSSL 3.0 libssl-dev COMPONENTS Crypto)
# As these: the first archive loads it.
fovea_package(LibArchive 3.6 libarchive-dev)
# As these: the first drawing loads libpangocairo. Their headers lie in several folders, which pkg-config knows.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(FOVEA_PANGO QUIET pangocairo cairo-pdf cairo-svg)
  # The program's studio. Debian compiles it, with options that its headers must know of.
  if(FOVEA_BUILD_CLI OR FOVEA_BUILD_TESTS OR FOVEA_BUILD_FUZZERS)
    pkg_check_modules(FOVEA_HTTPLIB QUIET IMPORTED_TARGET GLOBAL cpp-httplib)
  endif()
else()
  fovea_expect(pkg-config OFF 0 "" pkg-config)
endif()
fovea_expect(Pango "${FOVEA_PANGO_FOUND}" "${FOVEA_PANGO_pangocairo_VERSION}" 1.50 "libpango1.0-dev libcairo2-dev")
if(FOVEA_BUILD_CLI OR FOVEA_BUILD_TESTS OR FOVEA_BUILD_FUZZERS)
  fovea_expect(cpp-httplib "${FOVEA_HTTPLIB_FOUND}" "${FOVEA_HTTPLIB_VERSION}" 0.11 libcpp-httplib-dev)
endif()
fovea_package(Boost 1.74 libboost-dev CONFIG)  # headers alone
if(FOVEA_BUILD_TESTS)
  fovea_package(GTest 1.12 libgtest-dev CONFIG)
endif()
if(FOVEA_BUILD_BENCH)
  fovea_package(benchmark 1.7 libbenchmark-dev)
endif()

fovea_missing_libraries(missing)
if(missing)
  message(FATAL_ERROR "${missing}"
          "tools/install-packages.sh build installs what a build needs; 'build test', what the tests need besides.")
endif()
