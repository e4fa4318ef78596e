#include "tools/config/adapters.h"

namespace seabed {

std::map<std::string, EngineAdapter*> make_adapters() { return {}; }

}  // namespace seabed
