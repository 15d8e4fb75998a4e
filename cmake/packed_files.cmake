# Run by CPack on what it is about to pack.
if(CPACK_GENERATOR STREQUAL DEB)
  include(${CMAKE_CURRENT_LIST_DIR}/debian_files.cmake)
else()  # an archive: TGZ, TZST, ZIP
  include(${CMAKE_CURRENT_LIST_DIR}/tarball_files.cmake)
endif()
