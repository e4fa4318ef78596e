#include "tools/config/adapters.h"

#include "core/source/myrocks/myrocks_adapter.h"
#include "core/source/rocksdb/rocksdb_adapter.h"

namespace seabed {

std::map<std::string, EngineAdapter*> make_adapters() {
  static const std::unique_ptr<EngineAdapter> adapters[] = {make_rocksdb_adapter(), make_myrocks_adapter()};
  std::map<std::string, EngineAdapter*> out;
  for (const auto& adapter : adapters) out[adapter->name()] = adapter.get();
  return out;
}

}  // namespace seabed
