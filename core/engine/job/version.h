#pragma once

namespace seabed {

/// Of the program that wrote a set; CMake's project version says the same (tested).
inline constexpr const char* kSeabedVersion = "0.1.0";

}  // namespace seabed
