# fovea_unite(TARGET): where FOVEA_UNITE_SOURCES asks for it, compiles several of the target's files at once, which takes about
# half of the time for many small ones. Files whose unnamed namespaces define a common name stay apart, so that a file may
# call its functions what it likes. Not for files whose unnamed namespaces lie in no other namespace: their names hide those
# that "using namespace" brings. Builds without it show which file forgot an include and which name shadows another.

set(FOVEA_UNITED_LINES 1200)  # at most, or as many as one file has: what is compiled at once need not wait long for a core

# The names that a file's unnamed namespaces define, as far as clang-format's layout shows them, and its number of lines.
function(fovea_local_names file names lines)
  file(READ ${file} text)
  string(REGEX REPLACE "[[][^]\n]*[]]" "" text "${text}")  # extents of arrays
  string(REGEX REPLACE "[][;]" " " text "${text}")  # which mean something in CMake's lists
  string(REPLACE "\n" ";" all "${text}")
  list(LENGTH all count)
  set(found)
  set(inside OFF)
  foreach(line IN LISTS all)
    if(line MATCHES "^namespace {")
      set(inside ON)
    elseif(line MATCHES "^}  // namespace")
      set(inside OFF)
    elseif(line MATCHES "^(namespace|using namespace|using Json|TEST|TEST_F|TEST_P|INSTANTIATE_TEST_SUITE_P)[ (]")
      # Json means the same everywhere, as namespaces' short names do.
    elseif(inside AND line MATCHES "^(struct|class|enum class|enum|union|using) ([A-Za-z_0-9]+)")
      list(APPEND found ${CMAKE_MATCH_2})
    elseif(inside AND line MATCHES "^[A-Za-z].*")
      # Functions before "(", variables before "=" or "{", each of several.
      string(REGEX MATCHALL "[A-Za-z_0-9]+(\\(| =|{|,|$)" matches "${line}")
      list(TRANSFORM matches REPLACE "[^A-Za-z_0-9]+$" "")
      list(APPEND found ${matches})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES found)
  set(${names} ${found} PARENT_SCOPE)
  set(${lines} ${count} PARENT_SCOPE)
endfunction()

# Whether two lists have an element in common.
function(fovea_intersect result first second)
  set(${result} OFF PARENT_SCOPE)
  foreach(element IN LISTS ${first})
    if(element IN_LIST ${second})
      set(${result} ON PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

function(fovea_unite target)
  if(NOT FOVEA_UNITE_SOURCES)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "[.]cpp$")
  set(groups)
  foreach(source ${sources})
    fovea_local_names(${source} names lines)
    unset(chosen)
    foreach(group ${groups})
      math(EXPR sum "${lines_${group}} + ${lines}")
      fovea_intersect(common names names_${group})
      if(NOT common AND sum LESS_EQUAL FOVEA_UNITED_LINES)
        set(chosen ${group})
        break()
      endif()
    endforeach()
    if(NOT DEFINED chosen)
      list(LENGTH groups chosen)
      list(APPEND groups ${chosen})
      set(names_${chosen})
      set(sum ${lines})
    endif()
    list(APPEND names_${chosen} ${names})
    set(lines_${chosen} ${sum})
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${target}_${chosen})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
