# cmake -DBUILD=... -DWORK=... -DGENERATOR=... -DCOMPILER=... -DFLAGS=... -P package_test.cmake
# Installs a build, builds the consumer against what was installed and runs both it and the installed program.
cmake_policy(VERSION 3.22)
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  message("${out}")
  if(NOT code EQUAL 0)
    string(REPLACE ";" " " command "${ARGV}")
    message(FATAL_ERROR "exit code ${code}: ${command}")
  endif()
  set(output "${out}" PARENT_SCOPE)
endfunction()

function(expect_in_output text)
  string(FIND "${output}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "expected '${text}' in the output")
  endif()
endfunction()

set(prefix ${WORK}/prefix)
set(data ${prefix}/share/fovea)
file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
foreach(file models/imagenette-resnet.onnx models/README.md models/imagenet_classes.csv models/zoo.json samples/golf-ball.jpg)
  if(NOT EXISTS ${data}/${file})
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()
if(EXISTS ${data}/models/imagenette-resnet-plain.onnx)
  message(FATAL_ERROR "the plain network is installed")
endif()

run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${WORK}/consumer
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=${COMPILER}
    "-DCMAKE_CXX_FLAGS=${FLAGS}" "-DCMAKE_C_FLAGS=${FLAGS}")
run(${CMAKE_COMMAND} --build ${WORK}/consumer)
run(${WORK}/consumer/consumer ${data}/models/imagenette-resnet.onnx ${data}/samples/golf-ball.jpg)
expect_in_output("golf ball")
run(${WORK}/consumer/c_consumer ${data}/models/imagenette-resnet.onnx)
expect_in_output("golf ball")

if(NOT EXISTS ${prefix}/bin/fovea)  # built without the program
  return()
endif()
run(${prefix}/bin/fovea classify ${data}/samples/church.jpg)
expect_in_output("church")
# The network it found is the installed one: with that damaged, it fails and names it.
file(WRITE ${data}/models/imagenette-resnet.onnx "no network")
execute_process(COMMAND ${prefix}/bin/fovea classify ${data}/samples/church.jpg RESULT_VARIABLE code
                OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT code EQUAL 1)
  message(FATAL_ERROR "expected exit code 1 for a damaged network, found ${code}")
endif()
expect_in_output("${data}/models/imagenette-resnet.onnx")
