# fovea_bundle_libraries(INTO FOLDER NOTICES FOLDER BINARIES FILE... LOADED NAME...): copies the libraries that the files need, and
# those of the given names, if they load them while they run, into the folder and lets the files and the copies find them there, wherever the whole is moved to (RUNPATH). The copies have names of their
# own ("fovea-" before that of the system's), so that a process may hold the system's in another version besides. NOTICES
# gets the copyright files of the copies' Debian packages. FOVEA_NEEDS_GLIBC and FOVEA_NEEDS_GLIBCXX are then the versions of
# the symbols that the system must have.
# Needs patchelf and objdump.

# Every Linux of the last years has these in a compatible version; copies of them would break what else a process loads.
set(FOVEA_LIBRARIES_OF_ANY_SYSTEM
    "^(ld-linux.*|linux-vdso|libc|libm|libdl|librt|libpthread|libresolv|libstdc\\+\\+|libgcc_s)\\.so(\\.|$)")

# The library that the first figure loads (image/cairo_library.cpp).
set(FOVEA_LIBRARIES_OF_FIGURES libpangocairo-1.0.so.0)

function(fovea_find_tool variable name package)
  find_program(${variable} ${name})
  if(NOT ${variable})
    message(FATAL_ERROR "${name} is not installed (Debian: ${package})")
  endif()
endfunction()

# fovea_run(COMMAND...): `output` is what it printed; an error where it fails.
function(fovea_run)
  execute_process(COMMAND ${ARGV} OUTPUT_VARIABLE out OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(output "${out}" PARENT_SCOPE)
endfunction()

# The copyright file of the Debian package that a library comes from; none on other systems.
function(fovea_copy_notice library folder)
  find_program(FOVEA_DPKG_QUERY dpkg-query)
  if(NOT FOVEA_DPKG_QUERY)
    return()
  endif()
  file(REAL_PATH ${library} file)
  get_filename_component(name ${file} NAME)
  execute_process(COMMAND ${FOVEA_DPKG_QUERY} --search "*/${name}" OUTPUT_VARIABLE package ERROR_QUIET)
  string(REGEX REPLACE "[:,].*" "" package "${package}")
  if(package AND EXISTS /usr/share/doc/${package}/copyright)
    file(MAKE_DIRECTORY ${folder})
    file(COPY_FILE /usr/share/doc/${package}/copyright ${folder}/${package}.copyright)
  endif()
endfunction()

# The newest version of a library's symbols (GLIBC, GLIBCXX) that any of the files asks for.
function(fovea_newest_symbols result prefix)
  set(newest 0)
  foreach(file ${ARGN})
    fovea_run(${FOVEA_OBJDUMP} -T ${file})
    string(REGEX MATCHALL "[( ]${prefix}_[0-9.]+" versions "${output}")
    list(REMOVE_DUPLICATES versions)
    foreach(version ${versions})
      string(REGEX REPLACE ".*_" "" version "${version}")
      if(version VERSION_GREATER newest)
        set(newest ${version})
      endif()
    endforeach()
  endforeach()
  set(${result} ${newest} PARENT_SCOPE)
endfunction()

# One change at a time: patchelf 0.14 mixes up the names when it makes several.
function(fovea_let_find file folder)
  fovea_run(${FOVEA_PATCHELF} ${ARGN} ${file})
  fovea_run(${FOVEA_PATCHELF} --set-rpath ${folder} ${file})
endfunction()

# The path of a library of the system, as the loader finds it.
function(fovea_find_loaded result name)
  find_program(FOVEA_LDCONFIG ldconfig PATHS /sbin /usr/sbin)
  fovea_run(${FOVEA_LDCONFIG} -p)
  string(REPLACE "." "\\." pattern "${name}")
  if(NOT output MATCHES "[\t ]${pattern} [^\n]*=> (/[^\n]*)")
    message(FATAL_ERROR "${name} is not installed")
  endif()
  set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

function(fovea_bundle_libraries)
  cmake_parse_arguments(BUNDLE "" "INTO;NOTICES" "BINARIES;LOADED" ${ARGN})
  fovea_find_tool(FOVEA_PATCHELF patchelf patchelf)
  fovea_find_tool(FOVEA_OBJDUMP objdump binutils)
  set(loaded)
  foreach(name ${BUNDLE_LOADED})
    foreach(binary ${BUNDLE_BINARIES})
      file(STRINGS ${binary} uses REGEX "${name}")
      if(uses)
        fovea_find_loaded(path ${name})
        list(APPEND loaded ${path})
      endif()
    endforeach()
  endforeach()
  file(GET_RUNTIME_DEPENDENCIES LIBRARIES ${BUNDLE_BINARIES} ${loaded} RESOLVED_DEPENDENCIES_VAR libraries
       PRE_EXCLUDE_REGEXES ${FOVEA_LIBRARIES_OF_ANY_SYSTEM} "^libfovea")
  file(MAKE_DIRECTORY ${BUNDLE_INTO})
  set(renamed)
  set(copies)
  list(APPEND libraries ${loaded})
  list(REMOVE_DUPLICATES libraries)
  foreach(library ${libraries})
    get_filename_component(name ${library} NAME)
    file(COPY_FILE ${library} ${BUNDLE_INTO}/fovea-${name})
    file(CHMOD ${BUNDLE_INTO}/fovea-${name} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    list(APPEND copies ${BUNDLE_INTO}/fovea-${name})
    list(APPEND renamed --replace-needed ${name} fovea-${name})
    if(BUNDLE_NOTICES)
      fovea_copy_notice(${library} ${BUNDLE_NOTICES})
    endif()
  endforeach()
  foreach(copy ${copies})
    get_filename_component(name ${copy} NAME)
    fovea_run(${FOVEA_PATCHELF} --set-soname ${name} ${copy})
    fovea_let_find(${copy} $ORIGIN ${renamed})
  endforeach()
  foreach(binary ${BUNDLE_BINARIES})
    get_filename_component(folder ${binary} DIRECTORY)
    file(RELATIVE_PATH from_binary ${folder} ${BUNDLE_INTO})
    fovea_let_find(${binary} $ORIGIN/${from_binary} ${renamed})
  endforeach()
  fovea_newest_symbols(glibc GLIBC ${copies} ${BUNDLE_BINARIES})
  fovea_newest_symbols(glibcxx GLIBCXX ${copies} ${BUNDLE_BINARIES})
  set(FOVEA_NEEDS_GLIBC ${glibc} PARENT_SCOPE)
  set(FOVEA_NEEDS_GLIBCXX ${glibcxx} PARENT_SCOPE)
endfunction()
