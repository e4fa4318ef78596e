# A build from nothing in half the processor time, for tools/build: files compiled together (what they include is read and
# instantiated once), tests with little optimisation. Included at the end of the top, when all targets are known; nothing
# depends on it. Who edits file by file configures without (SEABED_FAST_BUILD=OFF, the default). Precompiled headers were
# tried and gave nothing: optimising takes the time, not reading.

function(seabed_all_targets directory out)
  get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(below DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(folder ${below})
    seabed_all_targets(${folder} more)
    list(APPEND targets ${more})
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

# The target's C++ sources, absolute; not what is generated.
function(seabed_cxx_sources target out)
  get_target_property(folder ${target} SOURCE_DIR)
  get_target_property(sources ${target} SOURCES)
  set(found)
  foreach(source ${sources})
    if(source MATCHES "\\.cc$")
      get_filename_component(source ${source} ABSOLUTE BASE_DIR ${folder})
      if(EXISTS ${source} AND NOT source MATCHES "^${CMAKE_BINARY_DIR}/")
        list(APPEND found ${source})
      endif()
    endif()
  endforeach()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

seabed_all_targets(${CMAKE_SOURCE_DIR} all_targets)
set(unity_input "")
set(unity_targets "")
foreach(target ${all_targets})
  get_target_property(type ${target} TYPE)
  # The frozen driver stays as it was; what counts system calls replaces functions of the C library.
  if(NOT type MATCHES "^(STATIC_LIBRARY|OBJECT_LIBRARY|EXECUTABLE|MODULE_LIBRARY)$" OR
     target MATCHES "^(seabed_proto|seabed_driver_frozen_v1|conformance_syscalls)$")
    continue()
  endif()
  get_target_property(libraries ${target} LINK_LIBRARIES)
  if(libraries MATCHES "GTest::")
    target_compile_options(${target} PRIVATE -O1)
  endif()
  get_target_property(folder ${target} SOURCE_DIR)
  seabed_cxx_sources(${target} sources)
  list(LENGTH sources count)
  if(count GREATER 1)
    list(JOIN sources "\t" line)
    string(APPEND unity_input "${folder}\t${target}\t${line}\n")
    list(APPEND unity_targets ${target})
  endif()
endforeach()

find_program(PYTHON3 python3)
if(PYTHON3)
  file(WRITE ${CMAKE_BINARY_DIR}/unity_input.tsv "${unity_input}")
  execute_process(COMMAND ${PYTHON3} -B ${CMAKE_CURRENT_LIST_DIR}/unity_groups.py
    INPUT_FILE ${CMAKE_BINARY_DIR}/unity_input.tsv OUTPUT_FILE ${CMAKE_BINARY_DIR}/unity_groups.cmake
    RESULT_VARIABLE grouped)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/unity_groups.py)
  if(grouped EQUAL 0)
    set_target_properties(${unity_targets} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    include(${CMAKE_BINARY_DIR}/unity_groups.cmake)
  endif()
endif()
