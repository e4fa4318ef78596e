# seabed_driver(<name> SOURCES … [LIBS …] [DIRECTORY …]): one shared object seabed_<name>.so, in <build>/drivers or where
# DIRECTORY says, that exports seabed_driver_entry and nothing else, with every symbol bound at load.
set(SEABED_DRIVER_VERSION_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/driver.map)

function(seabed_driver name)
  cmake_parse_arguments(ARG "" "DIRECTORY" "SOURCES;LIBS" ${ARGN})
  set(target seabed_driver_${name})
  if(NOT ARG_DIRECTORY)
    set(ARG_DIRECTORY ${CMAKE_BINARY_DIR}/drivers)
  endif()
  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE seabed_sdk ${ARG_LIBS})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME seabed_${name}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${ARG_DIRECTORY}
    LINK_DEPENDS ${SEABED_DRIVER_VERSION_SCRIPT})
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${SEABED_DRIVER_VERSION_SCRIPT} -Wl,-z,now -Wl,-z,relro -Wl,--exclude-libs,ALL)
  # The loader refuses what group or others may write: an umask of 002 must not surprise.
  add_custom_command(TARGET ${target} POST_BUILD COMMAND chmod go-w $<TARGET_FILE:${target}>)
endfunction()
