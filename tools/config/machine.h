#pragma once
// The injected parts of this machine: drivers, adapters, clock; and, on demand, the catalog with the engine
// over it.

#include <memory>

#include "core/catalog/catalog.h"
#include "core/engine/engine.h"
#include "tools/config/config.h"

namespace seabed {

class Machine {
 public:
  /// Loads the drivers; a configuration without a driver directory gives kNotFound.
  static Result<std::unique_ptr<Machine>> create(const Config& config);
  virtual ~Machine() = default;
  virtual const Config& config() const = 0;
  /// Without a catalog until engine() was called.
  virtual EngineContext& context() = 0;
  /// Opens the catalog (its lock included) at the first call.
  virtual Result<Engine*> engine() = 0;
};

}  // namespace seabed
