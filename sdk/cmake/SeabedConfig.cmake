# find_package(Seabed 1.0): targets seabed_sdk (drivers), seabed_sdk_app (applications) and, where its component is installed,
# seabed_open_quick (readers of quick tenants; needs librocksdb-dev); function seabed_driver.
include(${CMAKE_CURRENT_LIST_DIR}/SeabedTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/SeabedOpenQuick.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/SeabedDriver.cmake)

# What a driver's project need not say: the glue wants C++20, and a driver is optimised unless a build type is given.
if(NOT DEFINED CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 20)
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
endif()
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()
