# find_package(Seabed 1.0): targets seabed_sdk (drivers) and seabed_sdk_app (applications), function seabed_driver.
include(${CMAKE_CURRENT_LIST_DIR}/SeabedTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/SeabedDriver.cmake)
