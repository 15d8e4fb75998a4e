# cmake -DBUILD=... -DWORK=... -DCPACK=... -DVERSION=... -DPROGRAM=ON|OFF -P debian_test.cmake
# Makes the Debian package of a build and looks at what is in it, without installing it.
cmake_policy(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
# gzip takes a fraction of the time of xz.
run(${CPACK} -G DEB --config ${BUILD}/CPackConfig.cmake -B ${WORK} -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip)
file(GLOB package ${WORK}/fovea_${VERSION}_*.deb)
list(LENGTH package count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "expected one package, found ${count}: ${package}")
endif()

run(dpkg-deb -c ${package})
set(files bin/fovea include/fovea/fovea.hpp include/fovea/program.hpp cmake/fovea/fovea-config.cmake pkgconfig/fovea.pc
          share/fovea/models/imagenette-resnet.onnx share/fovea/models/imagenet_classes.csv
          share/fovea/samples/golf-ball.jpg share/doc/fovea/copyright share/doc/fovea/changelog.gz share/man/man1/fovea.1.gz
          share/man/man1/fovea-saliency.1.gz share/bash-completion/completions/fovea share/zsh/vendor-completions/_fovea
          share/fish/vendor_completions.d/fovea.fish)
if(NOT PROGRAM)
  list(FILTER files EXCLUDE REGEX "^bin/|/man1/|[-_]completions?[/.]|_fovea$")
endif()
foreach(file ${files})
  string(REGEX REPLACE "([.+])" "\\\\\\1" pattern "${file}")
  if(NOT output MATCHES " root/root +[0-9]+ [^\n]* \\./usr/([a-z0-9_/-]+/)?${pattern}\n")
    message(FATAL_ERROR "${file} is not in the package, or not root's:\n${output}")
  endif()
endforeach()
if(NOT output MATCHES "/libfovea\\.(a|so)")
  message(FATAL_ERROR "the library is not in the package:\n${output}")
endif()
foreach(pattern "/man1/[^\n]*\\.1\n" "imagenette-resnet-plain" "/usr/local/")
  if(output MATCHES "${pattern}")
    message(FATAL_ERROR "'${pattern}' is in the package:\n${output}")
  endif()
endforeach()

run(dpkg-deb -f ${package})
set(fields "Package: fovea\n" "Version: ${VERSION}\n" "Section: science\n" "Priority: optional\n" "Maintainer: [^\n]+ <[^\n]+>\n"
           "Installed-Size: [0-9]+\n" "Description: saliency maps of [^\n]+\n ")
file(STRINGS ${BUILD}/CPackConfig.cmake shlibdeps REGEX "SHLIBDEPS \"ON\"")
if(shlibdeps)
  list(APPEND fields "Depends: [^\n]*libdnnl[^\n]*\n" "Depends: [^\n]*libopencv-imgproc[^\n]*\n")
endif()
list(APPEND fields "Depends: [^\n]*libpangocairo-1[^\n]*\n" "Depends: [^\n]*fonts-dejavu-core[^\n]*\n"
     "Depends: [^\n]*libarchive13[^\n]*\n" "Depends: [^\n]*libssl3[^\n]*\n")
if(PROGRAM)
  list(APPEND fields "Depends: [^\n]*libcurl4[^\n]*\n")
endif()
foreach(field ${fields})
  if(NOT "\n${output}" MATCHES "\n${field}")
    message(FATAL_ERROR "no control field '${field}':\n${output}")
  endif()
endforeach()
