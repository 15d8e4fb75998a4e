# Run by CPack on what it is about to pack into a tarball: leaves what runs anywhere (program, shared libraries, fovea.h, data and
# documents) and puts the libraries that they need beside them, in lib/fovea.
include(${CMAKE_CURRENT_LIST_DIR}/bundle_libraries.cmake)
set(top ${CPACK_TEMPORARY_INSTALL_DIRECTORY})

# Of use only with the very libraries that it was built with.
file(REMOVE_RECURSE ${top}/include/fovea)
file(GLOB_RECURSE shared ${top}/lib*/libfovea*.so*)
foreach(file ${shared})
  get_filename_component(name ${file} NAME)
  file(RENAME ${file} ${top}/${name})
endforeach()
file(GLOB folders ${top}/lib*)
list(FILTER folders EXCLUDE REGEX "\\.so")
file(REMOVE_RECURSE ${folders})
file(MAKE_DIRECTORY ${top}/lib)
set(binaries)
foreach(file ${shared})
  get_filename_component(name ${file} NAME)
  file(RENAME ${top}/${name} ${top}/lib/${name})
  if(NOT IS_SYMLINK ${top}/lib/${name})
    list(APPEND binaries ${top}/lib/${name})
  endif()
endforeach()
if(EXISTS ${top}/bin/fovea)
  list(APPEND binaries ${top}/bin/fovea)
endif()

set(documents ${top}/share/doc/fovea)
fovea_bundle_libraries(INTO ${top}/lib/fovea NOTICES ${documents}/libraries BINARIES ${binaries}
                       LOADED ${FOVEA_LIBRARIES_OF_FIGURES})
set(needs "glibc ${FOVEA_NEEDS_GLIBC} and a libstdc++ with GLIBCXX_${FOVEA_NEEDS_GLIBCXX}")
file(WRITE ${documents}/README "fovea runs from this folder, wherever it lies: bin/fovea. It needs ${needs}, or newer ones;
what else it needs lies in lib/fovea, and share/doc/fovea/libraries tells the licences. Downloads of networks need the
system's libcurl.so.4 and libcrypto.so.3; tar archives of photos, libarchive.so.13; figures, fonts (DejaVu Sans is the best).\n")
message(STATUS "The tarball needs ${needs}")
