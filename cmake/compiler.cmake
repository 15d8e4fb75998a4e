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
if(FOVEA_SANITIZE MATCHES undefined)
  # Checks at every access to memory, which make up half of what compiling takes. The address sanitizer sees null pointers,
  # too; misaligned ones are looked for where bytes of files are taken for numbers: fovea_room.
  add_compile_options(-fno-sanitize=null,vptr,object-size,nonnull-attribute,returns-nonnull-attribute,alignment)
endif()

# fovea_precompile(TARGET HEADERS...): has the compiler read those headers once for all of the target's files, where
# FOVEA_PRECOMPILE_HEADERS asks for it. Builds without it show which file forgot an include.
function(fovea_precompile target)
  if(FOVEA_PRECOMPILE_HEADERS)
    target_precompile_headers(${target} PRIVATE ${ARGN})
    target_compile_options(${target} PRIVATE -Winvalid-pch -fpch-preprocess)
    # g++ forgets which precompiled headers are the system's, and takes fright at what std::string does.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
endfunction()

# fovea_room(NAME [READS_BYTES] LEFT... [LIBRARIES ...]): one folder of src/ as a target. LEFT are the rooms it may include;
# READS_BYTES: it takes bytes of files for numbers.
function(fovea_room name)
  cmake_parse_arguments(ROOM READS_BYTES "" "LEFT;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(fovea_${name} STATIC ${sources})
  target_include_directories(fovea_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_LEFT PREPEND fovea_ OUTPUT_VARIABLE left)
  target_link_libraries(fovea_${name} PUBLIC ${left} ${ROOM_LIBRARIES} PRIVATE fovea_flags)
  fovea_precompile(fovea_${name} <algorithm> <array> <functional> <memory> <optional> <span> <string> <unordered_map>
                   <vector> <fmt/format.h>)
  if(ROOM_READS_BYTES AND FOVEA_SANITIZE MATCHES undefined)
    target_compile_options(fovea_${name} PRIVATE -fsanitize=alignment -fno-sanitize-recover=alignment)
  endif()
  set_property(GLOBAL APPEND PROPERTY FOVEA_ROOMS fovea_${name})
endfunction()
