# What `cmake --install` puts where: the libraries and their headers, the CMake package, the program, and the data the
# program looks for (share/fovea/models) with sample pictures.
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

if(FOVEA_BUILD_CLI)
  file(RELATIVE_PATH library_from_program /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(fovea_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${library_from_program}")
  install(TARGETS fovea_cli)
endif()
# The plain network is for comparisons in this repository and stays here.
install(FILES models/imagenette-resnet.onnx models/README.md models/imagenet_classes.csv models/zoo.json
        DESTINATION ${FOVEA_INSTALL_DATADIR}/models)
install(DIRECTORY samples/ DESTINATION ${FOVEA_INSTALL_DATADIR}/samples)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
