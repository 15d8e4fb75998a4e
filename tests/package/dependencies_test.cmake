# cmake -DSOURCE=... -DWORK=... -DGENERATOR=... -DCOMPILER=... -P dependencies_test.cmake
# Configures where no library is to be found, and where one is too old: the error names each and its Debian package.
cmake_policy(VERSION 3.22)
file(REMOVE_RECURSE ${WORK})

# configure_fails(ARGUMENTS...): leaves in `output` what the configuration says when it fails.
function(configure_fails)
  execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${WORK}/build -DCMAKE_CXX_COMPILER=${COMPILER} ${ARGN}
                  RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(result EQUAL 0)
    message(FATAL_ERROR "expected the configuration to fail")
  endif()
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  set(output "${said}" PARENT_SCOPE)
endfunction()

function(expect text)
  string(FIND "${output}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "expected '${text}' in: ${output}")
  endif()
endfunction()

# Read right after the compiler is found. (A system path given from the start would hide the compiler's own tools.)
file(WRITE ${WORK}/hide.cmake "set(CMAKE_FIND_USE_CMAKE_SYSTEM_PATH OFF)\nset(CMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH OFF)\n")
configure_fails(-DCMAKE_PROJECT_fovea_INCLUDE=${WORK}/hide.cmake -DFOVEA_BUILD_CLI=ON -DFOVEA_BUILD_TESTS=ON)
file(STRINGS ${SOURCE}/tools/debian-packages.txt listed REGEX "^(build|test): ")
string(REGEX MATCHALL "[a-z0-9-]+-dev" packages "${listed}")
list(REMOVE_ITEM packages libbenchmark-dev)  # of the benchmarks only
foreach(package ${packages})
  expect(${package})
endforeach()
expect("fmt 9.1 is not installed (Debian: libfmt-dev)")
expect("apt-get install ")

file(REMOVE_RECURSE ${WORK}/build)
file(WRITE ${WORK}/old/oneapi/dnnl/dnnl.hpp "")
file(WRITE ${WORK}/old/oneapi/dnnl/dnnl_version.h "#define DNNL_VERSION_MAJOR 1\n#define DNNL_VERSION_MINOR 8\n")
configure_fails(-DCMAKE_INCLUDE_PATH=${WORK}/old)
expect("oneDNN 1.8 is too old, 2.6 or newer is needed (Debian: libdnnl-dev)")
file(WRITE ${WORK}/old/oneapi/dnnl/dnnl_version.h "#define DNNL_VERSION_MAJOR 4\n#define DNNL_VERSION_MINOR 0\n")
configure_fails(-DCMAKE_INCLUDE_PATH=${WORK}/old)
expect("found 4.0")
