# The libraries that fovea's own code is built on and that whoever links it statically needs too. Used by the build and,
# installed beside fovea-config.cmake, by find_package(fovea).
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(Protobuf REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)

# fovea_find(TARGET HEADER SUFFIX LIBRARY...): an imported interface from a header and libraries. For the packages whose
# CMake files ask for more than their -dev package brings: OpenCV's (all modules), oneDNN's (OpenCL), ONNX's.
function(fovea_find target header suffix)
  if(TARGET ${target})
    return()
  endif()
  string(TOUPPER ${target} prefix)
  find_path(${prefix}_INCLUDE_DIR ${header} PATH_SUFFIXES ${suffix} REQUIRED)
  mark_as_advanced(${prefix}_INCLUDE_DIR)
  add_library(${target} INTERFACE IMPORTED)
  target_include_directories(${target} SYSTEM INTERFACE ${${prefix}_INCLUDE_DIR})
  foreach(library ${ARGN})
    find_library(${prefix}_${library}_LIBRARY ${library} REQUIRED)
    mark_as_advanced(${prefix}_${library}_LIBRARY)
    target_link_libraries(${target} INTERFACE ${${prefix}_${library}_LIBRARY})
  endforeach()
endfunction()

fovea_find(fovea_opencv opencv2/core.hpp opencv4 opencv_imgcodecs opencv_imgproc opencv_core)
fovea_find(fovea_jpeg jpeglib.h "" jpeg)
fovea_find(fovea_png png.h "" png)
fovea_find(fovea_tiff tiffio.h "" tiff)
fovea_find(fovea_pugixml pugixml.hpp "" pugixml)
fovea_find(fovea_dnnl oneapi/dnnl/dnnl.hpp "" dnnl)
fovea_find(fovea_onnx_messages onnx/onnx_pb.h "" onnx_proto)
target_compile_definitions(fovea_onnx_messages INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
target_link_libraries(fovea_onnx_messages INTERFACE protobuf::libprotobuf)
