# The SDK as a vendor gets it: installed, found by find_package, and a driver of ours built against it alone.
# cmake -DBUILD=… -DSOURCE=… -DCXX=… -DNM=… -P check.cmake
set(work ${BUILD}/sdk-package)
file(REMOVE_RECURSE ${work})
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${text}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD}/sdk --component sdk --prefix ${work}/prefix)
# A copy of the driver's folder: nothing of the tree is beside it.
file(COPY ${SOURCE}/plugins/file DESTINATION ${work})
run(${CMAKE_COMMAND} -S ${work}/file -B ${work}/build -DCMAKE_PREFIX_PATH=${work}/prefix -DCMAKE_CXX_COMPILER=${CXX})
run(${CMAKE_COMMAND} --build ${work}/build)
run(${NM} -D --defined-only ${work}/build/drivers/seabed_file.so)
if(NOT text MATCHES "seabed_driver_entry")
  message(FATAL_ERROR "the driver built outside the tree does not export its entry: ${text}")
endif()
file(REMOVE_RECURSE ${work})
