# The SDK as a vendor gets it: installed, found by find_package, and one driver of ours built against it alone.
# cmake -DBUILD=… -DSOURCE=… -DMEDIUM=file -DCXX=… -DLAUNCHER=… -DNM=… -P check.cmake
set(work ${BUILD}/sdk-package/${MEDIUM})
file(REMOVE_RECURSE ${work})
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${text}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD}/sdk --component sdk --prefix ${work}/prefix)
# Copies of the driver's folder and of what HTTP drivers share: nothing else of the tree is beside them.
file(COPY ${SOURCE}/plugins/${MEDIUM} ${SOURCE}/plugins/common DESTINATION ${work})
run(${CMAKE_COMMAND} -S ${work}/${MEDIUM} -B ${work}/build -DCMAKE_PREFIX_PATH=${work}/prefix -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_BUILD_TYPE=Debug)
run(${CMAKE_COMMAND} --build ${work}/build --parallel 2)
run(${NM} -D --defined-only ${work}/build/drivers/seabed_${MEDIUM}.so)
string(REGEX MATCHALL " [TWVBDR] [^\n]*" exported "${text}")
if(NOT exported MATCHES "^ T seabed_driver_entry[^;]*$")
  message(FATAL_ERROR "the driver built outside the tree exports other things than its entry: ${text}")
endif()
file(REMOVE_RECURSE ${work})
