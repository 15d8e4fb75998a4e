# Flags of our own targets: warnings and, when asked for, sanitizers.
add_library(fovea_flags INTERFACE)
target_compile_options(fovea_flags INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor)
if(NOT FOVEA_UNITE_SOURCES)
  target_compile_options(fovea_flags INTERFACE -Wshadow)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Of files that were not meant to be included.
  target_compile_options(fovea_flags INTERFACE -Wno-subobject-linkage)
endif()
# g++ 12 at -O3 sees overlapping copies in std::string's operator+ where there are none, and values that were never set in a
# std::variant that is moved.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(fovea_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(FOVEA_WERROR)
  target_compile_options(fovea_flags INTERFACE -Werror)
endif()
if(FOVEA_SANITIZE)
  add_compile_options(-fsanitize=${FOVEA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FOVEA_SANITIZE})
  # g++ takes the sanitizers' own code for reads of values that were never set (std::regex, std::function).
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(fovea_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(FOVEA_SANITIZE)
  # The standard library checks indices, empty containers and the like.
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
if(FOVEA_SANITIZE MATCHES undefined)
  # Not a part of "undefined": numbers of files that no integer can hold.
  add_compile_options(-fsanitize=float-cast-overflow -fno-sanitize-recover=float-cast-overflow)
  # Checks at every access to memory, which make up half of what compiling takes. The address sanitizer sees null pointers,
  # too; misaligned ones are looked for where bytes of files are taken for numbers: fovea_room.
  add_compile_options(-fno-sanitize=null,vptr,object-size,nonnull-attribute,returns-nonnull-attribute,alignment)
endif()

# fovea_let_temporaries_be(TARGET): leaves out the address sanitizer's watch over the life of temporaries, which takes half of
# the time to compile code that is mostly calls with strings and lists in braces.
function(fovea_let_temporaries_be target)
  if(FOVEA_SANITIZE MATCHES address AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -fno-sanitize-address-use-after-scope)
  endif()
endfunction()

# fovea_precompile(TARGET HEADERS...): has the compiler read those headers once for all of the target's files, where
# FOVEA_PRECOMPILE_HEADERS asks for it. Builds without it show which file forgot an include.
# fovea_precompile(TARGET FROM OTHER): the same headers for both, read once. Their options may differ in sanitizers only.
function(fovea_precompile target)
  if(NOT FOVEA_PRECOMPILE_HEADERS)
    return()
  endif()
  if(ARGV1 STREQUAL FROM)
    target_precompile_headers(${target} REUSE_FROM ${ARGV2})
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
  target_compile_options(${target} PRIVATE -Winvalid-pch -fpch-preprocess)
  # g++ forgets which precompiled headers are the system's, and takes fright at what std::string does.
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
endfunction()

# fovea_precompiled(NAME [FOR_PROGRAMS] LIBRARIES ... HEADERS ...): a target that holds nothing but headers, for libraries or
# for programs to precompile FROM.
function(fovea_precompiled name)
  cmake_parse_arguments(HELD FOR_PROGRAMS "" "LIBRARIES;HEADERS" ${ARGN})
  if(NOT FOVEA_PRECOMPILE_HEADERS)
    return()
  endif()
  file(TOUCH ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  add_library(${name} STATIC ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE ${HELD_LIBRARIES} fovea_flags)
  if(HELD_FOR_PROGRAMS)
    target_compile_options(${name} PRIVATE ${CMAKE_CXX_COMPILE_OPTIONS_PIE})
  endif()
  fovea_precompile(${name} ${HELD_HEADERS})
endfunction()

# fovea_room(NAME [READS_BYTES] [OPENMP] LEFT... [HEADERS ...] [LIBRARIES ...]): one folder of src/ as a target. LEFT are the
# rooms it may include; HEADERS the public headers that belong to it, which rooms to its left may not include; READS_BYTES: it
# takes bytes of files for numbers. LIBRARIES, and OpenMP, are its own, not its users'.
set(FOVEA_ROOM_HEADERS <algorithm> <array> <functional> <memory> <optional> <span> <string> <unordered_map> <vector>
    <fmt/format.h>)
function(fovea_room name)
  cmake_parse_arguments(ROOM "READS_BYTES;OPENMP" "" "LEFT;HEADERS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(fovea_${name} STATIC ${sources})
  target_include_directories(fovea_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_LEFT PREPEND fovea_ OUTPUT_VARIABLE left)
  target_link_libraries(fovea_${name} PUBLIC fmt::fmt ${left} PRIVATE ${ROOM_LIBRARIES} fovea_flags)
  if(ROOM_OPENMP)  # which headers know of
    target_link_libraries(fovea_${name} PRIVATE OpenMP::OpenMP_CXX)
    fovea_precompile(fovea_${name} ${FOVEA_ROOM_HEADERS})
  else()
    fovea_precompile(fovea_${name} FROM fovea_room_headers)
  endif()
  if(ROOM_READS_BYTES AND FOVEA_SANITIZE MATCHES undefined)
    target_compile_options(fovea_${name} PRIVATE -fsanitize=alignment -fno-sanitize-recover=alignment)
  endif()
  fovea_unite(fovea_${name})
  set_property(GLOBAL APPEND PROPERTY FOVEA_ROOMS fovea_${name})
  string(JOIN " " left ${name} ${ROOM_LEFT})
  set_property(GLOBAL APPEND PROPERTY FOVEA_ROOM_TABLE ${left})
  foreach(header ${ROOM_HEADERS})
    set_property(GLOBAL APPEND PROPERTY FOVEA_HEADER_TABLE "fovea/${header}.hpp ${name}")
  endforeach()
endfunction()

# fovea_for_any_processor(FILE): compiles that file of a room, or of the program, for the minimum of the architecture, where
# other flags ask for more.
function(fovea_for_any_processor file)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS "-march=x86-64;-mno-sse3" SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()
