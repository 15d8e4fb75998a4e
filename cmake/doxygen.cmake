# The target `docs`: the reference of the public headers, in reference/html of the build folder. Not part of the normal build.
find_program(FOVEA_DOXYGEN doxygen)
mark_as_advanced(FOVEA_DOXYGEN)
if(FOVEA_DOXYGEN)
  file(WRITE ${PROJECT_BINARY_DIR}/Doxyfile
"@INCLUDE = \"${PROJECT_SOURCE_DIR}/docs/Doxyfile\"
OUTPUT_DIRECTORY = \"${PROJECT_BINARY_DIR}/reference\"
")
  add_custom_target(docs COMMAND ${FOVEA_DOXYGEN} ${PROJECT_BINARY_DIR}/Doxyfile WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                    COMMENT "Writing reference/html" VERBATIM)
  if(FOVEA_BUILD_TESTS)
    # Any warning makes it fail.
    add_test(NAME docs/reference COMMAND ${FOVEA_DOXYGEN} ${PROJECT_BINARY_DIR}/Doxyfile
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(docs/reference PROPERTIES LABELS docs TIMEOUT 300)
  endif()
endif()
