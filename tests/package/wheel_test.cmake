# cmake -DSOURCE=... -DLIBRARY=... -DWORK=... -DPYTHON=... -DPROCESSOR=... -DSTRIP=... -P wheel_test.cmake
# Makes the wheel that holds the shared library, installs it into a folder of its own and uses it from there.
cmake_policy(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${PYTHON} -c "import setuptools, wheel, pip" RESULT_VARIABLE missing ERROR_QUIET)
if(missing)
  message("pip, setuptools or wheel is not installed: the wheel is not tested")
  return()
endif()
run(${CMAKE_COMMAND} -DSOURCE=${SOURCE} -DLIBRARY=${LIBRARY} -DPYTHON=${PYTHON} -DPROCESSOR=${PROCESSOR} -DSTRIP=${STRIP}
    -DWORK=${WORK}/source -DINTO=${WORK}/dist -P ${SOURCE}/cmake/wheel.cmake)
file(GLOB wheel ${WORK}/dist/fovea-*-py3-none-manylinux_2_*.whl)
list(LENGTH wheel count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "expected one wheel with a tag for manylinux, found '${wheel}'")
endif()
run(${PYTHON} -m pip install --no-deps --no-index --disable-pip-version-check --target ${WORK}/site ${wheel})
file(WRITE ${WORK}/use.py "
import sys, fovea
result = fovea.Model.bundled().saliency(sys.argv[1])
loaded = {line.split(None, 5)[5].strip() for line in open('/proc/self/maps') if 'dnnl' in line or 'libfovea' in line}
print(result.label, loaded)
assert len(loaded) == 2 and all(file.startswith(sys.argv[2]) for file in loaded), loaded
")
run(${CMAKE_COMMAND} -E env --unset=FOVEA_LIBRARY --unset=LD_LIBRARY_PATH PYTHONPATH=${WORK}/site ${PYTHON} -P ${WORK}/use.py
    ${SOURCE}/samples/church.jpg ${WORK}/site)
if(NOT output MATCHES "^church ")
  message(FATAL_ERROR "expected a church:\n${output}")
endif()
