# Flags of our own targets: warnings and, when asked for, sanitizers.
add_library(fovea_flags INTERFACE)
target_compile_options(fovea_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
# g++ 12 at -O3 sees overlapping copies in std::string's operator+ where there are none.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(fovea_flags INTERFACE -Wno-restrict)
endif()
if(FOVEA_WERROR)
  target_compile_options(fovea_flags INTERFACE -Werror)
endif()
if(FOVEA_SANITIZE)
  add_compile_options(-fsanitize=${FOVEA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FOVEA_SANITIZE})
  # g++ takes the sanitizers' own code for reads of values that were never set (std::regex, std::function).
  target_compile_options(fovea_flags INTERFACE -Wno-maybe-uninitialized)
endif()

# fovea_precompile(TARGET HEADERS...): has the compiler read those headers once for all of the target's files, where
# FOVEA_PRECOMPILE_HEADERS asks for it. Builds without it show which file forgot an include.
function(fovea_precompile target)
  if(FOVEA_PRECOMPILE_HEADERS)
    target_precompile_headers(${target} PRIVATE ${ARGN})
    target_compile_options(${target} PRIVATE -Winvalid-pch -fpch-preprocess)
  endif()
endfunction()

# fovea_room(NAME LEFT... [LIBRARIES ...]): one folder of src/ as a target. LEFT are the rooms it may include.
function(fovea_room name)
  cmake_parse_arguments(ROOM "" "" "LEFT;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(fovea_${name} STATIC ${sources})
  target_include_directories(fovea_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_LEFT PREPEND fovea_ OUTPUT_VARIABLE left)
  target_link_libraries(fovea_${name} PUBLIC ${left} ${ROOM_LIBRARIES} PRIVATE fovea_flags)
  fovea_precompile(fovea_${name} <algorithm> <array> <functional> <memory> <optional> <span> <string> <unordered_map>
                   <vector> <fmt/format.h>)
  set_property(GLOBAL APPEND PROPERTY FOVEA_ROOMS fovea_${name})
endfunction()
