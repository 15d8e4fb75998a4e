# cmake -DSOURCE=... -DLIBRARY=... -DWORK=... -DINTO=... -DPYTHON=... -DPROCESSOR=... -DSTRIP=... -P wheel.cmake
# Makes the wheel that holds the Python module, libfovea_c.so and the libraries this needs, without a network. Its tag
# tells pip the oldest glibc it runs with.
cmake_policy(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/bundle_libraries.cmake)

file(REMOVE_RECURSE ${WORK})
file(COPY ${SOURCE}/python/ DESTINATION ${WORK} PATTERN tests EXCLUDE PATTERN build EXCLUDE PATTERN __pycache__ EXCLUDE)
file(COPY ${SOURCE}/models/imagenette-resnet.onnx ${SOURCE}/models/README.md ${SOURCE}/models/zoo.json DESTINATION ${WORK}/fovea/models)
file(REAL_PATH ${LIBRARY} library)
file(COPY_FILE ${library} ${WORK}/fovea/libfovea_c.so)
if(STRIP)
  fovea_run(${STRIP} ${WORK}/fovea/libfovea_c.so)
endif()
fovea_bundle_libraries(INTO ${WORK}/fovea/libraries NOTICES ${WORK}/fovea/libraries BINARIES ${WORK}/fovea/libfovea_c.so
                       LOADED ${FOVEA_LIBRARIES_OF_FIGURES})

# The tag names a glibc and stands for the libstdc++ of the systems that have it: Ubuntu 22.04's, 24.04's.
set(glibc ${FOVEA_NEEDS_GLIBC})
foreach(system "3.4.29 2.35" "3.4.30 2.39")
  separate_arguments(system)
  list(GET system 0 glibcxx)
  list(GET system 1 its_glibc)
  if(FOVEA_NEEDS_GLIBCXX VERSION_GREATER glibcxx AND glibc VERSION_LESS its_glibc)
    set(glibc ${its_glibc})
  endif()
endforeach()
string(REPLACE "." "_" glibc "${glibc}")
file(WRITE ${WORK}/setup.cfg "[bdist_wheel]\nplat_name = manylinux_${glibc}_${PROCESSOR}\n")
fovea_run(${PYTHON} -m pip wheel --no-build-isolation --no-deps --no-index --disable-pip-version-check -w ${INTO} ${WORK})
message("${output}")
