# The files and places of `cmake --install`: the libraries and their headers, the CMake package and the pkg-config file, the
# program with its manual pages and completion, and the data the program looks for (share/fovea/models) with sample pictures.
include(CMakePackageConfigHelpers)

get_target_property(library_type fovea TYPE)
set(FOVEA_IS_SHARED OFF)
if(library_type STREQUAL "SHARED_LIBRARY")
  set(FOVEA_IS_SHARED ON)
endif()
set(FOVEA_INSTALL_DATADIR ${CMAKE_INSTALL_DATADIR}/fovea)
set(FOVEA_INSTALL_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/fovea)

install(TARGETS fovea fovea_c EXPORT fovea-targets)
install(DIRECTORY include/fovea DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES include/fovea.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT fovea-targets NAMESPACE fovea:: DESTINATION ${FOVEA_INSTALL_CMAKEDIR})
configure_package_config_file(cmake/fovea-config.cmake.in ${PROJECT_BINARY_DIR}/fovea-config.cmake
                              INSTALL_DESTINATION ${FOVEA_INSTALL_CMAKEDIR} PATH_VARS FOVEA_INSTALL_DATADIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/fovea-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/fovea-config.cmake ${PROJECT_BINARY_DIR}/fovea-config-version.cmake
              cmake/fovea-dependencies.cmake
        DESTINATION ${FOVEA_INSTALL_CMAKEDIR})

# For builds without CMake. A static library leaves its own libraries for the program to link (pkg-config --static): the
# first come with pkg-config files in Debian, the others do not.
set(FOVEA_PC_REQUIRES "")
set(FOVEA_PC_LIBS "")
if(NOT FOVEA_IS_SHARED)
  set(FOVEA_PC_REQUIRES "fmt protobuf libpng libdeflate libjpeg libtiff-4 libwebp pugixml")
  set(FOVEA_PC_LIBS "-lonnx_proto -ldnnl -lopencv_imgproc -lopencv_core ${OpenMP_CXX_FLAGS} -pthread")
endif()
set(FOVEA_INSTALL_PKGCONFIGDIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH FOVEA_PREFIX_FROM_PC /${FOVEA_INSTALL_PKGCONFIGDIR} /)
string(REGEX REPLACE "/$" "" FOVEA_PREFIX_FROM_PC "${FOVEA_PREFIX_FROM_PC}")
configure_file(cmake/fovea.pc.in ${PROJECT_BINARY_DIR}/fovea.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/fovea.pc DESTINATION ${FOVEA_INSTALL_PKGCONFIGDIR})

if(FOVEA_BUILD_CLI)
  if(FOVEA_IS_SHARED)
    file(RELATIVE_PATH library_from_program /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
    set_target_properties(fovea_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${library_from_program}")
  endif()
  install(TARGETS fovea_cli)
endif()
if(TARGET fovea_help)
  set(help ${PROJECT_BINARY_DIR}/help)
  install(DIRECTORY ${help}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${help}/completions/fovea DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${help}/completions/_fovea DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${help}/completions/fovea.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
# The plain network is for comparisons in this repository and stays here.
install(FILES models/imagenette-resnet.onnx models/README.md models/imagenet_classes.csv models/zoo.json
        DESTINATION ${FOVEA_INSTALL_DATADIR}/models)
install(DIRECTORY samples/ DESTINATION ${FOVEA_INSTALL_DATADIR}/samples)
install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
