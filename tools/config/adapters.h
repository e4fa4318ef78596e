#pragma once
// The engine adapters of this program, by the name that a configuration gives them.

#include <map>
#include <memory>
#include <string>

#include "core/source/restore_target.h"

namespace seabed {

/// The map points into what is owned by the program for its whole life.
std::map<std::string, EngineAdapter*> make_adapters();

}  // namespace seabed
